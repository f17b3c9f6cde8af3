"""Whether the schema of a database serves a release: its own one, or an older one during an upgrade.

It needs nothing but SQLAlchemy, so that it can also be run with the tables of another release.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, inspect


def obstacles(connection: Connection, metadata: MetaData) -> list[str]:
    """Return why code with these tables cannot work on the schema; empty if it can.

    The code reads if every table and column is there.  It writes if no column is narrower or takes no null any more,
    and if every column that it does not know fills itself.
    """
    schema = inspect(connection).get_multi_columns()
    return [fault for table in metadata.sorted_tables for fault in _faults(table, schema.get((None, table.name)))]


def _faults(table: Table, present: Any) -> Iterator[str]:
    if present is None:
        yield f"there is no table {table.name}"
        return
    columns: Mapping[str, Mapping[str, Any]] = {column["name"]: column for column in present}
    for column in table.columns:
        yield from _column_faults(column, columns.get(column.name))
    for name in columns.keys() - table.columns.keys():
        if not columns[name]["nullable"] and columns[name]["default"] is None:
            yield f"the column {table.name}.{name} must be filled"


def _column_faults(column: Column[Any], present: Mapping[str, Any] | None) -> Iterator[str]:
    if present is None:
        yield f"there is no column {column}"
        return
    if column.nullable and not present["nullable"]:
        yield f"the column {column} takes no null"
    room, length = getattr(present["type"], "length", None), getattr(column.type, "length", None)
    if room and length and room < length:
        yield f"the column {column} has {room} characters, not {length}"
