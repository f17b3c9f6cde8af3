"""The audit trail over HTTP, newest first."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from repository.access.policy import Action, Resource, must
from repository.audit.queries import AuditFilter, Position, audit_trail
from repository.core.clock import iso
from repository.core.errors import Invalid
from repository.core.facts import Fact, FactRow, fact_of
from repository.core.paging import PageLinks
from repository.core.web.responses import json_reply
from repository.faces.api.audit.schemas import LARGEST, AuditListShape, AuditQuery
from repository.faces.api.routing import Api, ApiCall

api = Api("audit")
AUDIT = "/audit"
FILTERS = ("person", "kind", "subject", "credential", "since", "until")


@api.route(
    "GET",
    AUDIT,
    "List who did what, newest first",
    query=AuditQuery,
    replies={200: AuditListShape},
    errors=(403,),
)
def list_audit(call: ApiCall) -> Response:
    """Return one page of facts; the cursor in ``links.next`` leads to the ones before them."""
    must(call.actor, Action.READ_AUDIT, Resource())
    size, cursor = call.query["size"], call.query["cursor"]
    before = _position(cursor) if cursor else None
    with call.snapshot() as snapshot:
        rows = audit_trail(snapshot, _filter(call.query), size + 1, before)
    chosen = {name: request.args[name] for name in FILTERS if call.query[name] is not None}
    pages = PageLinks(call.services.site.api(AUDIT), {**chosen, "size": size})
    links = {"self": pages.at(cursor=cursor) if cursor else pages.at()}
    if len(rows) > size:
        links["next"] = pages.at(cursor=_cursor(rows[size - 1][0]))
    hits = [_entry(row, seal, call.services.kinds) for row, seal in rows[:size]]
    return json_reply({"hits": {"hits": hits}, "links": links})


def _filter(query: Mapping[str, Any]) -> AuditFilter:
    person = query["person"]
    actor = f"person:{int(person)}" if person and person.isdecimal() else person
    return AuditFilter(actor, *(query[name] for name in FILTERS[1:]))


def _cursor(row: FactRow) -> str:
    return f"{row.at.replace(tzinfo=None).isoformat(timespec='microseconds')}_{row.id}"


def _position(cursor: str) -> Position:
    """Return where the page before ended; raise `Invalid` for what is no cursor of ours."""
    moment, _, fact_id = cursor.partition("_")
    try:
        at, number = datetime.fromisoformat(moment).replace(tzinfo=UTC), int(fact_id)
    except ValueError:
        at, number = datetime.min.replace(tzinfo=UTC), -1
    if not (fact_id.isascii() and fact_id.isdecimal() and number <= LARGEST):
        raise Invalid("Invalid querystring parameters.", Invalid.field("cursor", "Not a cursor of this list.").errors)
    return at, number


def _entry(row: FactRow, seal: int | None, kinds: Mapping[str, type[Fact]]) -> Mapping[str, Any]:
    fact = fact_of(row, kinds)
    return {
        "id": str(row.id),
        "kind": row.kind,
        "subject": str(row.subject),
        "details": row.details,
        "phrase": {language: fact.phrase(language) if fact else row.kind for language in ("en", "zh")},
        "actor": row.actor,
        "credential": row.credential,
        "request_id": row.request_id,
        "at": iso(row.at),
        "seal": seal,
    }
