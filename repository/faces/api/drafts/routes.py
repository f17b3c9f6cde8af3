"""HTTP of drafts (InvenioRDM contract, sections 1.2 and 1.4)."""

from collections.abc import Sequence

from flask import Response

from repository.core.unit_of_work import Snapshot
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.openapi import Api
from repository.core.web.preconditions import expected_revision
from repository.core.web.request_parsing import json_object
from repository.core.web.responses import no_content, revision_reply
from repository.deposits import draft_identifiers, drafts
from repository.deposits.queries import DraftView, draft_view
from repository.engines.services import Services
from repository.faces.api.drafts.schemas import DraftBody
from repository.faces.api.drafts.serializers import draft_json
from repository.faces.api.records.schemas import RecordShape
from repository.files.model import FileEntry
from repository.files.queries import EMBEDDED_FILES, first_entries

api = Api("drafts")
CHANGE_ERRORS = (403, 404, 409, 412, 413, 415)


@api.route(
    "POST",
    "/records",
    "Open a draft",
    body=DraftBody,
    answers={201: RecordShape},
    errors=(403, 409, 413, 415),
)
def open_draft() -> Response:
    require_acceptable()
    services: Services = current_services()
    raw = json_object()
    with services.database.transaction(current_actor()) as unit:
        view = drafts.open_draft(unit, services.site, services.vocabularies, raw)
        return shown(services, unit, view, 201)


@api.route(
    "GET",
    "/records/<record:record_id>/draft",
    "Read a draft",
    answers={200: RecordShape},
    errors=(403, 404),
)
def read_draft(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        return shown(services, snapshot, draft_view(snapshot, record_id))


@api.route(
    "PUT",
    "/records/<record:record_id>/draft",
    "Replace a draft's metadata; what is not mentioned of access, files and identifiers stays",
    body=DraftBody,
    answers={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def save_draft(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    raw = json_object()
    with services.database.transaction(current_actor()) as unit:
        view = drafts.save_draft(unit, services.site, services.vocabularies, record_id, raw, expected_revision())
        return shown(services, unit, view)


@api.route(
    "PATCH",
    "/records/<record:record_id>/draft",
    "Change parts of a draft (JSON Merge Patch, RFC 7396)",
    body=DraftBody,
    answers={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def patch_draft(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    patch = json_object()
    with services.database.transaction(current_actor()) as unit:
        view = drafts.patch_draft(unit, services.site, services.vocabularies, record_id, patch, expected_revision())
        return shown(services, unit, view)


@api.route(
    "DELETE",
    "/records/<record:record_id>/draft",
    "Discard a draft",
    answers={204: None},
    errors=(403, 404, 409, 412),
)
def discard_draft(record_id: int) -> Response:
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        drafts.discard_draft(unit, record_id, expected_revision())
    return no_content()


@api.route(
    "POST",
    "/records/<record:record_id>/draft/pids/<scheme>",
    "Reserve an identifier (doi, cstr and what else is configured)",
    answers={201: RecordShape},
    errors=(403, 404, 409),
)
def reserve_pid(record_id: int, scheme: str) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        view = draft_identifiers.reserve_pid(unit, services.site, record_id, scheme)
        return shown(services, unit, view, 201)


@api.route(
    "DELETE",
    "/records/<record:record_id>/draft/pids/<scheme>",
    "Give a reserved identifier back",
    answers={200: RecordShape},
    errors=(403, 404, 409),
)
def drop_pid(record_id: int, scheme: str) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        return shown(services, unit, draft_identifiers.drop_pid(unit, services.site, record_id, scheme))


def shown(services: Services, snapshot: Snapshot, view: DraftView, status: int = 200) -> Response:
    """A draft as reply; its first files are embedded."""
    entries: Sequence[FileEntry] = ()
    if view.files.count:
        entries = first_entries(snapshot, view.draft.file_set_id, EMBEDDED_FILES, committed_only=True)
    body = draft_json(view, services.site, services.vocabularies, entries)
    return revision_reply(body, status)
