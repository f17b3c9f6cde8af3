"""Grants over HTTP: those of one dataset, under the id of any draft or version of it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Response

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind, reads_closed
from repository.core.clock import iso
from repository.core.paging import Page, PageLinks
from repository.core.unit_of_work import Snapshot
from repository.core.web.responses import json_reply, no_content
from repository.core.web.shared_schemas import PageQuery
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.sharing.schemas import (
    GrantChange,
    GrantListShape,
    GrantReplacement,
    GrantsBody,
    GrantShape,
)
from repository.sharing.give import Gift, change_grant, give_grants, take_grant
from repository.sharing.queries import dataset_of, grant_of_dataset, grant_to, grants_page, shared_dataset, subject_of
from repository.sharing.subjects import Name, names_of, subject_numbered, subjects_named

api = Api("sharing")
ACCESS = "/records/<record:record_id>/access"
GRANTS, GRANT = f"{ACCESS}/grants", f"{ACCESS}/grants/<record:grant_id>"
USERS, USER = f"{ACCESS}/users", f"{ACCESS}/users/<subject_id>"
GROUPS, GROUP = f"{ACCESS}/groups", f"{ACCESS}/groups/<subject_id>"
CHANGE_ERRORS = (403, 404, 409, 413, 415)
OF_USERS, OF_GROUPS = "user", "group"
_Find = Callable[[Snapshot, int], GrantRow]


@api.route(
    "GET", GRANTS, "List who has a part in a dataset", query=PageQuery, replies={200: GrantListShape}, errors=(403, 404)
)
def list_grants(call: ApiCall, record_id: int) -> Response:
    """Return the grants in the order in which they were given; the owner's is one of them."""
    return _list(call, record_id, "grants", None)


@api.route(
    "POST",
    GRANTS,
    "Give others a part in a dataset",
    body=GrantsBody,
    replies={201: GrantListShape},
    errors=CHANGE_ERRORS,
)
def create_grants(call: ApiCall, record_id: int) -> Response:
    """Give each subject its permission and no other, all of them or none."""
    grants = call.body["grants"]
    with call.transaction() as unit:
        subjects = subjects_named(unit, [(grant["subject"]["type"], grant["subject"]["id"]) for grant in grants])
        rows = give_grants(unit, dataset_of(unit, record_id), list(map(_gift, grants, subjects)))
        names = names_of(unit, map(subject_of, rows))
    hits = [_grant_json(call, record_id, row, names) for row in rows]
    links = {"self": call.services.site.api(f"/records/{record_id}/access/grants")}
    return json_reply({"hits": {"hits": hits, "total": len(hits)}, "links": links}, 201)


@api.route("GET", GRANT, "Read one grant", replies={200: GrantShape}, errors=(403, 404))
def read_grant(call: ApiCall, record_id: int, grant_id: int) -> Response:
    """Return a grant by its own id."""
    return _read(call, record_id, _by_id(grant_id))


@api.route("PATCH", GRANT, "Change one grant", body=GrantChange, replies={200: GrantShape}, errors=CHANGE_ERRORS)
def patch_grant(call: ApiCall, record_id: int, grant_id: int) -> Response:
    """Change what the body names."""
    return _change(call, record_id, _by_id(grant_id))


@api.route("PUT", GRANT, "Replace one grant", body=GrantReplacement, replies={200: GrantShape}, errors=CHANGE_ERRORS)
def put_grant(call: ApiCall, record_id: int, grant_id: int) -> Response:
    """Replace permission, end and message; its subject stays."""
    return _change(call, record_id, _by_id(grant_id))


@api.route("DELETE", GRANT, "Take one grant away", replies={204: None}, errors=(403, 404, 409))
def delete_grant(call: ApiCall, record_id: int, grant_id: int) -> Response:
    """End a permission now, at every door."""
    return _take(call, record_id, _by_id(grant_id))


@api.route(
    "GET",
    USERS,
    "List the people with a part in a dataset",
    query=PageQuery,
    replies={200: GrantListShape},
    errors=(403, 404),
)
def list_user_grants(call: ApiCall, record_id: int) -> Response:
    """Return the grants to people."""
    return _list(call, record_id, "users", SubjectKind.PERSON)


@api.route("GET", USER, "Read the grant of a person", replies={200: GrantShape}, errors=(403, 404))
def read_user_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """Return a grant by the id of the person."""
    return _read(call, record_id, _by_subject(OF_USERS, subject_id))


@api.route(
    "PATCH", USER, "Change the grant of a person", body=GrantChange, replies={200: GrantShape}, errors=CHANGE_ERRORS
)
def patch_user_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """Change what the body names."""
    return _change(call, record_id, _by_subject(OF_USERS, subject_id))


