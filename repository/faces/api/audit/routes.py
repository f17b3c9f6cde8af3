"""The audit trail over HTTP, newest first."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from repository.access.policy import Action, Resource, must
from repository.audit.audit_position import position_of, position_text
from repository.audit.queries import AuditFilter, audit_trail
from repository.core.clock import iso
from repository.core.facts import Fact, FactRow, fact_of
from repository.core.paging import PageLinks
from repository.core.web.responses import json_reply
from repository.faces.api.audit.schemas import AuditListShape, AuditQuery
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
    before = position_of(cursor) if cursor else None
    with call.snapshot() as snapshot:
        rows = audit_trail(snapshot, _filter(call.query), size + 1, before)
    chosen = {name: request.args[name] for name in FILTERS if call.query[name] is not None}
    pages = PageLinks(call.services.site.api(AUDIT), {**chosen, "size": size})
    links = {"self": pages.at(cursor=cursor) if cursor else pages.at()}
    if len(rows) > size:
        links["next"] = pages.at(cursor=position_text(rows[size - 1][0]))
    hits = [_entry(row, seal, call.services.kinds) for row, seal in rows[:size]]
    return json_reply({"hits": {"hits": hits}, "links": links})


def _filter(query: Mapping[str, Any]) -> AuditFilter:
    person = query["person"]
    actor = f"person:{int(person)}" if person and person.isdecimal() else person
    return AuditFilter(actor, *(query[name] for name in FILTERS[1:]))


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
