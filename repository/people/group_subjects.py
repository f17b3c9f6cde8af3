"""Whether what a grant shall name is there: a person, a team or an institution."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select

from repository.access.principals import GrantSubject, SubjectKind
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import UnitOfWork
from repository.people.institutions.model import Institution
from repository.people.model import Person
from repository.people.teams.model import Team

_EXISTING: Mapping[SubjectKind, Select[Any]] = {
    SubjectKind.PERSON: select(Person.id).where(in_list(Person.id, "ids"), Person.active),
    # in the order of ids, so that two who give to the same teams do not wait for each other
    SubjectKind.TEAM: select(Team.id).where(in_list(Team.id, "ids")).order_by(Team.id).with_for_update(read=True),
    SubjectKind.INSTITUTION: select(Institution.id).where(in_list(Institution.id, "ids")),
}


def existing_subjects(unit: UnitOfWork, subjects: Iterable[GrantSubject]) -> frozenset[GrantSubject]:
    """Return those of the subjects that a grant can name, by one query a kind.

    A team cannot go until the transaction ends.  Everybody who is signed in is always there; links are not looked up
    here.
    """
    chosen = frozenset(subjects)
    ids = {kind: sorted(subject.id for subject in chosen if subject.kind is kind) for kind in _EXISTING}
    there = {
        GrantSubject(kind, number)
        for kind, statement in _EXISTING.items()
        if ids[kind]
        for number in unit.session.scalars(statement, {"ids": ids[kind]})
    }
    return frozenset(there | {subject for subject in chosen if subject.kind is SubjectKind.SIGNED_IN})
