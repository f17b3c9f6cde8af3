"""Statements of every request, read by the driver's own cursor.

SQLAlchemy takes several times as long to execute a statement as the database and the driver together.  So a statement
that each request asks is compiled once for each kind of database, and its values and rows pass through the types'
own processors alone.  The cursor belongs to SQLAlchemy's connection, and whoever listens to statements hears these too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Row = Sequence[Any]
Processor = Callable[[Any], Any]
Statement = Select[Any] | CompoundSelect[Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement for one kind of database; `converted` are the columns whose type changes what the driver returns."""

    text: str
    parameters: Mapping[str, tuple[BindParameter[Any], Processor | None]]
    order: Sequence[str] | None
    converted: Sequence[tuple[int, Processor]]

    def values(self, chosen: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them: by name, or in order."""
        values = {}
        for name, (parameter, process) in self.parameters.items():
            value = chosen.get(name, parameter.effective_value)
            values[name] = value if process is None else process(value)
        return values if self.order is None else tuple(values[name] for name in self.order)

    def rows(self, fetched: Sequence[Row]) -> Sequence[Row]:
        """Return the rows as the statement's types return them."""
        if not self.converted:
            return fetched
        return [self._row(row) for row in fetched]

    def _row(self, row: Row) -> Row:
        columns = list(row)
        for at, process in self.converted:
            columns[at] = process(columns[at])
        return columns


class DirectRead:
    """A statement without lists of parameters, whose rows are plain sequences."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row]:
        """Return all rows; raises what SQLAlchemy raises."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement, dialect)
        try:
            return compiled.rows(_fetch(connection, compiled.text, compiled.values(values)))
        except dialect.loaded_dbapi.Error as error:
            if dialect.is_disconnect(error, connection.connection, None):
                # SQLAlchemy meets it too, and lets go of all connections that were lost with this one.
                return connection.execute(self._statement, values).all()
            raise DBAPIError.instance(
                compiled.text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error


def _fetch(connection: Connection, text: str, values: Any) -> Sequence[Row]:
    cursor = connection.connection.cursor()
    try:
        connection.dispatch.before_cursor_execute(connection, cursor, text, values, None, False)
        cursor.execute(text, values)
        return cursor.fetchall()
    finally:
        cursor.close()


def _compile(statement: Statement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    return _Compiled(
        compiled.string,
        {
            name: (parameter, _own(parameter.type, dialect).bind_processor(dialect))
            for name, parameter in compiled.binds.items()
        },
        compiled.positiontup,
        [
            (at, process)
            for at, column in enumerate(statement.selected_columns)
            if (process := _own(column.type, dialect).result_processor(dialect, None)) is not None
        ],
    )


def _own(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
