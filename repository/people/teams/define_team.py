"""Make teams, change what is said of them, and remove them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, exists, select

from repository.access.model import GrantRow
from repository.access.policy import Action, Resource, must, require_scope
from repository.access.principals import SubjectKind
from repository.core.errors import Conflict, Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.teams.facts import TeamChanged, TeamOpened, TeamRemoved
from repository.people.teams.model import MemberRole, MemberStatus, Team, TeamMember
from repository.people.teams.queries import SeenTeam, at_limit, memberships_among, team_for_change
from repository.people.teams.rules import MOST_TEAMS, group_seen_by, key_of, team_name, team_slug


def open_team(unit: UnitOfWork, about: Mapping[str, Any]) -> SeenTeam:
    """Make a team whose first manager is the actor; raise `Forbidden`, `Invalid`, or `Conflict` for one too many."""
    must(unit.actor, Action.OPEN_TEAM, Resource())
    person_id = unit.actor.person_id
    assert person_id is not None
    require_room(unit, person_id)
    team = Team(members=1, managers=1, created_by=person_id, created=unit.now, **_described(unit, about, None))
    unit.session.add(team)
    unit.session.flush()
    own = TeamMember(
        team_id=team.id,
        person_id=person_id,
        role=MemberRole.MANAGER.value,
        status=MemberStatus.MEMBER.value,
        at=unit.now,
    )
    unit.session.add(own)
    unit.session.flush()
    unit.emit(TeamOpened(team.id))
    return SeenTeam(team, own)


def require_room(unit: UnitOfWork, person_id: int) -> None:
    """Raise `Conflict` if a person is in as many teams as one may be."""
    if at_limit(unit, [person_id], MemberStatus.MEMBER):
        raise Conflict(f"A person can be in at most {MOST_TEAMS} teams.")


def change_team(unit: UnitOfWork, team_id: int, about: Mapping[str, Any]) -> SeenTeam:
    """Give a team another name, slug and description; raise `NotFound`, `Forbidden`, `Invalid`."""
    team, own = managed_team(unit, team_id)
    for name, value in _described(unit, about, team).items():
        setattr(team, name, value)
    unit.session.flush()
    unit.emit(TeamChanged(team.id))
    return SeenTeam(team, own)


_HAS_GRANTS = select(
    exists().where(GrantRow.subject_kind == SubjectKind.TEAM.value, GrantRow.subject_id == bindparam("team"))
)


def remove_team(unit: UnitOfWork, team_id: int) -> None:
    """Remove a team; raise `NotFound`, `Forbidden`, or `Conflict` while a dataset is shared with it or belongs to it.

    Who gives a team a grant locks its row too, so no grant can name a team that is gone.
    """
    team, _ = managed_team(unit, team_id)
    if unit.session.scalar(_HAS_GRANTS, {"team": team_id}):
        raise Conflict("Datasets are shared with this team or belong to it. Take it out of them first.")
    unit.session.delete(team)
    unit.session.flush()
    unit.emit(TeamRemoved(team_id))


def managed_team(unit: UnitOfWork, team_id: int) -> tuple[Team, TeamMember | None]:
    """Return a team, locked, with the actor's membership; raise `NotFound`, or `Forbidden` unless they manage it."""
    require_scope(unit.actor, Action.MANAGE_TEAM)
    team = team_for_change(unit, team_id)
    own = own_membership(unit, team_id)
    must(unit.actor, Action.MANAGE_TEAM, team_seen(unit, own))
    return team, own


def own_membership(snapshot: Snapshot, team_id: int) -> TeamMember | None:
    """Return the actor's membership or invitation."""
    person_id = snapshot.actor.person_id
    return None if person_id is None else memberships_among(snapshot, team_id, [person_id]).get(person_id)


def team_seen(snapshot: Snapshot, own: TeamMember | None) -> Resource:
    """Return a team as the policy sees it; an invitation permits nothing."""
    role = own.role if own is not None and own.status == MemberStatus.MEMBER else None
    return group_seen_by(snapshot.actor.person_id, role)


_TAKEN = select(Team.id).where(Team.slug == bindparam("slug"))


def _described(unit: UnitOfWork, about: Mapping[str, Any], team: Team | None) -> dict[str, Any]:
    """Return the columns that describe a team; raise `Invalid` for a slug that another team has."""
    name, slug = team_name(about["name"]), team_slug(about["slug"])
    if slug is not None and unit.session.scalar(_TAKEN, {"slug": slug}) not in (None, team and team.id):
        raise Invalid.field("slug", "A team with this identifier already exists.")
    return {"name": name, "name_key": key_of(name), "slug": slug, "description": about["description"]}
