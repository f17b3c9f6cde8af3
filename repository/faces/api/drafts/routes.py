"""Drafts over HTTP (InvenioRDM contract, sections 1.2 and 1.4)."""

from collections.abc import Sequence

from flask import Response

from repository.core.unit_of_work import Snapshot
from repository.core.web.responses import no_content, revision_reply
from repository.deposits import draft_identifiers, drafts
from repository.deposits.queries import DraftView, draft_view
from repository.engines.services import Services
from repository.faces.api.drafts.schemas import DraftBody
from repository.faces.api.drafts.serializers import draft_json
from repository.faces.api.records.schemas import RecordShape
from repository.faces.api.routing import Api, ApiCall, JsonBody
from repository.files.model import FileEntry
from repository.files.queries import EMBEDDED_FILES, first_entries

api = Api("drafts")
DRAFT = "/records/<record:record_id>/draft"
BODY = JsonBody(DraftBody, validated=False)
CHANGE_ERRORS = (403, 404, 409, 412, 413, 415)


@api.route(
    "POST",
    "/records",
    "Open a draft",
    body=BODY,
    replies={201: RecordShape},
    errors=(403, 409, 413, 415),
)
def open_draft(call: ApiCall) -> Response:
    with call.transaction() as unit:
        view = drafts.open_draft(unit, call.services.site, call.services.vocabularies, call.body)
        entries = embedded_entries(unit, view)
    return draft_reply(call.services, view, entries, 201)


@api.route("GET", DRAFT, "Read a draft", replies={200: RecordShape}, errors=(403, 404))
def read_draft(call: ApiCall, record_id: int) -> Response:
    with call.snapshot() as snapshot:
        view = draft_view(snapshot, record_id)
        entries = embedded_entries(snapshot, view)
    return draft_reply(call.services, view, entries)


@api.route(
    "PUT",
    DRAFT,
    "Replace a draft's metadata; what is not mentioned of access, files and identifiers stays",
    body=BODY,
    replies={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def save_draft(call: ApiCall, record_id: int) -> Response:
    site, vocabularies = call.services.site, call.services.vocabularies
    with call.transaction() as unit:
        view = drafts.save_draft(unit, site, vocabularies, record_id, call.body, call.if_match)
        entries = embedded_entries(unit, view)
    return draft_reply(call.services, view, entries)


@api.route(
    "PATCH",
    DRAFT,
    "Change parts of a draft (JSON Merge Patch, RFC 7396)",
    body=BODY,
    replies={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def patch_draft(call: ApiCall, record_id: int) -> Response:
    site, vocabularies = call.services.site, call.services.vocabularies
    with call.transaction() as unit:
        view = drafts.patch_draft(unit, site, vocabularies, record_id, call.body, call.if_match)
        entries = embedded_entries(unit, view)
    return draft_reply(call.services, view, entries)


@api.route("DELETE", DRAFT, "Discard a draft", replies={204: None}, errors=(403, 404, 409, 412))
def discard_draft(call: ApiCall, record_id: int) -> Response:
    with call.transaction() as unit:
        drafts.discard_draft(unit, record_id, call.if_match)
    return no_content()


@api.route(
    "POST",
    f"{DRAFT}/pids/<scheme>",
    "Reserve an identifier (doi, cstr and what else is configured)",
    replies={201: RecordShape},
    errors=(403, 404, 409),
)
def reserve_pid(call: ApiCall, record_id: int, scheme: str) -> Response:
    with call.transaction() as unit:
        view = draft_identifiers.reserve_pid(unit, call.services.site, record_id, scheme)
        entries = embedded_entries(unit, view)
    return draft_reply(call.services, view, entries, 201)


@api.route(
    "DELETE",
    f"{DRAFT}/pids/<scheme>",
    "Give a reserved identifier back",
    replies={200: RecordShape},
    errors=(403, 404, 409),
)
def drop_pid(call: ApiCall, record_id: int, scheme: str) -> Response:
    with call.transaction() as unit:
        view = draft_identifiers.drop_pid(unit, call.services.site, record_id, scheme)
        entries = embedded_entries(unit, view)
    return draft_reply(call.services, view, entries)


def embedded_entries(snapshot: Snapshot, view: DraftView) -> Sequence[FileEntry]:
    """Return the first committed files of a draft, which its JSON embeds."""
    if not view.files.count:
        return ()
    return first_entries(snapshot, view.draft.file_set_id, EMBEDDED_FILES, committed_only=True)


def draft_reply(services: Services, view: DraftView, entries: Sequence[FileEntry], status: int = 200) -> Response:
    """Reply with a draft and its revision."""
    return revision_reply(draft_json(view, services.site, services.vocabularies, entries), status)
