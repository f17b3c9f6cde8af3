"""Who can own a dataset, and who answers for an owner."""

from collections.abc import Sequence

from repository.access.principals import GrantSubject, SubjectKind
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.group_subjects import existing_subjects
from repository.people.teams.model import MemberRole, MemberStatus
from repository.people.teams.queries import own_teams

OWNERS = (SubjectKind.PERSON, SubjectKind.TEAM)
"""The kinds of subjects that can own a dataset."""


def can_own(unit: UnitOfWork, subject: GrantSubject) -> bool:
    """Return whether a dataset can be given to this subject: a person whose account is in use, or a team.

    A team cannot go until the transaction ends.
    """
    return subject.kind in OWNERS and subject in existing_subjects(unit, [subject])


def answered_by(snapshot: Snapshot) -> Sequence[GrantSubject]:
    """Return the subjects that the actor may accept a dataset for: themselves, and the teams that they manage."""
    if snapshot.actor.person_id is None:
        return []
    managed = [
        GrantSubject(SubjectKind.TEAM, seen.team.id)
        for seen in own_teams(snapshot)
        if seen.membership is not None
        and (seen.membership.role, seen.membership.status) == (MemberRole.MANAGER, MemberStatus.MEMBER)
    ]
    return [GrantSubject(SubjectKind.PERSON, snapshot.actor.person_id), *managed]
