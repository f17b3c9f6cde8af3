"""Institutions over HTTP."""

from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, may, must
from repository.core.clock import iso
from repository.core.unit_of_work import Snapshot
from repository.core.web.responses import json_reply, no_content
from repository.faces.api.institutions.schemas import (
    InstitutionListShape,
    InstitutionRequest,
    InstitutionRulesRequest,
    InstitutionShape,
    InstitutionsQuery,
)
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.teams.group_bodies import people_in
from repository.faces.api.teams.schemas import (
    GroupMembersQuery,
    GroupMembersShape,
    MemberRolesRequest,
    MembersRequest,
)
from repository.faces.api.teams.serializers import member_json
from repository.people.institutions.define_institution import open_institution, set_domains, set_entitlements
from repository.people.institutions.institution_people import admit, dismiss, institution_seen
from repository.people.institutions.model import Institution
from repository.people.institutions.queries import (
    domains_of,
    institution_of,
    institutions_after,
    patterns_of,
    people_of,
)
from repository.people.teams.model import MemberRole, MemberStatus

api = Api("institutions")
INSTITUTIONS = "/institutions"
INSTITUTION = f"{INSTITUTIONS}/<ror>"
CHANGE_ERRORS = (400, 403, 404, 409, 413, 415)


@api.route(
    "GET",
    INSTITUTIONS,
    "List the institutions whose people can hold grants",
    query=InstitutionsQuery,
    replies={200: InstitutionListShape},
    errors=(403,),
)
def list_institutions(call: ApiCall) -> Response:
    """Return one page of institutions in the order in which they were made."""
    must(call.actor, Action.LIST_TEAMS, Resource())
    after, size = call.query["after"], call.query["size"]
    with call.snapshot() as snapshot:
        institutions = institutions_after(snapshot, after, size)
    base = call.services.site.api(INSTITUTIONS)
    links = {"self": base}
    if len(institutions) == size:
        links["next"] = f"{base}?after={institutions[-1].id}&size={size}"
    hits = [_shown(call, institution, {}) for institution in institutions]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}, "links": links})


@api.route(
    "POST",
    INSTITUTIONS,
    "Make an organisation of ROR an institution, as an administrator",
    body=InstitutionRequest,
    replies={201: InstitutionShape},
    errors=(400, 403, 409, 413, 415),
)
def create_institution(call: ApiCall) -> Response:
    """Make an institution that nobody belongs to yet."""
    with call.transaction() as unit:
        institution = open_institution(unit, call.body["id"], call.body["name"])
        rules = _rules(call, unit, institution)
    return json_reply(_shown(call, institution, rules), 201)


@api.route("GET", INSTITUTION, "Read an institution by its ROR id", replies={200: InstitutionShape}, errors=(403, 404))
def read_institution(call: ApiCall, ror: str) -> Response:
    """Return an institution, with its rules for those who manage it."""
    must(call.actor, Action.LIST_TEAMS, Resource())
    with call.snapshot() as snapshot:
        institution = institution_of(snapshot, ror)
        rules = _rules(call, snapshot, institution)
    return json_reply(_shown(call, institution, rules))


@api.route(
    "PUT",
    INSTITUTION,
    "Say by which domains and entitlements people belong to an institution, as an administrator",
    body=InstitutionRulesRequest,
    replies={200: InstitutionShape},
    errors=CHANGE_ERRORS,
)
def update_institution(call: ApiCall, ror: str) -> Response:
    """Replace the rules that the body names; they hold from the next request on."""
    must(call.actor, Action.MANAGE_INSTITUTIONS, Resource())
    with call.transaction() as unit:
        institution = institution_of(unit, ror)
        if call.body["domains"] is not None:
            set_domains(unit, ror, call.body["domains"])
        if call.body["entitlements"] is not None:
            set_entitlements(unit, ror, call.body["entitlements"])
        rules = _rules(call, unit, institution)
    return json_reply(_shown(call, institution, rules))


@api.route(
    "GET",
    f"{INSTITUTION}/members",
    "List who belongs to an institution by an act or an entitlement, for those who do",
    query=GroupMembersQuery,
    replies={200: GroupMembersShape},
    errors=(403, 404),
)
def list_institution_members(call: ApiCall, ror: str) -> Response:
    """Return one page of people; whoever belongs by their address alone is not listed."""
    must(call.actor, Action.LIST_TEAMS, Resource())
    after, size = call.query["after"], call.query["size"]
    with call.snapshot() as snapshot:
        institution = institution_of(snapshot, ror)
        must(call.actor, Action.READ_MEMBERS, institution_seen(snapshot, institution.id))
        people = people_of(snapshot, institution.id, after, size)
    base = call.services.site.api(f"{INSTITUTIONS}/{institution.ror}/members")
    links = {"self": base}
    if len(people) == size:
        links["next"] = f"{base}?after={people[-1].membership.person_id}&size={size}"
    status, reader = MemberStatus.MEMBER.value, call.actor.person_id
    hits = [member_json(person.membership, person.name, reader, status) for person in people]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}, "links": links})


@api.route(
    "PUT",
    f"{INSTITUTION}/members",
    "Let people belong to an institution; only administrators appoint managers",
    body=MemberRolesRequest,
    replies={204: None},
    errors=CHANGE_ERRORS,
)
def admit_to_institution(call: ApiCall, ror: str) -> Response:
    """Add people, or give them another role."""
    with call.transaction() as unit:
        admit(unit, ror, people_in(call.body), MemberRole(call.body["role"]))
    return no_content()


@api.route(
    "DELETE",
    f"{INSTITUTION}/members",
    "Take people out who belong to an institution by an act or an entitlement",
    body=MembersRequest,
    replies={204: None},
    errors=CHANGE_ERRORS,
)
def dismiss_from_institution(call: ApiCall, ror: str) -> Response:
    """Take people out; a rule that describes them may bring them back."""
    with call.transaction() as unit:
        dismiss(unit, ror, people_in(call.body))
    return no_content()


def _rules(call: ApiCall, snapshot: Snapshot, institution: Institution) -> dict[str, Any]:
    """Return the rules of an institution for those who manage it, nothing for others."""
    if not may(call.actor, Action.MANAGE_INSTITUTION, institution_seen(snapshot, institution.id)):
        return {}
    return {
        "domains": list(domains_of(snapshot, institution.id)),
        "entitlements": list(patterns_of(snapshot, institution.id)),
    }


def _shown(call: ApiCall, institution: Institution, rules: dict[str, Any]) -> dict[str, Any]:
    base = call.services.site.api(f"{INSTITUTIONS}/{institution.ror}")
    return {
        "id": institution.ror,
        "name": institution.name,
        "created": iso(institution.created),
        "is_member": institution.id in call.actor.institutions,
        **rules,
        "links": {"self": base, "members": f"{base}/members"},
    }
