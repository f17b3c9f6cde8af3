"""Teams and their members as JSON."""

from collections.abc import Sequence
from typing import Any

from repository.core.clock import iso
from repository.core.site import Site
from repository.people.institutions.model import InstitutionMember
from repository.people.teams.model import MemberStatus, TeamMember
from repository.people.teams.queries import SeenMember, SeenTeam


def team_json(site: Site, seen: SeenTeam) -> dict[str, Any]:
    """Return a team as whoever looks at it may see it."""
    team, own = seen
    base = site.api(f"/teams/{team.id}")
    body: dict[str, Any] = {
        "id": str(team.id),
        "name": team.name,
        "slug": team.slug,
        "description": team.description,
        "created": iso(team.created),
        "membership": {"role": own.role, "status": own.status} if own else None,
        "links": {"self": base, "members": f"{base}/members"},
    }
    if own and own.status == MemberStatus.MEMBER:
        body["members_count"] = team.members
    return body


def teams_json(site: Site, teams: Sequence[SeenTeam]) -> dict[str, Any]:
    """Return a list of teams."""
    return {"hits": {"hits": [team_json(site, seen) for seen in teams], "total": len(teams)}}


def members_json(base: str, members: Sequence[SeenMember], total: int, size: int, reader: int | None) -> dict[str, Any]:
    """Return one page of members at the address `base`, as the person `reader` sees it."""
    hits = [member_json(seen.membership, seen.name, reader, seen.membership.status) for seen in members]
    links = {"self": base}
    if len(members) == size:
        links["next"] = f"{base}?after={members[-1].membership.person_id}&size={size}"
    return {"hits": {"hits": hits, "total": total}, "links": links}


def member_json(
    membership: TeamMember | InstitutionMember, name: str, reader: int | None, status: str
) -> dict[str, Any]:
    """Return a member by id and name, never by address."""
    person_id = membership.person_id
    return {
        "member": {"type": "user", "id": str(person_id), "name": name},
        "role": membership.role,
        "status": status,
        "is_current_user": person_id == reader,
        "created": iso(membership.at),
    }
