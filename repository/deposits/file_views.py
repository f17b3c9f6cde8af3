"""HTTP of a draft's files (InvenioRDM contract, section 1.3)."""

from typing import BinaryIO, cast

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.access.policy import Action
from repository.deposits import contents
from repository.deposits.model import Draft
from repository.deposits.queries import draft_for
from repository.engines.facilities import Facilities
from repository.files.archive import archive
from repository.files.downloads import download_of
from repository.files.listing import list_head, listed
from repository.files.queries import all_entries, entry, file_set
from repository.files.schema import (
    MAX_BATCH,
    FileChange,
    FileInit,
    FileListQuery,
    FileListShape,
    FileShape,
)
from repository.files.wire import file_json, file_list_json
from repository.foundation.errors import Invalid
from repository.foundation.site import Site
from repository.foundation.web.bodies import json_body, json_object, load, query
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import json_reply, nothing
from repository.foundation.web.sending import file_reply, long_list_reply, stream_reply
from repository.foundation.work import Work

api = Api("draft-files")
FILES = "/records/<record:record_id>/draft/files"
BYTES, ANY_TYPE = "application/octet-stream", "*/*"


@api.route(
    "POST",
    FILES,
    "Name files to upload; the reply lists those just named",
    body=FileInit,
    body_many=True,
    answers={201: FileListShape},
    errors=(403, 404, 409, 413, 415),
)
def begin_files(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    raw = json_body()
    if not isinstance(raw, list):
        raise Invalid.field("0._schema", "Invalid input type.")
    if len(raw) > MAX_BATCH:
        raise Invalid.field("_schema", f"At most {MAX_BATCH} files a request.")
    wanted = load(FileInit(many=True), raw)
    with facilities.works.writing(current_actor()) as work:
        entries = contents.begin_files(work, record_id, wanted, facilities.site.max_files)
        base = _base(facilities.site, record_id)
        return json_reply(file_list_json(entries, base, True, draft=True), 201)


@api.route(
    "GET",
    FILES,
    "List a draft's files",
    query=FileListQuery,
    answers={200: FileListShape},
    errors=(403, 404),
)
def list_draft_files(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    wanted = query(FileListQuery)
    base = _base(facilities.site, record_id)
    with facilities.works.reading(current_actor()) as work:
        draft = _readable(work, record_id)
        head = list_head(file_set(work, draft.file_set_id), base, draft.files_enabled, **wanted)
    items = listed(facilities.works, draft.file_set_id, base, draft=True, **wanted)
    return long_list_reply(head, "entries", items)


@api.route("DELETE", FILES, "Remove all files of a draft", answers={204: None}, errors=(403, 404, 409))
def remove_all_files(record_id: int) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        contents.remove_all_files(work, record_id)
    return nothing()


@api.route(
    "GET",
    f"{FILES}/<path:key>",
    "Read what is said of one file",
    answers={200: FileShape},
    errors=(403, 404),
)
def read_draft_file(record_id: int, key: str) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        found = entry(work, _readable(work, record_id).file_set_id, key, record_id)
        return json_reply(file_json(found, _base(facilities.site, record_id), draft=True))


@api.route(
    "PUT",
    f"{FILES}/<path:key>",
    "Change what is said of one file",
    body=FileChange,
    answers={200: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def change_draft_file(record_id: int, key: str) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    changes = load(FileChange(), json_object())
    with facilities.works.writing(current_actor()) as work:
        changed = contents.change_file(work, record_id, key, changes)
        return json_reply(file_json(changed, _base(facilities.site, record_id), draft=True))


@api.route(
    "DELETE",
    f"{FILES}/<path:key>",
    "Remove one file",
    answers={204: None},
    errors=(403, 404, 409),
)
def remove_draft_file(record_id: int, key: str) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        contents.remove_file(work, record_id, key)
    return nothing()


@api.route(
    "PUT",
    f"{FILES}/<path:key>/content",
    "Send the bytes of a named file; they count once committed",
    body=BYTES,
    answers={200: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def upload_content(record_id: int, key: str) -> Response:
    facilities: Facilities = current_facilities()
    if request.mimetype not in ("", BYTES):
        raise UnsupportedMediaType(f"Send the bytes as {BYTES}.")
    source, size = cast(BinaryIO, request.stream), request.content_length
    received = contents.upload_content(facilities, current_actor(), record_id, key, source, size)
    return json_reply(file_json(received, _base(facilities.site, record_id), draft=True))


@api.route(
    "POST",
    f"{FILES}/<path:key>/commit",
    "Make the received bytes the file, if they are what was declared",
    answers={200: FileShape},
    errors=(403, 404, 409),
)
def commit_file(record_id: int, key: str) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        committed, mismatches = contents.commit_file(work, record_id, key)
    if mismatches:
        raise Invalid("The received content is not what was declared.", mismatches)
    return json_reply(file_json(committed, _base(facilities.site, record_id), draft=True))


@api.route(
    "GET",
    f"{FILES}/<path:key>/content",
    "Download a committed file of a draft",
    answers={200: ANY_TYPE, 206: ANY_TYPE, 302: None, 304: None},
    errors=(403, 404, 412, 416),
)
def download_draft_file(record_id: int, key: str) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        files_id = _readable(work, record_id).file_set_id
        download = download_of(facilities, work, files_id, key, record_id)
    return file_reply(download)


@api.route(
    "GET",
    "/records/<record:record_id>/draft/files-archive",
    "Download all committed files of a draft as ZIP",
    answers={200: "application/zip"},
    errors=(403, 404),
)
def download_draft_archive(record_id: int) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        entries = all_entries(work, _readable(work, record_id).file_set_id)
        blocks = archive(facilities.store, entries)
    return stream_reply(blocks, len(blocks), f"{record_id}.zip", "application/zip")


@api.route(
    "POST",
    "/records/<record:record_id>/draft/actions/files-import",
    "Start a new version's files from those of the version before",
    answers={201: FileListShape},
    errors=(403, 404, 409),
)
def import_previous_files(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    base = _base(facilities.site, record_id)
    with facilities.works.writing(current_actor()) as work:
        files = contents.import_previous_files(work, record_id)
        entries = all_entries(work, files.id)
        return json_reply(file_list_json(entries, base, True, draft=True), 201)


def _readable(work: Work, record_id: int) -> Draft:
    draft, _ = draft_for(work, record_id, Action.READ_DRAFT)
    return draft


def _base(site: Site, record_id: int) -> str:
    return site.api(f"/records/{record_id}/draft/files")
