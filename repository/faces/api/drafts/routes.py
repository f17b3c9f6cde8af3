"""Drafts over HTTP (InvenioRDM contract, sections 1.2 and 1.4)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response

from repository.access.principals import reads_closed
from repository.core.errors import AT_ONCE, Conflict, Stale
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.core.web.responses import no_content, revision_reply
from repository.crosswalks.source_texts import MOST_BYTES
from repository.deposits import draft_identifiers, drafts
from repository.deposits.draft_bodies import CheckedBody
from repository.deposits.drafts import PatchBase
from repository.deposits.queries import DraftView, draft_view
from repository.faces.api.drafts.schemas import DraftBody
from repository.faces.api.drafts.serializers import blinded_draft_json, draft_json
from repository.faces.api.drafts.source_documents import SOURCE_TYPES, read_document
from repository.faces.api.drafts.source_json import with_source
from repository.faces.api.drafts.source_schemas import SourceQuery
from repository.faces.api.records.schemas import RecordShape
from repository.faces.api.records.serializers import without_description
from repository.faces.api.routing import Api, ApiCall, JsonBody, JsonOrDocument, SentDocument
from repository.faces.reasons.in_words import reader_language
from repository.files.model import FileEntry
from repository.files.queries import EMBEDDED_FILES, first_committed
from repository.imports.begin import ReadSource, begin_draft, checked_body

api = Api("drafts")
DRAFT = "/records/<record:record_id>/draft"
BODY = JsonBody(DraftBody, validated=False)
FIRST_BODY = JsonOrDocument(DraftBody, validated=False, media_types=tuple(SOURCE_TYPES), most_bytes=MOST_BYTES)
PATCH_TRIES = 10
"""of a patch whose draft others change at the same time"""
CHANGE_ERRORS = (403, 404, 409, 412, 413, 415)


@api.route(
    "POST",
    "/records",
    "Open a draft, with JSON or with a description in a form of others",
    query=SourceQuery,
    body=FIRST_BODY,
    replies={201: RecordShape},
    errors=(403, 409, 413, 415),
)
def open_draft(call: ApiCall) -> Response:
    """Keep what was sent, also what is wrong in it: `errors` in the reply names each faulty field.

    Of a description in another form `source.not_taken` lists what is not taken over.
    """
    if isinstance(call.body, SentDocument):
        return begun_draft(call, read_document(call, call.body))
    body, site = _read_body(call, call.body), call.services.site
    return changed_draft(call, lambda unit: drafts.open_draft(unit, site, body), 201, echo=True)


def begun_draft(call: ApiCall, source: ReadSource) -> Response:
    """Open a draft with what was read; reply with it, and with what it began with."""
    with call.transaction() as unit:
        view, begun = begin_draft(unit, call.services.site, source)
    language = reader_language()
    body = draft_json(view, call.services.site, call.services.vocabularies, language)
    return revision_reply(with_source(body, begun, call.services.site, language), 201)


@api.route("GET", DRAFT, "Read a draft", replies={200: RecordShape}, errors=(403, 404))
def read_draft(call: ApiCall, record_id: int) -> Response:
    """Return the draft as it was kept, with the errors that it still has."""
    with call.snapshot() as snapshot:
        view = draft_view(snapshot, record_id)
        entries = _embedded_entries(snapshot, view)
    if call.actor.is_referee:
        return revision_reply(blinded_draft_json(view, call.services.site, call.services.vocabularies, entries))
    return _draft_reply(call, view, entries)


@api.route(
    "PUT",
    DRAFT,
    "Replace a draft's metadata; what is not mentioned of access, files and identifiers stays",
    body=BODY,
    replies={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def save_draft(call: ApiCall, record_id: int) -> Response:
    """Keep the metadata as sent, also what is wrong: `errors` names each faulty field."""
    body, site = _read_body(call, call.body), call.services.site
    return changed_draft(call, lambda unit: drafts.save_draft(unit, site, record_id, body, call.if_match), echo=True)


@api.route(
    "PATCH",
    DRAFT,
    "Change parts of a draft (JSON Merge Patch, RFC 7396)",
    body=BODY,
    replies={200: RecordShape},
    errors=CHANGE_ERRORS,
)
def patch_draft(call: ApiCall, record_id: int) -> Response:
    """Change the members that the body names; a member with null is removed."""
    for _ in range(PATCH_TRIES):
        with call.snapshot() as snapshot:
            base = drafts.patch_base(snapshot, record_id, call.if_match)
        body = _read_body(call, base.patched(call.body))
        try:
            return changed_draft(call, partial(_patch, call, record_id, base, body))
        except Stale:
            if call.if_match is not None:
                raise
    raise Conflict(AT_ONCE)


def _patch(call: ApiCall, record_id: int, base: PatchBase, body: CheckedBody, unit: UnitOfWork) -> DraftView:
    return drafts.patch_draft(unit, call.services.site, record_id, base, body)


def _read_body(call: ApiCall, raw: Mapping[str, Any]) -> CheckedBody:
    """Return a body with its faults, found before any transaction is open."""
    return checked_body(call.services, call.actor, raw)


@api.route("DELETE", DRAFT, "Discard a draft", replies={204: None}, errors=(403, 404, 409, 412))
def discard_draft(call: ApiCall, record_id: int) -> Response:
    """Remove the draft and its files; of a published record only the open correction."""
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
    """Reserve an identifier now; its registration follows publication."""
    site = call.services.site
    return changed_draft(call, lambda unit: draft_identifiers.reserve_pid(unit, site, record_id, scheme), 201)


@api.route(
    "DELETE",
    f"{DRAFT}/pids/<scheme>",
    "Give a reserved identifier back",
    replies={200: RecordShape},
    errors=(403, 404, 409),
)
def drop_pid(call: ApiCall, record_id: int, scheme: str) -> Response:
    """Give back an identifier that was reserved and is not registered yet."""
    site = call.services.site
    return changed_draft(call, lambda unit: draft_identifiers.drop_pid(unit, site, record_id, scheme))


def changed_draft(
    call: ApiCall, verb: Callable[[UnitOfWork], DraftView], status: int = 200, *, echo: bool = False
) -> Response:
    """Apply a verb to a draft in one transaction; reply, after it, with the draft and its revision.

    A token that does not read learns of an act no more than it said: the description only as an `echo` of its own.
    """
    with call.transaction() as unit:
        view = verb(unit)
        entries = _embedded_entries(unit, view) if reads_closed(call.actor) else ()
    return _draft_reply(call, view, entries, status, shows_description=echo or reads_closed(call.actor))


def _embedded_entries(snapshot: Snapshot, view: DraftView) -> Sequence[FileEntry]:
    """Return the first committed files of a draft, which its JSON embeds."""
    if not view.files.count:
        return ()
    hidden = not snapshot.actor.is_referee
    return first_committed(snapshot, view.draft.file_set_id, EMBEDDED_FILES, hidden=hidden)


def _draft_reply(
    call: ApiCall,
    view: DraftView,
    entries: Sequence[FileEntry],
    status: int = 200,
    *,
    shows_description: bool = True,
) -> Response:
    body = draft_json(view, call.services.site, call.services.vocabularies, reader_language(), entries)
    return revision_reply(body if shows_description else without_description(body), status)
