"""Invite people to a team, answer invitations, change roles, and take members out.

Every change locks the row of the team first, which counts its members and managers.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from repository.access.policy import Action, Resource, must
from repository.core.errors import Conflict, Invalid, NotFound
from repository.core.unit_of_work import UnitOfWork
from repository.people.nameable import UNKNOWN_PERSON, NamedPerson, is_oneself, people_named
from repository.people.teams.define_team import managed_team, require_room
from repository.people.teams.facts import TeamInvited, TeamJoined, TeamLeft, TeamRoleChanged
from repository.people.teams.model import MemberRole, MemberStatus, Team, TeamMember
from repository.people.teams.queries import at_limit, memberships_among, team_for_change
from repository.people.teams.rules import MOST_MEMBERS

LAST_MANAGER = "A team must have at least one manager."
NO_INVITATION = "There is no such invitation."


def invite(unit: UnitOfWork, team_id: int, named: Sequence[NamedPerson], role: MemberRole) -> None:
    """Invite people, who become members when they accept; those who are in the team stay what they are.

    Raises `NotFound`, `Forbidden`, `Invalid` at the place of a person who cannot be invited, `Conflict` at a limit.
    """
    team, _ = managed_team(unit, team_id)
    people = _people(unit, team_id, named)
    present, busy = memberships_among(unit, team_id, people), at_limit(unit, people, MemberStatus.INVITED)
    if any(person.id in busy and person.id not in present for person in named):
        raise Conflict("Somebody has too many invitations to be invited now.")
    new = [person_id for person_id in people if person_id not in present and person_id not in busy]
    # addresses count whether they are known or not: a full team must not tell which are
    if team.members + sum(person.id not in present for person in named) > MOST_MEMBERS:
        raise Conflict(f"A team can have at most {MOST_MEMBERS} members.")
    invited = {"team_id": team_id, "role": role.value, "status": MemberStatus.INVITED.value, "at": unit.now}
    unit.session.add_all(TeamMember(person_id=person_id, **invited) for person_id in new)
    unit.session.flush()
    for person_id in new:
        unit.emit(TeamInvited(team_id, person_id, role.value))


def accept(unit: UnitOfWork, team_id: int) -> None:
    """Join a team that one is invited to; raise `NotFound` without an invitation, `Conflict` in too many teams."""
    team, own = _invitation(unit, team_id)
    require_room(unit, own.person_id)
    own.status, own.at = MemberStatus.MEMBER.value, unit.now
    _count(team, own, 1)
    unit.emit(TeamJoined(team_id, own.person_id, own.role))


def decline(unit: UnitOfWork, team_id: int) -> None:
    """Refuse an invitation; raise `NotFound` without one."""
    _, own = _invitation(unit, team_id)
    unit.session.delete(own)
    unit.emit(TeamLeft(team_id, own.person_id))


def change_roles(unit: UnitOfWork, team_id: int, named: Sequence[NamedPerson], role: MemberRole) -> None:
    """Make people in a team, or invited to it, managers or members; raise `Conflict` if no manager would be left."""
    team, _ = managed_team(unit, team_id)
    managers = team.managers
    for member in _members(unit, team_id, named):
        if member.role != role.value:
            _count(team, member, -1)
            before, member.role = member.role, role.value
            _count(team, member, 1)
            unit.emit(TeamRoleChanged(team_id, member.person_id, role.value, before))
    _require_lead(team, managers)


def remove_members(unit: UnitOfWork, team_id: int, named: Sequence[NamedPerson]) -> None:
    """Take people out of a team at once, or their invitations back; one may leave oneself.

    Raises `NotFound`, `Forbidden`, `Invalid` at the place of a person who is not in it, `Conflict` if no manager stays.
    """
    if is_oneself(unit, named):
        must(unit.actor, Action.ANSWER_INVITATION, Resource())
        team = team_for_change(unit, team_id)
    else:
        team, _ = managed_team(unit, team_id)
    managers = team.managers
    for member in _members(unit, team_id, named):
        _count(team, member, -1)
        unit.session.delete(member)
        unit.emit(TeamLeft(team_id, member.person_id))
    _require_lead(team, managers)


_OF_PERSON = select(TeamMember.team_id).where(TeamMember.person_id == bindparam("person")).order_by(TeamMember.team_id)


def leave_all_teams(unit: UnitOfWork, person_id: int) -> None:
    """Take a person whose account goes out of all teams; administrators look after one that has no manager then."""
    for team_id in unit.session.scalars(_OF_PERSON, {"person": person_id}).all():
        team = team_for_change(unit, team_id)
        for member in memberships_among(unit, team_id, [person_id]).values():
            _count(team, member, -1)
            unit.session.delete(member)
            unit.emit(TeamLeft(team_id, person_id))
    unit.session.flush()


def move_teams(unit: UnitOfWork, person_id: int, other_id: int) -> None:
    """Give the memberships of a doubled account to the other one, which keeps those that it has."""
    for team_id in unit.session.scalars(_OF_PERSON, {"person": person_id}).all():
        team = team_for_change(unit, team_id)
        rows = memberships_among(unit, team_id, [person_id, other_id])
        own, other = rows[person_id], rows.get(other_id)
        if other is None or other.status == MemberStatus.INVITED:
            other = other or TeamMember(team_id=team_id, person_id=other_id)
            other.role, other.status, other.at = own.role, own.status, own.at
            unit.session.add(other)
        else:
            _count(team, own, -1)
        unit.session.delete(own)
        unit.emit(TeamLeft(team_id, person_id))
    unit.session.flush()


def _invitation(unit: UnitOfWork, team_id: int) -> tuple[Team, TeamMember]:
    must(unit.actor, Action.ANSWER_INVITATION, Resource())
    person_id = unit.actor.person_id
    assert person_id is not None
    team = team_for_change(unit, team_id)
    own = memberships_among(unit, team_id, [person_id]).get(person_id)
    if own is None or own.status != MemberStatus.INVITED:
        raise NotFound(NO_INVITATION)
    return team, own


def _people(unit: UnitOfWork, team_id: int, named: Sequence[NamedPerson]) -> Sequence[int]:
    """Return the ids of people; members see each other, and who is only invited stays as hidden as before."""
    rows = memberships_among(unit, team_id, [person.id for person in named]).values()
    return people_named(unit, named, {row.person_id for row in rows if row.status == MemberStatus.MEMBER})


def _members(unit: UnitOfWork, team_id: int, named: Sequence[NamedPerson]) -> Iterable[TeamMember]:
    """Return the memberships of these people; raise `Invalid` at the place of an id that is not in the team."""
    present = memberships_among(unit, team_id, _people(unit, team_id, named))
    for person in named:
        if person.email is None and person.id not in present:
            raise Invalid.field(person.field, UNKNOWN_PERSON)
    return present.values()


def _count(team: Team, member: TeamMember, step: int) -> None:
    """Count a member of a team once more, or once less; an invitation does not count."""
    if member.status == MemberStatus.MEMBER:
        team.members += step
        team.managers += step if member.role == MemberRole.MANAGER else 0


def _require_lead(team: Team, before: int) -> None:
    if team.managers < 1 <= before:
        raise Conflict(LAST_MANAGER)
