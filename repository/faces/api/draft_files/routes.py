"""A draft's files over HTTP (InvenioRDM contract, section 1.3)."""

from typing import BinaryIO, cast

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot
from repository.core.web.file_responses import file_reply, long_list_reply
from repository.core.web.request_parsing import announced_md5
from repository.core.web.responses import json_reply, no_content
from repository.deposits import draft_files
from repository.deposits.model import Draft
from repository.deposits.queries import default_preview, readable_draft
from repository.faces.api.draft_files.file_lists import archive_reply, list_head, listed_files
from repository.faces.api.draft_files.schemas import FileChange, FileInit, FileListQuery, FileListShape, FileShape
from repository.faces.api.draft_files.serializers import file_json, list_head_json
from repository.faces.api.routing import Api, ApiCall, JsonBody
from repository.files.downloads import download_of
from repository.files.model import FileEntry
from repository.files.name_clashes import named_files
from repository.files.queries import entry, file_set
from repository.files.uploads import Announced

api = Api("draft-files")
FILES = "/records/<record:record_id>/draft/files"
FILE = f"{FILES}/<path:key>"
BYTES, ANY_TYPE = "application/octet-stream", "*/*"


@api.route(
    "POST",
    FILES,
    "Name files to upload; the reply lists those just named",
    body=JsonBody(FileInit, many=True),
    replies={201: FileListShape},
    errors=(403, 404, 409, 413, 415),
)
def begin_files(call: ApiCall, record_id: int) -> Response:
    named = named_files(call.body)
    with call.transaction() as unit:
        entries = draft_files.begin_files(unit, record_id, named, call.services.site.max_files)
        preview = default_preview(unit, record_id)
    base = _base(call, record_id)
    items = (file_json(entry, base, draft=True) for entry in entries)
    return long_list_reply(list_head_json(base, enabled=True, default_preview=preview), "entries", items, 201)


@api.route(
    "GET",
    FILES,
    "List a draft's files",
    query=FileListQuery,
    replies={200: FileListShape},
    errors=(403, 404),
)
def list_draft_files(call: ApiCall, record_id: int) -> Response:
    base = _base(call, record_id)
    with call.snapshot() as snapshot:
        draft = _readable(snapshot, record_id)
        files = file_set(snapshot, draft.file_set_id)
    head = list_head(files, base, draft.files_enabled, draft.default_preview, **call.query, hidden=True)
    items = listed_files(call.services.database, files.id, base, draft=True, **call.query, hidden=True)
    return long_list_reply(head, "entries", items)


@api.route("DELETE", FILES, "Remove all files of a draft", replies={204: None}, errors=(403, 404, 409))
def remove_all_files(call: ApiCall, record_id: int) -> Response:
    with call.transaction() as unit:
        draft_files.remove_all_files(unit, record_id)
    return no_content()


@api.route("GET", FILE, "Read the description of one file", replies={200: FileShape}, errors=(403, 404))
def read_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.snapshot() as snapshot:
        file = entry(snapshot, _readable(snapshot, record_id).file_set_id, key, record_id, hidden=True)
    return _file_reply(call, record_id, file)


@api.route(
    "PUT",
    FILE,
    "Change the description of one file",
    body=FileChange,
    replies={200: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def change_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.transaction() as unit:
        file = draft_files.change_file(unit, record_id, key, call.body)
    return _file_reply(call, record_id, file)


@api.route("DELETE", FILE, "Remove one file", replies={204: None}, errors=(403, 404, 409))
def remove_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.transaction() as unit:
        draft_files.remove_file(unit, record_id, key)
    return no_content()


@api.route(
    "PUT",
    f"{FILE}/content",
    "Send the bytes of a named file; they count once committed",
    body=BYTES,
    replies={200: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def upload_content(call: ApiCall, record_id: int, key: str) -> Response:
    if request.mimetype not in ("", BYTES):
        raise UnsupportedMediaType(f"Send the bytes as {BYTES}.")
    source = cast(BinaryIO, request.stream)
    announced = Announced(request.content_length, announced_md5())
    file = draft_files.upload_content(call.services, call.actor, record_id, key, source, announced)
    return _file_reply(call, record_id, file)


@api.route(
    "POST",
    f"{FILE}/commit",
    "Make the received bytes the file, if they match the declaration",
    replies={200: FileShape},
    errors=(403, 404, 409),
)
def commit_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.transaction() as unit:
        file, mismatches = draft_files.commit_file(unit, record_id, key)
    if mismatches:
        raise Invalid("The received content is not what was declared.", mismatches)
    return _file_reply(call, record_id, file)


@api.route(
    "GET",
    f"{FILE}/content",
    "Download a committed file of a draft",
    replies={200: ANY_TYPE, 206: ANY_TYPE, 302: None, 304: None},
    errors=(403, 404, 412, 416),
)
def download_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.snapshot() as snapshot:
        set_id = _readable(snapshot, record_id).file_set_id
        download = download_of(call.services, snapshot, set_id, key, record_id, hidden=True)
    return file_reply(download)


@api.route(
    "GET",
    "/records/<record:record_id>/draft/files-archive",
    "Download all committed files of a draft as ZIP",
    replies={200: "application/zip", 304: None},
    errors=(403, 404),
)
def download_draft_archive(call: ApiCall, record_id: int) -> Response:
    with call.snapshot() as snapshot:
        files = file_set(snapshot, _readable(snapshot, record_id).file_set_id)
    return archive_reply(call.services, record_id, files, hidden=True)


@api.route(
    "POST",
    "/records/<record:record_id>/draft/actions/files-import",
    "Start a new version's files from those of the version before",
    replies={201: FileListShape},
    errors=(403, 404, 409),
)
def import_previous_files(call: ApiCall, record_id: int) -> Response:
    base = _base(call, record_id)
    with call.snapshot() as snapshot:
        source = draft_files.importable_files(snapshot, record_id)
    with call.transaction() as unit:
        files = draft_files.import_previous_files(unit, record_id, source)
        preview = default_preview(unit, record_id)
    items = listed_files(call.services.database, files.id, base, draft=True, hidden=True)
    return long_list_reply(list_head_json(base, enabled=True, default_preview=preview), "entries", items, 201)


def _readable(snapshot: Snapshot, record_id: int) -> Draft:
    draft, _ = readable_draft(snapshot, record_id)
    return draft


def _file_reply(call: ApiCall, record_id: int, file: FileEntry) -> Response:
    return json_reply(file_json(file, _base(call, record_id), draft=True))


def _base(call: ApiCall, record_id: int) -> str:
    return call.services.site.api(f"/records/{record_id}/draft/files")
