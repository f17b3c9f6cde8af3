"""Teams and institutions by the rules of providers, which are left again when the rules no longer give them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from repository.core.unit_of_work import UnitOfWork
from repository.people.institutions.model import Institution
from repository.people.teams.facts import TeamJoined, TeamLeft
from repository.people.teams.model import MemberRole, MemberStatus, Team, TeamMember
from repository.people.teams.queries import team_for_change


def settle_teams(unit: UnitOfWork, person_id: int, slugs: Collection[str], joined: Collection[str]) -> Sequence[str]:
    """Return the teams that a person is in by rule; `joined` are those of before.

    Who was in a team by invitation, or manages it by now, stays.
    """
    teams = select(Team.id).where(Team.slug.in_(sorted({*slugs, *joined}))).order_by(Team.id)
    by_rule = []
    for team_id in unit.session.scalars(teams).all() if slugs or joined else []:
        team = team_for_change(unit, team_id)
        slug = str(team.slug)
        member = unit.session.get(TeamMember, (team_id, person_id))
        if slug in slugs:
            if slug in joined or member is None or member.status == MemberStatus.INVITED:
                by_rule.append(slug)
            _join(unit, team, member, person_id)
        elif member is not None and member.role == MemberRole.MEMBER:
            _leave(unit, team, member)
    return by_rule


def institutions_by_rule(unit: UnitOfWork, rors: Collection[str]) -> Mapping[int, str]:
    """Return the ids of institutions, each with its ROR id."""
    if not rors:
        return {}
    rows = unit.session.execute(select(Institution.id, Institution.ror).where(Institution.ror.in_(sorted(rors))))
    return {row.id: row.ror for row in rows}


def _join(unit: UnitOfWork, team: Team, member: TeamMember | None, person_id: int) -> None:
    if member is not None and member.status == MemberStatus.MEMBER:
        return
    if member is None:
        member = TeamMember(team_id=team.id, person_id=person_id, role=MemberRole.MEMBER.value)
        unit.session.add(member)
    member.status, member.at = MemberStatus.MEMBER.value, unit.now
    team.members += 1
    team.managers += 1 if member.role == MemberRole.MANAGER else 0
    unit.session.flush()
    unit.emit(TeamJoined(team.id, person_id, member.role))


def _leave(unit: UnitOfWork, team: Team, member: TeamMember) -> None:
    team.members -= 1 if member.status == MemberStatus.MEMBER else 0
    unit.session.delete(member)
    unit.session.flush()
    unit.emit(TeamLeft(team.id, member.person_id))
