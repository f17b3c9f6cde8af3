"""Grants in statements: as a column beside a dataset, and as the condition of a list.

What an actor may do to a dataset follows from the grants to the actor's own subjects alone.  So these are read with the
row of the dataset, by the index of dataset and subject: a read costs the same for one grant and for ten thousand.  Only
the index of the search takes all grants of a dataset (`grants_on`), in jobs.
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
from sqlalchemy.types import TypeDecorator

from repository.access.model import GrantRow
from repository.access.policy import Grant, Permission
from repository.access.principals import GrantSubject, SubjectKind, reading_subjects, subjects_of
from repository.core.actor import Actor
from repository.core.cache import remembered
from repository.core.clock import now
from repository.core.database.engine import UtcDateTime
from repository.core.database.id_list import in_list
from repository.core.database.joined_text import JoinedText
from repository.core.unit_of_work import Snapshot

_LINE = (
    GrantRow.permission
    + literal_column("' '")
    + GrantRow.subject_kind
    + literal_column("':'")
    + cast(GrantRow.subject_id, String)
)


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
    """Return a column ``grants``: all grants in force on the dataset in the column `concept_id`."""
    lines = select(JoinedText(_LINE)).where(GrantRow.concept_id == concept_id, IN_FORCE)
    return type_coerce(lines.correlate_except(GrantRow).scalar_subquery(), GrantList()).label("grants")


# names rather than parameters: a list of these would be written anew for every execution
_OF_KNOWN_KINDS = GrantRow.subject_kind.in_([literal_column(f"'{kind}'") for kind in SubjectKind])


def grants_held(concept_id: ColumnElement[int] | Any) -> ColumnElement[frozenset[Grant]]:
    """Return a column ``grants``: those in force on the dataset that may be the actor's, whom `held_values` gives.

    Ids of several kinds are in one list, so a few may be of other subjects; the policy uses the actor's own alone.
    """
    lines = select(JoinedText(_LINE)).where(
        GrantRow.concept_id == concept_id,
        _OF_KNOWN_KINDS,
        in_list(GrantRow.subject_id, HELD),
        IN_FORCE,
    )
    return type_coerce(lines.correlate_except(GrantRow).scalar_subquery(), GrantList()).label("grants")


HELD = "held_ids"
"""The parameter of `grants_held`."""


def held_values(actor: Actor) -> dict[str, Any]:
    """Return the parameter of `grants_held`: the ids of the subjects whose grants the actor may use."""
    return {HELD: sorted({subject.id for subject in subjects_of(actor)})}


_OF_ONE = select(grants_held(bindparam("concept_id")))


def grants_of(snapshot: Snapshot, concept_id: int) -> frozenset[Grant]:
    """Return the grants in force on one dataset that may be the actor's."""
    return snapshot.session.execute(_OF_ONE, {"concept_id": concept_id, **held_values(snapshot.actor)}).scalar_one()


_ANY = select(GrantRow.id).where(GrantRow.concept_id == bindparam("concept_id")).limit(1)


def has_grants(snapshot: Snapshot, concept_id: int) -> bool:
    """Return whether anybody ever got a grant on a dataset that is there still."""
    return snapshot.session.scalar(_ANY, {"concept_id": concept_id}) is not None


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
    # with both the index finds them among any number of grants
    of_ids = in_list(GrantRow.subject_id, _OF_READER)
    grant = exists().where(GrantRow.concept_id == concept_id, _OF_KNOWN_KINDS, of_ids, subject, IN_FORCE)
    return grant.correlate_except(GrantRow)


def subject_values(actor: Actor) -> Mapping[str, Iterable[int]]:
    """Return the parameters of `granted_to_actor`."""
    values: dict[str, list[int]] = {_parameter(kind): [] for kind in SubjectKind}
    for subject in reading_subjects(actor):
        values[_parameter(subject.kind)].append(subject.id)
    return {**values, _OF_READER: sorted({number for ids in values.values() for number in ids})}


_OF_READER = "reader_ids"


def _parameter(kind: SubjectKind) -> str:
    return f"{kind.name.lower()}_ids"


@remembered(4_096)  # most datasets have an owner and nothing else, and an owner has many datasets
def _grants(lines: str) -> frozenset[Grant]:
    grants = map(_grant, lines.split(",")) if lines else ()
    return frozenset(grant for grant in grants if grant is not None)


def _grant(line: str) -> Grant | None:
    """Return the grant, None for a kind or a permission that only a newer release knows: it permits nothing here."""
    permission, _, token = line.partition(" ")
    kind, _, subject_id = token.partition(":")
    if kind not in frozenset(SubjectKind) or permission not in frozenset(Permission):
        return None
    return Grant(GrantSubject(SubjectKind(kind), int(subject_id)), Permission(permission))
