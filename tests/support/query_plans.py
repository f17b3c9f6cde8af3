"""What a database would read to answer a statement: whole tables and indexes, or only the rows that it needs.

A plan is asked for with the values that the statement had.  SQLite plans alike for any number of rows; PostgreSQL is
told to prefer every index, so what is left cannot use any.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from repository.core.database.engine import Base
from tests.engines.addresses import UNHEARD

SMALL = {"sweep", "oai_set", "community", "institution_entitlement"}
"""Tables of which a site has few rows: sweeps of the code, and what people define one by one."""
UNDER_WAY = {"job", "upload"}
"""Tables whose rows go when the work is done: they hold what happens now, however much has happened."""
_SCAN = re.compile(r"SCAN (?P<name>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?")
_OWN_INDEX = re.compile(r"SEARCH (?P<name>\w+) USING AUTOMATIC ")
_ALIAS = re.compile(r'"?(\w+)"? AS "?(\w+)"?')
_PREFER_INDEXES = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_material")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as the driver got it, with the values of its first execution."""

    text: str
    values: Any


@contextmanager
def heard_statements() -> Iterator[dict[str, Statement]]:
    """Gather the different statements that run on any engine meanwhile, by their text."""
    heard: dict[str, Statement] = {}

    def note(connection: Connection, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        if connection.get_execution_options().get(UNHEARD):
            return
        heard.setdefault(text, Statement(text, values[0] if isinstance(values, list) else values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def reads_rows(statement: Statement) -> bool:
    """Return whether a statement has a plan, and may read more than a row that it writes."""
    head = statement.text.lstrip("( ").split(None, 1)[0].upper()
    return head in {"SELECT", "WITH", "UPDATE", "DELETE"} or (head == "INSERT" and "SELECT" in statement.text)


def whole_reads(connection: Connection, statement: Statement) -> set[str]:
    """Return the tables that grow and that the statement reads from end to end, or whose index it does."""
    ask = _of_sqlite if connection.dialect.name == "sqlite" else _of_postgresql
    return {
        name for name in ask(connection, statement) if name in Base.metadata.tables and name not in SMALL | UNDER_WAY
    }


def _of_sqlite(connection: Connection, statement: Statement) -> Iterator[str]:
    partial = {
        row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%INDEX%WHERE%'")
    }
    tables = {alias: name for name, alias in _ALIAS.findall(statement.text) if name in Base.metadata.tables}
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", statement.values):
        line = row[3]
        if (own := _OWN_INDEX.match(line)) is not None:
            yield tables.get(own["name"], own["name"])
        elif (scan := _SCAN.match(line)) is not None and scan["index"] not in partial:
            yield tables.get(scan["name"], scan["name"])


def _of_postgresql(connection: Connection, statement: Statement) -> Iterator[str]:
    partial = {
        row[0]
        for row in connection.exec_driver_sql("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%% WHERE %%'")
    }
    for name in _PREFER_INDEXES:
        connection.exec_driver_sql(f"SET LOCAL {name} = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement.text}", statement.values).scalar_one()
    yield from _whole(plan[0]["Plan"], "", partial)


def _whole(node: dict[str, Any], table: str, partial: set[str]) -> Iterator[str]:
    table = node.get("Relation Name", table)
    is_whole = node["Node Type"] == "Seq Scan" or (
        "Index Name" in node and "Index Cond" not in node and node["Index Name"] not in partial
    )
    if is_whole:
        yield table
    for part in node.get("Plans", ()):
        yield from _whole(part, table, partial)
