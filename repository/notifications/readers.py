"""People as readers of notices: their rights now, their address, their languages."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import SubjectKind
from repository.core.actor import Actor, Role
from repository.core.unit_of_work import Snapshot
from repository.notifications.notice_kind import MailRecipient
from repository.notifications.wording import LANGUAGES
from repository.people.acting import acting
from repository.people.model import Person, Profile
from repository.people.teams.model import MemberStatus, TeamMember

MOST_ADMINISTRATORS = 100
MOST_RESPONSIBLE = 100
MOST_MEMBERS = 500
_MANAGING = (Permission.MANAGE.value, Permission.OWNER.value)


def reader_of(snapshot: Snapshot, person: Person) -> Actor:
    """Return the person as an actor who signed in: what they may read, their mail may tell."""
    return acting(snapshot, person)


def mail_recipient(snapshot: Snapshot, person: Person) -> MailRecipient:
    """Return where a person's mail goes; who chose no language is told in both."""
    profile = snapshot.session.get(Profile, person.id)
    languages = [profile.language] if profile is not None and profile.language in LANGUAGES else LANGUAGES
    return MailRecipient(person.email, person.name, languages)


_ADMINISTRATORS = (
    select(Person.id)
    .where(Person.role == Role.ADMINISTRATOR.value, Person.active)
    .order_by(Person.id)
    .limit(MOST_ADMINISTRATORS)
)


def administrators(snapshot: Snapshot) -> Sequence[int]:
    """Return the people who look after the site."""
    return snapshot.session.scalars(_ADMINISTRATORS).all()


_MEMBERS = (
    select(TeamMember.person_id)
    .where(TeamMember.team_id == bindparam("team_id"), TeamMember.status == MemberStatus.MEMBER.value)
    .order_by(TeamMember.person_id)
    .limit(MOST_MEMBERS)
)


def members_of(snapshot: Snapshot, team_id: int) -> Sequence[int]:
    """Return the people of a team."""
    return snapshot.session.scalars(_MEMBERS, {"team_id": team_id}).all()


_RESPONSIBLE = (
    select(GrantRow.subject_id)
    .where(
        GrantRow.concept_id == bindparam("concept_id"),
        GrantRow.subject_kind == SubjectKind.PERSON.value,
        GrantRow.permission.in_(_MANAGING),
    )
    .order_by(GrantRow.id)
    .limit(MOST_RESPONSIBLE)
)


def people_responsible(snapshot: Snapshot, concept_id: int) -> Iterable[int]:
    """Return the people who own or manage a dataset by a grant of their own."""
    return snapshot.session.scalars(_RESPONSIBLE, {"concept_id": concept_id}).all()
