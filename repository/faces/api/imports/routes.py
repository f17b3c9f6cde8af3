"""Begin drafts with identifiers that registrars know, and ask how far that is."""

from flask import Response

from repository.core.web.responses import json_reply, no_content
from repository.faces.api.drafts.routes import DRAFT, begun_draft
from repository.faces.api.drafts.source_json import import_json
from repository.faces.api.imports.schemas import ImportRequest
from repository.faces.api.records.schemas import RecordShape, SourceShape
from repository.faces.api.routing import Api, ApiCall
from repository.faces.reasons.in_words import reader_language
from repository.imports import begin
from repository.imports.queries import import_of
from repository.imports.rules import IdentifierUse

api = Api("imports")
IMPORT = f"{DRAFT}/import"


@api.route(
    "POST",
    "/imports",
    "Open a draft with a DOI or a CSTR, whose description a job asks its registrar for",
    body=ImportRequest,
    replies={201: RecordShape},
    errors=(403, 409, 413, 415),
)
def begin_import(call: ApiCall) -> Response:
    """Return the draft with the identifier in it at once; `source.links.self` tells how far the description is."""
    use = IdentifierUse(call.body["identifier_use"])
    return begun_draft(call, begin.read_identifier(call.services, call.actor, call.body["identifier"], use))


@api.route("GET", IMPORT, "Ask what a draft began with", replies={200: SourceShape}, errors=(403, 404))
def read_import(call: ApiCall, record_id: int) -> Response:
    """Return how far the import is, and what was not taken over."""
    with call.snapshot() as snapshot:
        body = import_json(import_of(snapshot, record_id), call.services.site, reader_language())
    return json_reply(body, headers={"Cache-Control": "private, no-store"})


@api.route("DELETE", IMPORT, "Go on without a registrar's answer", replies={204: None}, errors=(403, 404))
def leave_import(call: ApiCall, record_id: int) -> Response:
    """Let what arrives later change nothing; an import that is over stays as it is."""
    with call.transaction() as unit:
        begin.leave_import(unit, record_id)
    return no_content()
