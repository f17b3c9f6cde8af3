"""Teams over HTTP."""

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.web.responses import json_reply, no_content
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.teams.group_bodies import people_in
from repository.faces.api.teams.schemas import (
    GroupMembersQuery,
    GroupMembersShape,
    InvitationRequest,
    MemberRolesRequest,
    MembersRequest,
    TeamListShape,
    TeamRequest,
    TeamShape,
    TeamsQuery,
)
from repository.faces.api.teams.serializers import members_json, team_json, teams_json
from repository.people.teams.define_team import change_team, open_team, own_membership, remove_team, team_seen
from repository.people.teams.model import MemberRole
from repository.people.teams.queries import members_of, own_teams, seen_team, teams_named
from repository.people.teams.team_members import accept, change_roles, decline, invite, remove_members

api = Api("teams")
TEAMS = "/teams"
TEAM = f"{TEAMS}/<record:team_id>"
CHANGE_ERRORS = (400, 403, 404, 409, 413, 415)


@api.route(
    "GET",
    TEAMS,
    "List one's teams and invitations, or look for teams by name",
    query=TeamsQuery,
    replies={200: TeamListShape},
    errors=(403,),
)
def list_teams(call: ApiCall) -> Response:
    """Return one's own teams, or the first whose names begin so."""
    must(call.actor, Action.LIST_TEAMS, Resource())
    beginning = call.query["suggest"] or call.query["q"]
    with call.snapshot() as snapshot:
        teams = teams_named(snapshot, beginning, call.query["size"]) if beginning else own_teams(snapshot)
    return json_reply(teams_json(call.services.site, teams))


@api.route(
    "POST",
    TEAMS,
    "Make a team; one is its first manager",
    body=TeamRequest,
    replies={201: TeamShape},
    errors=(400, 403, 409, 413, 415),
)
def create_team(call: ApiCall) -> Response:
    """Make a team that nobody else is in."""
    with call.transaction() as unit:
        seen = open_team(unit, call.body)
    return json_reply(team_json(call.services.site, seen), 201)


@api.route("GET", TEAM, "Read what a team is", replies={200: TeamShape}, errors=(403, 404))
def read_team(call: ApiCall, team_id: int) -> Response:
    """Return name and description, with one's own membership."""
    must(call.actor, Action.LIST_TEAMS, Resource())
    with call.snapshot() as snapshot:
        seen = seen_team(snapshot, team_id)
    return json_reply(team_json(call.services.site, seen))


@api.route(
    "PUT", TEAM, "Change name, slug and description", body=TeamRequest, replies={200: TeamShape}, errors=CHANGE_ERRORS
)
def update_team(call: ApiCall, team_id: int) -> Response:
    """Replace what is said of a team."""
    with call.transaction() as unit:
        seen = change_team(unit, team_id, call.body)
    return json_reply(team_json(call.services.site, seen))


@api.route("DELETE", TEAM, "Remove a team that no dataset is shared with", replies={204: None}, errors=(403, 404, 409))
def delete_team(call: ApiCall, team_id: int) -> Response:
    """Remove the team with all memberships and invitations."""
    with call.transaction() as unit:
        remove_team(unit, team_id)
    return no_content()


@api.route(
    "GET",
    f"{TEAM}/members",
    "List the members of a team, and those who are invited, for its members",
    query=GroupMembersQuery,
    replies={200: GroupMembersShape},
    errors=(403, 404),
)
def list_team_members(call: ApiCall, team_id: int) -> Response:
    """Return one page of members in the order of their ids."""
    must(call.actor, Action.LIST_TEAMS, Resource())
    after, size = call.query["after"], call.query["size"]
    with call.snapshot() as snapshot:
        team = seen_team(snapshot, team_id).team
        must(call.actor, Action.READ_MEMBERS, team_seen(snapshot, own_membership(snapshot, team_id)))
        members = members_of(snapshot, team_id, after, size)
    base = call.services.site.api(f"{TEAMS}/{team_id}/members")
    return json_reply(members_json(base, members, team.members, size, call.actor.person_id))


@api.route(
    "POST",
    f"{TEAM}/members",
    "Invite people; they are members when they accept",
    body=InvitationRequest,
    replies={204: None},
    errors=CHANGE_ERRORS,
)
def invite_to_team(call: ApiCall, team_id: int) -> Response:
    """Invite people; those who are in the team stay what they are."""
    with call.transaction() as unit:
        invite(unit, team_id, people_in(call.body), MemberRole(call.body["role"]))
    return no_content()


@api.route(
    "PUT",
    f"{TEAM}/members",
    "Make people of a team managers or members",
    body=MemberRolesRequest,
    replies={204: None},
    errors=CHANGE_ERRORS,
)
def change_team_roles(call: ApiCall, team_id: int) -> Response:
    """Change the role of people in the team, or invited to it."""
    with call.transaction() as unit:
        change_roles(unit, team_id, people_in(call.body), MemberRole(call.body["role"]))
    return no_content()


@api.route(
    "DELETE",
    f"{TEAM}/members",
    "Take people out of a team, or leave it oneself",
    body=MembersRequest,
    replies={204: None},
    errors=CHANGE_ERRORS,
)
def remove_from_team(call: ApiCall, team_id: int) -> Response:
    """Take people out at once, or their invitations back."""
    with call.transaction() as unit:
        remove_members(unit, team_id, people_in(call.body))
    return no_content()


@api.route(
    "POST", f"{TEAM}/actions/accept", "Accept an invitation to a team", replies={200: TeamShape}, errors=(403, 404, 409)
)
def accept_invitation(call: ApiCall, team_id: int) -> Response:
    """Join the team that one was invited to."""
    with call.transaction() as unit:
        accept(unit, team_id)
        seen = seen_team(unit, team_id)
    return json_reply(team_json(call.services.site, seen))


@api.route(
    "POST", f"{TEAM}/actions/decline", "Refuse an invitation to a team", replies={204: None}, errors=(403, 404, 409)
)
def decline_invitation(call: ApiCall, team_id: int) -> Response:
    """Take one's own invitation away."""
    with call.transaction() as unit:
        decline(unit, team_id)
    return no_content()
