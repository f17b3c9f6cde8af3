"""HTTP of drafts (InvenioRDM contract, sections 1.2 and 1.4)."""

from collections.abc import Sequence

from flask import Response

from repository.deposits import drafts, pids
from repository.deposits.queries import DraftView, draft_view
from repository.deposits.schema import DraftBody
from repository.deposits.wire import draft_json
from repository.engines.facilities import Facilities
from repository.files.model import FileEntry
from repository.files.queries import first_entries
from repository.foundation.web.bodies import json_object
from repository.foundation.web.conditions import expected_revision
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import nothing, revision_reply
from repository.foundation.work import Work
from repository.records.schema import RecordShape
from repository.records.wire import EMBEDDED_FILES

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
    accepted()
    facilities: Facilities = current_facilities()
    raw = json_object()
    with facilities.works.writing(current_actor()) as work:
        view = drafts.open_draft(work, facilities.site, facilities.vocabularies, raw)
        return shown(facilities, work, view, 201)


@api.route(
    "GET",
    "/records/<record:record_id>/draft",
    "Read a draft",
    answers={200: RecordShape},
    errors=(403, 404),
)
def read_draft(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        return shown(facilities, work, draft_view(work, record_id))


@api.route(
    "PUT",
    "/records/<record:record_id>/draft",
    "Replace a draft's metadata; what is not mentioned of access, files and identifiers stays",
    body=DraftBody,
    answers={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def save_draft(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    raw = json_object()
    with facilities.works.writing(current_actor()) as work:
        view = drafts.save_draft(work, facilities.site, facilities.vocabularies, record_id, raw, expected_revision())
        return shown(facilities, work, view)


@api.route(
    "PATCH",
    "/records/<record:record_id>/draft",
    "Change parts of a draft (JSON Merge Patch, RFC 7396)",
    body=DraftBody,
    answers={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def patch_draft(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    patch = json_object()
    with facilities.works.writing(current_actor()) as work:
        view = drafts.patch_draft(work, facilities.site, facilities.vocabularies, record_id, patch, expected_revision())
        return shown(facilities, work, view)


@api.route(
    "DELETE",
    "/records/<record:record_id>/draft",
    "Discard a draft",
    answers={204: None},
    errors=(403, 404, 409, 412),
)
def discard_draft(record_id: int) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        drafts.discard_draft(work, record_id, expected_revision())
    return nothing()


@api.route(
    "POST",
    "/records/<record:record_id>/draft/pids/<scheme>",
    "Reserve an identifier (doi, cstr and what else is configured)",
    answers={201: RecordShape},
    errors=(403, 404, 409),
)
def reserve_pid(record_id: int, scheme: str) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        view = pids.reserve_pid(work, facilities.site, record_id, scheme)
        return shown(facilities, work, view, 201)


@api.route(
    "DELETE",
    "/records/<record:record_id>/draft/pids/<scheme>",
    "Give a reserved identifier back",
    answers={200: RecordShape},
    errors=(403, 404, 409),
)
def drop_pid(record_id: int, scheme: str) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        return shown(facilities, work, pids.drop_pid(work, facilities.site, record_id, scheme))


def shown(facilities: Facilities, work: Work, view: DraftView, status: int = 200) -> Response:
    """A draft as reply; its first files are embedded."""
    entries: Sequence[FileEntry] = ()
    if view.files.count:
        entries = first_entries(work, view.draft.file_set_id, EMBEDDED_FILES, committed_only=True)
    body = draft_json(view, facilities.site, facilities.vocabularies, entries)
    return revision_reply(body, status)
