"""Reading teams and their members."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Boolean, and_, bindparam, func, or_, select

from repository.core.database.id_list import in_list
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.model import Person, Profile
from repository.people.nameable import sees_everybody
from repository.people.profile_rules import PUBLIC
from repository.people.teams.model import MemberStatus, Team, TeamMember
from repository.people.teams.rules import MOST_TEAMS, key_of

UNKNOWN_TEAM = "There is no such team."
AFTER_ALL = "\U0010ffff"


class SeenTeam(NamedTuple):
    """A team with the membership of the one who looks at it, None for none."""

    team: Team
    membership: TeamMember | None


class SeenMember(NamedTuple):
    """A person in a team, or invited to it."""

    membership: TeamMember
    name: str


_OWN = and_(TeamMember.team_id == Team.id, TeamMember.person_id == bindparam("person"))
_SEEN = select(Team, TeamMember).outerjoin(TeamMember, _OWN)
_ONE = _SEEN.where(Team.id == bindparam("team"))


def seen_team(snapshot: Snapshot, team_id: int) -> SeenTeam:
    """Return a team as the actor sees it; raise `NotFound`."""
    row = snapshot.session.execute(_ONE, {"team": team_id, "person": snapshot.actor.person_id}).one_or_none()
    if row is None:
        raise NotFound(UNKNOWN_TEAM)
    return SeenTeam(*row)


_OF_PERSON = select(Team, TeamMember).join(TeamMember, _OWN).order_by(Team.id).limit(2 * MOST_TEAMS)


def own_teams(snapshot: Snapshot) -> Sequence[SeenTeam]:
    """Return the teams that the actor is in or is invited to, oldest first."""
    rows = snapshot.session.execute(_OF_PERSON, {"person": snapshot.actor.person_id})
    return [SeenTeam(*row) for row in rows]


_NAMED = (
    _SEEN.where(Team.name_key >= bindparam("first"), Team.name_key < bindparam("end"))
    .order_by(Team.name_key, Team.id)
    .limit(bindparam("most"))
)


def teams_named(snapshot: Snapshot, beginning: str, most: int) -> Sequence[SeenTeam]:
    """Return at most so many teams whose names begin so, in the order of names."""
    first = key_of(beginning)
    values = {"first": first, "end": first + AFTER_ALL, "most": most, "person": snapshot.actor.person_id}
    return [SeenTeam(*row) for row in snapshot.session.execute(_NAMED, values)]


_FOR_CHANGE = select(Team).where(Team.id == bindparam("team")).with_for_update()


def team_for_change(unit: UnitOfWork, team_id: int) -> Team:
    """Return a team, locked until this transaction ends; raise `NotFound`."""
    team = unit.session.scalar(_FOR_CHANGE, {"team": team_id})
    if team is None:
        raise NotFound(UNKNOWN_TEAM)
    return team


_MEMBERS = (
    select(TeamMember, Person.name)
    .join(Person, Person.id == TeamMember.person_id)
    .outerjoin(Profile, Profile.person_id == TeamMember.person_id)
    .where(TeamMember.team_id == bindparam("team"), TeamMember.person_id > bindparam("after"))
    .where(
        or_(
            TeamMember.status == MemberStatus.MEMBER.value,
            Profile.visibility == PUBLIC,
            bindparam("sees_all", type_=Boolean()),
        )
    )
    .order_by(TeamMember.person_id)
    .limit(bindparam("most"))
)


def members_of(snapshot: Snapshot, team_id: int, after: int, most: int) -> Sequence[SeenMember]:
    """Return at most so many members and invited people with ids above `after`, ordered by id.

    Who is invited and hides from others is not listed.
    """
    values = {"team": team_id, "after": after, "most": most, "sees_all": sees_everybody(snapshot)}
    rows = snapshot.session.execute(_MEMBERS, values)
    return [SeenMember(*row) for row in rows]


_AMONG = select(TeamMember).where(TeamMember.team_id == bindparam("team"), in_list(TeamMember.person_id, "people"))


def memberships_among(snapshot: Snapshot, team_id: int, people: Collection[int]) -> Mapping[int, TeamMember]:
    """Return the memberships of these people in a team, by person."""
    rows = snapshot.session.scalars(_AMONG, {"team": team_id, "people": people})
    return {row.person_id: row for row in rows}


_COUNTED = (
    select(TeamMember.person_id, func.count())
    .where(in_list(TeamMember.person_id, "people"), TeamMember.status == bindparam("status"))
    .group_by(TeamMember.person_id)
)


def at_limit(snapshot: Snapshot, people: Collection[int], status: MemberStatus) -> Collection[int]:
    """Return which people are in, or are invited to, as many teams as one may be."""
    counts = snapshot.session.execute(_COUNTED, {"people": people, "status": status.value})
    return {person_id for person_id, count in counts if count >= MOST_TEAMS}
