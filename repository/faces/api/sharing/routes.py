"""Grants over HTTP: those of one dataset, under the id of any draft or version of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
GRANTS = f"{ACCESS}/grants"
CHANGE_ERRORS = (403, 404, 409, 413, 415)
_Find = Callable[[Snapshot, int], GrantRow]


def _by_id(grant_id: int) -> _Find:
    return lambda snapshot, concept_id: grant_of_dataset(snapshot, concept_id, grant_id)


def _by_subject(type_name: str, subject_id: str) -> _Find:
    subject = subject_numbered(type_name, subject_id)
    return lambda snapshot, concept_id: grant_to(snapshot, concept_id, subject)


@dataclass(frozen=True, slots=True)
class GrantAddress:
    """One way to address the grants of a dataset: by their own ids, or by those of their subjects.

    `listed` and `one` are what summaries call them, `name` what endpoints do; `kind` is None for subjects of all kinds.
    """

    path: str
    argument: str
    name: str
    listed: str
    one: str
    kind: SubjectKind | None
    find: Callable[..., _Find]


ADDRESSES = (
    GrantAddress("grants", "record:grant_id", "grant", "who has", "one grant", None, _by_id),
    GrantAddress(
        "users",
        "subject_id",
        "user_grant",
        "the people with",
        "the grant of a person",
        SubjectKind.PERSON,
        partial(_by_subject, "user"),
    ),
    GrantAddress(
        "groups",
        "subject_id",
        "group_grant",
        "the teams with",
        "the grant of a team",
        SubjectKind.TEAM,
        partial(_by_subject, "group"),
    ),
)


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


def _mount(address: GrantAddress) -> None:
    """Declare the routes of one way to address grants."""
    rule = f"{ACCESS}/{address.path}"
    one = f"{rule}/<{address.argument}>"

    def list_them(call: ApiCall, record_id: int) -> Response:
        """Return the grants in the order in which they were given; the owner's is one of them."""
        return _list(call, record_id, address.path, address.kind)

    def read(call: ApiCall, record_id: int, **place: Any) -> Response:
        """Return permission, end and message of a grant, with its subject."""
        return _read(call, record_id, address.find(*place.values()))

    def patch(call: ApiCall, record_id: int, **place: Any) -> Response:
        """Change what the body names."""
        return _change(call, record_id, address.find(*place.values()))

    def put(call: ApiCall, record_id: int, **place: Any) -> Response:
        """Replace permission, end and message; its subject stays."""
        return _change(call, record_id, address.find(*place.values()))

    def delete(call: ApiCall, record_id: int, **place: Any) -> Response:
        """End a permission now, at every door."""
        return _take(call, record_id, address.find(*place.values()))

    for verb, view in {"read": read, "patch": patch, "put": put, "delete": delete}.items():
        view.__name__ = f"{verb}_{address.name}"
    list_them.__name__ = f"list_{address.name}s"
    shown = {200: GrantShape}
    summary = f"List {address.listed} a part in a dataset"
    api.route("GET", rule, summary, query=PageQuery, replies={200: GrantListShape}, errors=(403, 404))(list_them)
    api.route("GET", one, f"Read {address.one}", replies=shown, errors=(403, 404))(read)
    api.route("PATCH", one, f"Change {address.one}", body=GrantChange, replies=shown, errors=CHANGE_ERRORS)(patch)
    api.route("PUT", one, f"Replace {address.one}", body=GrantReplacement, replies=shown, errors=CHANGE_ERRORS)(put)
    api.route("DELETE", one, f"Take {address.one} away", replies={204: None}, errors=(403, 404, 409))(delete)


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


for _address in ADDRESSES:
    _mount(_address)
