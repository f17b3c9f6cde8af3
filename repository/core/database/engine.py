"""The database: SQLite (WAL) or PostgreSQL behind SQLAlchemy, the same models and migrations on both.

SQLite writers take the write lock when their transaction begins (``BEGIN IMMEDIATE``), so two writers queue
instead of failing half-way, and commits are durable against power loss (``synchronous=FULL``).
"""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import JSON, BigInteger, DateTime, Engine, Integer, MetaData, String, create_engine, event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

from repository.core.database.database_errors import DamagedValue
from repository.core.database.sqlite_dialect import DRIVER, TurnTakingSqlite
from repository.core.database.sqlite_file import SqliteFileWatch
from repository.core.file_lock import FileLock

BUSY_SECONDS = 30
CONNECTIONS = 20
SQLITE_CONNECTIONS = 80
"""more than there are threads: connections to a file load no server"""
SQLITE_CACHE = 4_000
"""KiB of pages that a connection keeps.  More, or a map of the file, would let the process grow with the file; the
operating system keeps its pages anyway."""

Identity = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key; SQLite counts rows only in INTEGER."""


def ordered_text(length: int) -> String:
    """Return a text type that compares bytes, as SQLite does; PostgreSQL would use the database's language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite has no time zones and stores it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables; names of keys and constraints follow one convention on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


def open_database(url: str, connections: int = CONNECTIONS) -> Engine:
    """Return an engine with its connection pool; create the folder of an SQLite file.

    This does not connect to a server yet.  `connections` is the most that a process opens to a server: one half is for
    transactions, the other half is for `autocommit_engine`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return _open_postgresql(parsed, (connections + 1) // 2)


def autocommit_engine(engine: Engine) -> Engine:
    """Return an engine in autocommit mode: single statements without BEGIN and ROLLBACK round trips."""
    if engine.dialect.name == "sqlite":
        return engine
    return _open_postgresql(engine.url, max(cast(QueuePool, engine.pool).size(), 1), isolation_level="AUTOCOMMIT")


def read_only_engine(engine: Engine) -> Engine:
    """Return the same engine for transactions that only read, each of one consistent view.

    SQLite gives a reader one view by itself; PostgreSQL would show each statement a newer one.
    """
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _open_postgresql(url: URL, connections: int, **options: Any) -> Engine:
    # imported here: the driver takes 9 MB, and a site on SQLite does without
    from repository.core.database import postgresql  # noqa: PLC0415

    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=postgresql.POOL_SECONDS,
        pool_recycle=postgresql.RECYCLE_SECONDS,
        connect_args=postgresql.ARGUMENTS,
        **_common(),
        **options,
    )
    postgresql.bound_waits(engine)
    return engine


def _open_sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername=f"sqlite+{DRIVER}"),
        pool_size=SQLITE_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,  # a few warm connections serve most requests
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        **_common(),
    )
    engine.url = url  # as the operator wrote it
    event.listen(engine, "connect", _prepare_sqlite)
    if url.database and url.database != ":memory:":
        watch = SqliteFileWatch(Path(url.database).absolute())
        watch.listen(engine)
        cast(TurnTakingSqlite, engine.dialect).watch = _watches[engine] = watch
    return engine


_watches: WeakKeyDictionary[Engine, SqliteFileWatch] = WeakKeyDictionary()


def require_same_file(engine: Engine) -> None:
    """Raise `Unavailable` if the engine's SQLite file was removed or replaced since it was opened."""
    if watch := _watches.get(engine):
        watch.require_same()


def _common() -> dict[str, Any]:
    """Return the options of both kinds of engine; values stay out of messages, because the log contains messages."""
    return {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": _read_json,
        "hide_parameters": True,
    }


def _read_json(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DamagedValue(f"a stored value is no JSON: {error}") from error


def writer_lock(engine: Engine) -> AbstractContextManager[None]:
    """Return the lock that a writer holds while it writes; servers order their writers themselves."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        return FileLock(Path(f"{engine.url.database}.turn"))
    return nullcontext()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `TurnTakingSqlite` says
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal" and not _is_another_program_s(cursor):
        cursor.execute("PRAGMA journal_mode=WAL")
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        f"cache_size=-{SQLITE_CACHE}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _is_another_program_s(cursor: Any) -> bool:
    """Return whether the file has tables and none of ours: then its header stays as it is."""
    tables = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return bool(tables) and "alembic_version" not in tables
