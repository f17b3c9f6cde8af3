"""HTTP of a draft's files (InvenioRDM contract, section 1.3)."""

from typing import BinaryIO, cast

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.core.errors import Invalid
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.file_responses import file_reply, long_list_reply, stream_reply
from repository.core.web.openapi import Api
from repository.core.web.request_parsing import json_body, json_object, load_schema, parse_query
from repository.core.web.responses import json_reply, no_content
from repository.deposits import draft_files
from repository.deposits.model import Draft
from repository.deposits.queries import readable_draft
from repository.engines.services import Services
from repository.faces.api.draft_files.file_lists import list_head, listed
from repository.faces.api.draft_files.schemas import (
    MAX_BATCH,
    FileChange,
    FileInit,
    FileListQuery,
    FileListShape,
    FileShape,
)
from repository.faces.api.draft_files.serializers import file_json, file_list_json
from repository.files.downloads import download_of
from repository.files.queries import all_entries, entry, file_set
from repository.files.zip_archive import archive

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
    require_acceptable()
    services: Services = current_services()
    raw = json_body()
    if not isinstance(raw, list):
        raise Invalid.field("0._schema", "Invalid input type.")
    if len(raw) > MAX_BATCH:
        raise Invalid.field("_schema", f"At most {MAX_BATCH} files a request.")
    wanted = load_schema(FileInit(many=True), raw)
    with services.database.transaction(current_actor()) as unit:
        entries = draft_files.begin_files(unit, record_id, wanted, services.site.max_files)
        base = _base(services.site, record_id)
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
    require_acceptable()
    services: Services = current_services()
    wanted = parse_query(FileListQuery)
    base = _base(services.site, record_id)
    with services.database.snapshot(current_actor()) as snapshot:
        draft = _readable(snapshot, record_id)
        head = list_head(file_set(snapshot, draft.file_set_id), base, draft.files_enabled, **wanted)
    items = listed(services.database, draft.file_set_id, base, draft=True, **wanted)
    return long_list_reply(head, "entries", items)


@api.route("DELETE", FILES, "Remove all files of a draft", answers={204: None}, errors=(403, 404, 409))
def remove_all_files(record_id: int) -> Response:
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        draft_files.remove_all_files(unit, record_id)
    return no_content()


@api.route(
    "GET",
    f"{FILES}/<path:key>",
    "Read what is said of one file",
    answers={200: FileShape},
    errors=(403, 404),
)
def read_draft_file(record_id: int, key: str) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        found = entry(snapshot, _readable(snapshot, record_id).file_set_id, key, record_id)
        return json_reply(file_json(found, _base(services.site, record_id), draft=True))


@api.route(
    "PUT",
    f"{FILES}/<path:key>",
    "Change what is said of one file",
    body=FileChange,
    answers={200: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def change_draft_file(record_id: int, key: str) -> Response:
    require_acceptable()
    services: Services = current_services()
    changes = load_schema(FileChange(), json_object())
    with services.database.transaction(current_actor()) as unit:
        changed = draft_files.change_file(unit, record_id, key, changes)
        return json_reply(file_json(changed, _base(services.site, record_id), draft=True))


@api.route(
    "DELETE",
    f"{FILES}/<path:key>",
    "Remove one file",
    answers={204: None},
    errors=(403, 404, 409),
)
def remove_draft_file(record_id: int, key: str) -> Response:
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        draft_files.remove_file(unit, record_id, key)
    return no_content()


@api.route(
    "PUT",
    f"{FILES}/<path:key>/content",
    "Send the bytes of a named file; they count once committed",
    body=BYTES,
    answers={200: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def upload_content(record_id: int, key: str) -> Response:
    services: Services = current_services()
    if request.mimetype not in ("", BYTES):
        raise UnsupportedMediaType(f"Send the bytes as {BYTES}.")
    source, size = cast(BinaryIO, request.stream), request.content_length
    received = draft_files.upload_content(services, current_actor(), record_id, key, source, size)
    return json_reply(file_json(received, _base(services.site, record_id), draft=True))


@api.route(
    "POST",
    f"{FILES}/<path:key>/commit",
    "Make the received bytes the file, if they are what was declared",
    answers={200: FileShape},
    errors=(403, 404, 409),
)
def commit_file(record_id: int, key: str) -> Response:
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        committed, mismatches = draft_files.commit_file(unit, record_id, key)
    if mismatches:
        raise Invalid("The received content is not what was declared.", mismatches)
    return json_reply(file_json(committed, _base(services.site, record_id), draft=True))


@api.route(
    "GET",
    f"{FILES}/<path:key>/content",
    "Download a committed file of a draft",
    answers={200: ANY_TYPE, 206: ANY_TYPE, 302: None, 304: None},
    errors=(403, 404, 412, 416),
)
def download_draft_file(record_id: int, key: str) -> Response:
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        files_id = _readable(snapshot, record_id).file_set_id
        download = download_of(services, snapshot, files_id, key, record_id)
    return file_reply(download)


@api.route(
    "GET",
    "/records/<record:record_id>/draft/files-archive",
    "Download all committed files of a draft as ZIP",
    answers={200: "application/zip"},
    errors=(403, 404),
)
def download_draft_archive(record_id: int) -> Response:
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        entries = all_entries(snapshot, _readable(snapshot, record_id).file_set_id)
        blocks = archive(services.store, entries)
    return stream_reply(blocks, len(blocks), f"{record_id}.zip", "application/zip")


@api.route(
    "POST",
    "/records/<record:record_id>/draft/actions/files-import",
    "Start a new version's files from those of the version before",
    answers={201: FileListShape},
    errors=(403, 404, 409),
)
def import_previous_files(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    base = _base(services.site, record_id)
    with services.database.transaction(current_actor()) as unit:
        files = draft_files.import_previous_files(unit, record_id)
        entries = all_entries(unit, files.id)
        return json_reply(file_list_json(entries, base, True, draft=True), 201)


def _readable(snapshot: Snapshot, record_id: int) -> Draft:
    draft, _ = readable_draft(snapshot, record_id)
    return draft


def _base(site: Site, record_id: int) -> str:
    return site.api(f"/records/{record_id}/draft/files")
