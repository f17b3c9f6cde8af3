"""Grants in statements: as a column beside a dataset, and as the condition of a list.

The grants of a dataset are read with its row, all of them and whoever asks: a dataset has few, and a resource that does
not depend on the actor can be a part of a cache key.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    String,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from repository.access.model import GrantRow
from repository.access.policy import Grant, Permission
from repository.access.principals import GrantSubject, SubjectKind, subjects_of
from repository.core.actor import Actor
from repository.core.cache import remembered
from repository.core.clock import now
from repository.core.database.engine import UtcDateTime
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot

_LINE = (
    GrantRow.permission
    + literal_column("' '")
    + GrantRow.subject_kind
    + literal_column("':'")
    + cast(GrantRow.subject_id, String)
)


class _Joined(FunctionElement[str]):
    """Texts with commas between them; `func.aggregate_strings` would render its comma anew at every execution."""

    type = Text()
    inherit_cache = True


@compiles(_Joined)
def _string_agg(element: _Joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, ',')"


@compiles(_Joined, "sqlite")
def _group_concat(element: _Joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ',')"


class GrantList(TypeDecorator[frozenset[Grant]]):
    """Grants as one text: ``owner person:12,view team:3``."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Grant]:  # noqa: ARG002
        return _grants(value or "")


IN_FORCE = or_(
    GrantRow.expires.is_(None), GrantRow.expires > bindparam("grants_at", callable_=now, type_=UtcDateTime())
)
"""The grants that have not expired when the statement runs."""


def grants_on(concept_id: ColumnElement[int] | Any) -> ColumnElement[frozenset[Grant]]:
    """Return a column ``grants``: the grants in force on the dataset in the column `concept_id`."""
    lines = select(_Joined(_LINE)).where(GrantRow.concept_id == concept_id, IN_FORCE)
    return type_coerce(lines.correlate_except(GrantRow).scalar_subquery(), GrantList()).label("grants")


_OF_ONE = select(grants_on(bindparam("concept_id")))


def grants_of(snapshot: Snapshot, concept_id: int) -> frozenset[Grant]:
    """Return the grants in force on one dataset."""
    return snapshot.session.execute(_OF_ONE, {"concept_id": concept_id}).scalar_one()


def granted_to_actor(concept_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """Return the condition that the actor in the statement's parameters has a grant on the dataset `concept_id`.

    `subject_values` gives the parameters.
    """
    subject = or_(
        *(
            and_(GrantRow.subject_kind == kind.value, in_list(GrantRow.subject_id, _parameter(kind)))
            for kind in SubjectKind
        )
    )
    return exists().where(GrantRow.concept_id == concept_id, subject, IN_FORCE).correlate_except(GrantRow)


def subject_values(actor: Actor) -> Mapping[str, Iterable[int]]:
    """Return the parameters of `granted_to_actor`."""
    values: dict[str, list[int]] = {_parameter(kind): [] for kind in SubjectKind}
    for subject in subjects_of(actor):
        values[_parameter(subject.kind)].append(subject.id)
    return values


def _parameter(kind: SubjectKind) -> str:
    return f"{kind.name.lower()}_ids"


@remembered(4_096)  # most datasets have an owner and nothing else, and an owner has many datasets
def _grants(lines: str) -> frozenset[Grant]:
    return frozenset(map(_grant, lines.split(","))) if lines else frozenset()


def _grant(line: str) -> Grant:
    permission, _, token = line.partition(" ")
    kind, _, subject_id = token.partition(":")
    return Grant(GrantSubject(SubjectKind(kind), int(subject_id)), Permission(permission))