@api.route(
    "PUT", USER, "Replace the grant of a person", body=GrantReplacement, replies={200: GrantShape}, errors=CHANGE_ERRORS
)
def put_user_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """Replace permission, end and message."""
    return _change(call, record_id, _by_subject(OF_USERS, subject_id))


@api.route("DELETE", USER, "Take the grant of a person away", replies={204: None}, errors=(403, 404, 409))
def delete_user_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """End a person's permission now, at every door."""
    return _take(call, record_id, _by_subject(OF_USERS, subject_id))


@api.route(
    "GET",
    GROUPS,
    "List the teams with a part in a dataset",
    query=PageQuery,
    replies={200: GrantListShape},
    errors=(403, 404),
)
def list_group_grants(call: ApiCall, record_id: int) -> Response:
    """Return the grants to teams."""
    return _list(call, record_id, "groups", SubjectKind.TEAM)


@api.route("GET", GROUP, "Read the grant of a team", replies={200: GrantShape}, errors=(403, 404))
def read_group_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """Return a grant by the id of the team."""
    return _read(call, record_id, _by_subject(OF_GROUPS, subject_id))


@api.route(
    "PATCH", GROUP, "Change the grant of a team", body=GrantChange, replies={200: GrantShape}, errors=CHANGE_ERRORS
)
def patch_group_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """Change what the body names."""
    return _change(call, record_id, _by_subject(OF_GROUPS, subject_id))


@api.route(
    "PUT", GROUP, "Replace the grant of a team", body=GrantReplacement, replies={200: GrantShape}, errors=CHANGE_ERRORS
)
def put_group_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """Replace permission, end and message."""
    return _change(call, record_id, _by_subject(OF_GROUPS, subject_id))


@api.route("DELETE", GROUP, "Take the grant of a team away", replies={204: None}, errors=(403, 404, 409))
def delete_group_grant(call: ApiCall, record_id: int, subject_id: str) -> Response:
    """End a team's permission now, at every door."""
    return _take(call, record_id, _by_subject(OF_GROUPS, subject_id))


def _by_id(grant_id: int) -> _Find:
    return partial(_grant_by_id, grant_id)


def _grant_by_id(grant_id: int, snapshot: Snapshot, concept_id: int) -> GrantRow:
    return grant_of_dataset(snapshot, concept_id, grant_id)


def _by_subject(kind: str, subject_id: str) -> _Find:
    return partial(_grant_by_subject, subject_numbered(kind, subject_id))


def _grant_by_subject(subject: GrantSubject | None, snapshot: Snapshot, concept_id: int) -> GrantRow:
    return grant_to(snapshot, concept_id, subject)


def _list(call: ApiCall, record_id: int, name: str, kind: SubjectKind | None) -> Response:
    page = Page.of(call.query)
    with call.snapshot() as snapshot:
        rows, total = grants_page(snapshot, shared_dataset(snapshot, record_id), page, kind)
        names = names_of(snapshot, map(subject_of, rows))
    hits = [_grant_json(call, record_id, row, names) for row in rows]
    links = PageLinks(call.services.site.api(f"/records/{record_id}/access/{name}"), {}).numbered(page, total)
    return json_reply({"hits": {"hits": hits, "total": total}, "links": links})


def _read(call: ApiCall, record_id: int, find: _Find) -> Response:
    with call.snapshot() as snapshot:
        row = find(snapshot, shared_dataset(snapshot, record_id))
        names = names_of(snapshot, [subject_of(row)])
    return json_reply(_grant_json(call, record_id, row, names))


def _change(call: ApiCall, record_id: int, find: _Find) -> Response:
    changes: Mapping[str, Any] = call.body
    if "permission" in changes:
        changes = {**changes, "permission": Permission(changes["permission"])}
    with call.transaction() as unit:
        row = change_grant(unit, dataset_of(unit, record_id), find, changes)
        names = names_of(unit, [subject_of(row)])
    return json_reply(_grant_json(call, record_id, row, names))


def _take(call: ApiCall, record_id: int, find: _Find) -> Response:
    with call.transaction() as unit:
        take_grant(unit, dataset_of(unit, record_id), find)
    return no_content()


def _gift(body: Mapping[str, Any], subject: GrantSubject | None) -> Gift:
    permission = Permission(body["permission"])
    return Gift(subject, permission, body["expires"], body["message"], body.get("notify", False))


def _grant_json(call: ApiCall, record_id: int, row: GrantRow, names: Mapping[GrantSubject, Name]) -> dict[str, Any]:
    kind, subject_id = names[subject_of(row)]
    return {
        "id": str(row.id),
        "permission": row.permission,
        "subject": {"type": kind, "id": subject_id},
        "created_at": iso(row.created),
        "expires_at": iso(row.expires) if row.expires else None,
        "message": row.message if reads_closed(call.actor) else None,
        "links": {"self": call.services.site.api(f"/records/{record_id}/access/grants/{row.id}")},
    }
