"""``repository migrate``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, func, inspect, select

import migrations
from migrations.models import METADATA
from repository.cli.command_services import cli_services
from repository.core.database.database_errors import answering
from repository.core.database.postgresql import LOCK_SECONDS, unhurried
from repository.core.database.sqlite_dialect import writing_engine
from repository.core.errors import Conflict, Invalid, Unsuitable

_MIGRATION_LOCK = 5_072
"""any number that no other code locks"""
log = structlog.get_logger()


@click.command()
@click.option("--to", "revision", default="head", help="A revision, or base.  [default: the newest]")
def migrate(revision: str) -> None:
    """Bring the database to the newest schema."""
    with cli_services() as services:
        try:
            reached = migrate_to(services.database.engine, revision)
        except CommandError as error:
            raise Invalid.field("--to", str(error)) from error
    click.echo(f"The database is at {reached}.")


def migrate_to(engine: Engine, revision: str = "head") -> str:
    """Upgrade (or downgrade to ``base`` or an older revision) in one transaction; return the revision reached.

    A database that a newer release has migrated is left as it is: its schema serves this release too, or the release
    is not ready (see "Expand, then contract" in CONTRIBUTING).  Raises `Conflict`, and changes nothing, if rows would
    refer to missing rows; `Unsuitable` for another program's database, `Unavailable` for one that cannot be used.
    """
    with answering():
        return _migrate(engine, revision)


def _migrate(engine: Engine, revision: str) -> str:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    opened = writing_engine(engine).connect()
    with opened as connection, _foreign_keys_off(connection), connection.begin(), _migration_lock(connection):
        config.attributes["connection"] = connection
        context = MigrationContext.configure(connection)
        history = ScriptDirectory.from_config(config)
        current = context.get_current_revision()
        if current is None:
            _require_nobody_s(connection)
        if revision == "head" and current and not _knows(history, current):
            log.warning("a newer release has migrated the database", revision=current)
            return current
        passed = {step.revision for step in history.iterate_revisions(current, "base")}
        if revision == "base" or revision in passed:
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        _require_whole(connection)
        return context.get_current_revision() or "base"


def _require_nobody_s(connection: Connection) -> None:
    """Raise `Unsuitable` if tables of another program are there; on PostgreSQL if one has the name of one of ours."""
    there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    foreign = there if connection.dialect.name == "sqlite" else there & set(METADATA.tables)
    if foreign:
        raise Unsuitable(
            f"The database has tables of another program, such as {min(foreign)}, and no schema of ours: nothing was"
            " changed. Correct REPOSITORY_DATABASE_URL, or name an empty database."
        )


def _knows(history: ScriptDirectory, revision: str) -> bool:
    return any(step.revision == revision for step in history.walk_revisions())


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table that others refer to: with foreign keys enforced, DROP TABLE deletes its rows first.

    The setting has no effect inside a transaction, so it is made on the driver's connection, which begins none.
    Source: SQLite, "ALTER TABLE", section 7, "Making Other Kinds Of Table Schema Changes".
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _require_whole(connection: Connection) -> None:
    """Raise `Conflict` if a row refers to a missing one; PostgreSQL checks that while it writes."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            tables = ", ".join(sorted({f"{row[0]} to {row[2]}" for row in broken}))
            raise Conflict(f"{len(broken)} rows refer to missing rows: {tables}.")


@contextmanager
def _migration_lock(connection: Connection) -> Iterator[None]:
    """Let one of several starting servers migrate, for as long as it takes; SQLite's writers queue anyway."""
    if connection.dialect.name != "postgresql":
        yield
        return
    with unhurried(connection):
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        yield
