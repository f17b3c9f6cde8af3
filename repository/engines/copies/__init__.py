"""Copies of the whole database for backup and restore, one adapter for each kind of database."""

from sqlalchemy import Engine

from repository.engines.copies.port import DatabaseCopies
from repository.engines.copies.postgresql_copies import PostgresqlCopies
from repository.engines.copies.sqlite_copies import SqliteCopies


def copies_of(engine: Engine) -> DatabaseCopies:
    """Return what copies and puts back the database of `engine`."""
    return SqliteCopies(engine) if engine.dialect.name == "sqlite" else PostgresqlCopies(engine)
