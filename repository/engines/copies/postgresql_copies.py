"""Copies of a PostgreSQL database by pg_dump, and their return in one transaction.

The dump and what is counted and listed beside it share one exported snapshot (PostgreSQL, "Snapshot Synchronization
Functions").
"""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from repository.core.database.engine import open_database
from repository.core.errors import Conflict, Unavailable, Unsuitable
from repository.engines.copies.port import quoted, row_counts
from repository.engines.copies.postgresql_programs import PostgresqlPrograms, last_words

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_SESSIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'repository' AND pid <> pg_backend_pid()"""
_NOT_ALLOWED = "42501"
"""SQLSTATE insufficient_privilege"""
_AT_ONCE = 1000
_LOOKS = 5


class PostgresqlState:
    """The rows that one snapshot shows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, statement: str) -> Iterator[Sequence[Any]]:
        options = {"stream_results": True, "max_row_buffer": _AT_ONCE}
        with closing(self._connection.exec_driver_sql(statement, execution_options=options)) as result:
            yield from (tuple(row) for row in result)

    def tables(self) -> Sequence[str]:
        return [name for (name,) in self.rows(_TABLES)]


class PostgresqlCopies:
    """Copies of the database of `engine`."""

    kind = "postgresql"
    suffix = ".dump"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def _programs(self) -> PostgresqlPrograms:
        with _answering(), self._engine.connect() as connection:
            version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
        return PostgresqlPrograms(self._engine.url, int(version) // 10_000)

    @contextmanager
    def copy(self, target: Path) -> Iterator[PostgresqlState]:
        """Dump the database, and open the snapshot that the dump shows."""
        target.touch(0o600, exist_ok=False)
        programs = self._programs
        with _answering(), _snapshot(self._engine) as connection:
            name = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            programs.run(
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                "--lock-wait-timeout=60s",
                f"--snapshot={name}",
                f"--file={target}",
            )
            yield PostgresqlState(connection)

    @contextmanager
    def now(self) -> Iterator[PostgresqlState]:
        with _answering(), _snapshot(self._engine) as connection:
            yield PostgresqlState(connection)

    def check(self, copy: Path, counts: Mapping[str, int]) -> str:
        """Read the dump's list, and restore it into a scratch database where one can be made."""
        self._require_listed(copy, counts)
        scratch = f"repository_check_{secrets.token_hex(6)}"
        with _server(self._engine) as connection:
            try:
                connection.exec_driver_sql(f"CREATE DATABASE {scratch} TEMPLATE template0")
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
                    raise
                return "the list of the dump; the user may not create a scratch database to try it in"
        try:
            self._programs.run("pg_restore", "--single-transaction", "--no-owner", str(copy), database=scratch)
            self._require_counts(scratch, counts)
        finally:
            with _server(self._engine) as connection:
                connection.exec_driver_sql(f"DROP DATABASE {scratch} WITH (FORCE)")
        return "restored into a scratch database, numbers of rows"

    def is_empty(self) -> bool:
        with _answering(), self._engine.connect() as connection:
            return not PostgresqlState(connection).tables()

    def require_unused(self) -> None:
        """Raise `Conflict` while sessions of servers, workers or schedulers are open."""
        self._engine.dispose()
        with _answering(), self._engine.connect() as connection:
            for _ in range(_LOOKS):
                sessions = connection.exec_driver_sql(_SESSIONS).scalar_one()
                if not sessions:
                    return
                # one that a process has just closed is listed until the server has ended it
                connection.exec_driver_sql("SELECT pg_sleep(0.2), pg_stat_clear_snapshot()")
        raise Conflict(
            f"{sessions} connections of the repository are open. Stop the server, workers and schedulers before "
            "you restore."
        )

    def put_back(self, copy: Path, counts: Mapping[str, int]) -> str:
        """Drop all tables and read the dump in one transaction, which counts the rows before it commits."""
        self.require_unused()
        self._require_listed(copy, counts)
        with _answering(), self._engine.connect() as connection:
            dropped = [f"DROP TABLE {quoted(name)} CASCADE;" for name in PostgresqlState(connection).tables()]
            schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
            sequences = _sequences(connection)
        self._engine.dispose()
        dropped += [f"DROP SEQUENCE IF EXISTS {quoted(name)} CASCADE;" for name in sequences]
        self._play(copy, before=["BEGIN;", *dropped], after=[*_expected(schema, counts), "COMMIT;"])
        return ""

    def _play(self, copy: Path, before: Sequence[str], after: Sequence[str]) -> None:
        """Give psql a script around that of pg_restore; without the last line nothing is committed."""
        with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as faults:
            reader = self._programs.start(
                "pg_restore",
                "--file=-",
                "--no-owner",
                str(copy),
                connected=False,
                stdout=subprocess.PIPE,
                stderr=faults,
            )
            writer = self._programs.start(
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--output=/dev/null",
                connected=True,
                stdin=subprocess.PIPE,
                stderr=words,
            )
            assert reader.stdout is not None
            assert writer.stdin is not None
            with suppress(BrokenPipeError), closing(writer.stdin) as script:  # psql has ended, and says why
                script.write("\n".join([*before, ""]).encode())
                shutil.copyfileobj(reader.stdout, script)
                if reader.wait() == 0:
                    script.write("\n".join(["", *after, ""]).encode())
            reader.stdout.close()
            failed = bool(reader.wait()) or bool(writer.wait())
            for output in (words, faults):
                output.seek(0)
            if failed:
                heard = (words.read() + faults.read()).decode("utf-8", "replace")
                raise Unavailable(f"The database was not restored, nothing has changed: {last_words(heard)}")

    def _require_listed(self, copy: Path, counts: Mapping[str, int]) -> None:
        lines = self._programs.run("pg_restore", "--list", str(copy)).splitlines()
        tables = {words[-2] for words in (line.split() for line in lines) if words[3:5] == ["TABLE", "DATA"]}
        if lacking := sorted(set(counts) - tables):
            raise Unsuitable(f"The dump lacks rows of tables: {', '.join(lacking)}.")

    def _require_counts(self, database: str, counts: Mapping[str, int]) -> None:
        engine = open_database(self._engine.url.set(database=database).render_as_string(hide_password=False), 2)
        try:
            with _answering(), _snapshot(engine) as connection:
                if row_counts(PostgresqlState(connection)) != dict(counts):
                    raise Unsuitable("The copy of the database has other numbers of rows than it should have.")
        finally:
            engine.dispose()


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Open one view of the database for as long as it takes."""
    # imported here: the driver takes 9 MB, and a site on SQLite does without
    from repository.core.database.postgresql import unhurried  # noqa: PLC0415

    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin(), unhurried(connection):
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield connection


@contextmanager
def _server(engine: Engine) -> Iterator[Connection]:
    """Open a session for work on whole databases: the server copies files and waits for a checkpoint."""
    # imported here: the driver takes 9 MB, and a site on SQLite does without
    from repository.core.database.postgresql import unhurried  # noqa: PLC0415

    at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
    with _answering(), at_once.connect() as connection, unhurried(connection):
        yield connection


def _sequences(connection: Connection) -> Sequence[str]:
    """Return sequences that no table owns, as that of the numbers of records."""
    statement = text("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
    return [name for (name,) in connection.execute(statement)]


def _expected(schema: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield statements that fail, and so undo everything, unless the tables have these numbers of rows."""
    for name, count in counts.items():
        table = f"{quoted(schema)}.{quoted(name)}"
        yield (
            f"DO $$ BEGIN IF (SELECT count(*) FROM {table}) <> {count} "
            f"THEN RAISE EXCEPTION 'table % has another number of rows', '{name}'; END IF; END $$;"
        )


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise Unavailable(f"The database does not answer: {' '.join(str(error.orig).split())}.") from error
