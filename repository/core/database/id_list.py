"""The condition that a column is one of many ids, in a statement with the same text for any number.

``IN (…)`` with one parameter for every id is written, parsed and planned again for each number of ids; a list in one
parameter is not.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, Boolean, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine


class IdList(TypeDecorator[Iterable[int]]):
    """A list of ids: an array, or JSON if the database has no arrays."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(BigInteger()) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else orjson.dumps(ids).decode()


class InList(ColumnElement[bool]):
    """The condition; `name` is the parameter that carries the ids."""

    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads it from the class
        ("column", InternalTraversal.dp_clauseelement),
        ("ids", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: Any, name: str) -> None:
        self.type = Boolean()
        self.column = column.__clause_element__() if hasattr(column, "__clause_element__") else column
        self.ids = bindparam(name, type_=IdList())

    def self_group(self, against: OperatorType | None = None) -> "InList":  # noqa: ARG002
        """Return the condition as it is: as ``… = 1``, which SQLAlchemy makes of it, SQLite would use no index."""
        return self


def in_list(column: Any, name: str) -> ColumnElement[bool]:
    """Return the condition that `column` is one of the ids in the parameter `name`."""
    return InList(column, name)


@compiles(InList)
def _any(element: InList, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY ({compiler.process(element.ids, **options)})"


@compiles(InList, "sqlite")
def _in_json(element: InList, compiler: SQLCompiler, **options: Any) -> str:
    ids = compiler.process(element.ids, **options)
    return f"{compiler.process(element.column, **options)} IN (SELECT value FROM json_each({ids}))"
