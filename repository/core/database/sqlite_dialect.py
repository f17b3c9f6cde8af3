"""SQLite as SQLAlchemy speaks it, with the way that our transactions begin.

This is no listener, for one listener makes SQLAlchemy ask for those of every event, at every statement: an eighth of
all function calls of a request.
"""

from copy import copy
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection

from repository.core.database.sqlite_file import SqliteFileWatch

DRIVER = "repository"


class TurnTakingSqlite(SQLiteDialect_pysqlite):
    """Transactions begin where SQLAlchemy says; those that write take the write lock at once."""

    supports_statement_cache = True
    watch: SqliteFileWatch | None = None
    """what looks at the file before a connection would make an empty one"""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.begin = "BEGIN"
        self.writing: TurnTakingSqlite | None = None
        """the same for transactions that write"""

    def initialize(self, connection: Connection) -> None:
        """Learn from the first connection what this SQLite can do."""
        super().initialize(connection)
        if self.writing is not None:
            vars(self.writing).update({**vars(self), "begin": self.writing.begin, "writing": None})

    def connect(self, *arguments: Any, **options: Any) -> DBAPIConnection:
        """Open the file, if it is still there."""
        if self.watch is not None:
            self.watch.require_same()
        return super().connect(*arguments, **options)

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin a transaction."""
        dbapi_connection.cursor().execute(self.begin)


registry.register(f"sqlite.{DRIVER}", __name__, TurnTakingSqlite.__name__)


def writing_engine(engine: Engine) -> Engine:
    """Return the same engine for transactions that write; on SQLite they take the write lock when they begin."""
    writer = engine.execution_options()
    dialect = engine.dialect
    if isinstance(dialect, TurnTakingSqlite):
        if dialect.writing is None:
            dialect.writing = copy(dialect)
            dialect.writing.begin = "BEGIN IMMEDIATE"
        writer.dialect = dialect.writing
    return writer
