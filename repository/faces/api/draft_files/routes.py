"""A draft's files over HTTP (InvenioRDM contract, section 1.3)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.access.principals import reads_closed
from repository.core.errors import FieldError, Invalid
from repository.core.paging import PageLinks
from repository.core.unit_of_work import Snapshot
from repository.core.web.announced_digests import announced_digests, compared
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.file_responses import file_reply, long_list_reply
from repository.core.web.request_parsing import announced_md5, json_body
from repository.core.web.responses import VARY_BY_LANGUAGE, json_reply, no_content
from repository.deposits import draft_files, draft_parts
from repository.deposits.draft_bundles import take_bundle
from repository.deposits.draft_file_names import remove_files, rename_file, rename_files
from repository.deposits.fetch_places import fetches_of
from repository.deposits.model import Draft, FetchedFile
from repository.deposits.queries import default_preview, readable_draft
from repository.faces.api.draft_files.fetch_states import told_fetch
from repository.faces.api.draft_files.file_lists import ListedSet, archive_reply, list_reply, listed_entries
from repository.faces.api.draft_files.part_links import coming_json, coming_reply
from repository.faces.api.draft_files.schemas import (
    ArchiveQuery,
    BundleShape,
    FileChange,
    FileInit,
    FileListQuery,
    FileListShape,
    FileName,
    FileShape,
    FilesToRemove,
    RenamedFolderShape,
)
from repository.faces.api.draft_files.serializers import bundled_json, file_json, list_head_json
from repository.faces.api.routing import Api, ApiCall, JsonBody
from repository.faces.reasons.in_words import reader_language, translated_fault
from repository.files.archived_files import FileSelection
from repository.files.bundles import BundleOutcome
from repository.files.downloads import download_of
from repository.files.file_places import totals_of
from repository.files.model import FileEntry
from repository.files.name_clashes import named_files
from repository.files.queries import entry, file_set
from repository.files.taking_out import ChosenNames
from repository.files.uploads import Announced

api = Api("draft-files")
FILES = "/records/<record:record_id>/draft/files"
FILE = f"{FILES}/<path:key>"
BYTES, TAR, ANY_TYPE = "application/octet-stream", "application/x-tar", "*/*"


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
    begun = draft_parts.name_files(call.services, call.actor, record_id, named)
    base = _base(call, record_id)
    items = (coming_json(call.services, entry, base, begun.uploads.get(entry.id)) for entry in begun.entries)
    head = list_head_json(base, enabled=True, default_preview=begun.preview) | _told(begun.warnings)
    return long_list_reply(head, "entries", items, 201)


@api.route(
    "GET",
    FILES,
    "List a draft's files",
    query=FileListQuery,
    replies={200: FileListShape},
    errors=(403, 404),
)
def list_draft_files(call: ApiCall, record_id: int) -> Response:
    whole = not call.actor.is_referee
    with call.snapshot() as snapshot:
        draft = _readable(snapshot, record_id)
        files = file_set(snapshot, draft.file_set_id)
        totals = totals_of(snapshot, files, hidden=whole)
    about = (_base(call, record_id), draft.files_enabled, draft.default_preview)
    listed = ListedSet(files, totals, *about, draft=True, hidden=whole, words=whole, language=reader_language())
    return list_reply(call, listed)


@api.route(
    "DELETE",
    FILES,
    "Remove all files of a draft, some of them, or a folder",
    query=FilesToRemove,
    replies={204: None},
    errors=(403, 404, 409),
)
def remove_all_files(call: ApiCall, record_id: int) -> Response:
    """Remove what the query names: `key`, which may be repeated, or `prefix` or `folder`; everything without."""
    if json_body() != {}:
        raise Invalid.field("_schema", "Name files in the address: a body is not read.")
    chosen: ChosenNames = call.query["chosen"]
    with call.transaction() as unit:
        if chosen.keys or chosen.folder:
            remove_files(unit, record_id, chosen)
        else:
            draft_files.remove_all_files(unit, record_id)
    return no_content()


@api.route("GET", FILE, "Read the description of one file", replies={200: FileShape}, errors=(403, 404))
def read_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.snapshot() as snapshot:
        set_id = _readable(snapshot, record_id).file_set_id
        file = entry(snapshot, set_id, key, record_id, hidden=not call.actor.is_referee)
        upload = draft_parts.sendable_upload(snapshot, record_id, file)
        fetch = fetches_of(snapshot, [file]).get(file.id)
    if upload is None:
        return _file_reply(call, record_id, file, fetch)
    return json_reply(coming_reply(call.services, file, _base(call, record_id), upload))


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


@api.route(
    "POST",
    FILE,
    "Give a file, or a folder with its slash, another name",
    body=FileName,
    replies={200: (FileShape, RenamedFolderShape)},
    errors=(403, 404, 409, 413, 415),
)
def rename_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    """Move a file or all files of a folder; extension, media type and default preview follow."""
    after = call.body["key"]
    if not key.endswith("/"):
        with call.transaction() as unit:
            file = rename_file(unit, record_id, key, after)
        return _file_reply(call, record_id, file)
    folder = f"{after.removesuffix('/')}/"
    with call.transaction() as unit:
        count = rename_files(unit, record_id, key, folder)
    links = {"self": PageLinks(_base(call, record_id), {}).at(prefix=folder)}
    return json_reply({"key": folder, "count": count, "links": links})


@api.route("DELETE", FILE, "Remove one file", replies={204: None}, errors=(403, 404, 409))
def remove_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.transaction() as unit:
        draft_files.remove_file(unit, record_id, key)
    return no_content()


@api.route(
    "PUT",
    f"{FILE}/content",
    "Send the bytes of a named file, which count once committed, or of a new one, which is complete at once",
    body=BYTES,
    replies={200: FileShape, 201: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def upload_content(call: ApiCall, record_id: int, key: str) -> Response:
    source, announced = _sent_bytes()
    sent = draft_files.upload_content(call.services, call.actor, record_id, key, source, announced)
    if not sent.is_new:
        return _file_reply(call, record_id, sent.entry)
    body = file_json(sent.entry, _base(call, record_id), draft=True) | _told(sent.warnings)
    return json_reply(body, 201)


@api.route(
    "POST",
    f"{FILES}-bundle",
    "Send many small files as a TAR; each is stored and committed, or refused with its reason",
    body=TAR,
    replies={200: BundleShape},
    errors=(403, 404, 409, 413, 415),
)
def upload_bundle(call: ApiCall, record_id: int) -> Response:
    """Take every file that can be taken; what is wrong with the archive, or its size, refuses all."""
    if request.mimetype not in ("", TAR):
        raise UnsupportedMediaType(f"Send the files as {TAR}.")
    source = compared(cast(BinaryIO, request.stream), announced_digests())
    taken = take_bundle(call.services, call.actor, record_id, source, request.content_length)
    language, numbers = reader_language(), Counter(planned.outcome for planned in taken.files)
    body: dict[str, Any] = {outcome.value: numbers[outcome] for outcome in BundleOutcome}
    body["entries"] = [bundled_json(planned, language) for planned in taken.files]
    return json_reply(body | _told(taken.warnings))


@api.route(
    "PUT",
    f"{FILE}/content/<int:number>",
    "Send one part of a file that comes in parts",
    body=BYTES,
    replies={200: FileShape},
    errors=(403, 404, 409, 413, 415),
)
def upload_part(call: ApiCall, record_id: int, key: str, number: int) -> Response:
    source, announced = _sent_bytes()
    file = draft_parts.upload_part(call.services, call.actor, record_id, key, number, source, announced)
    return _file_reply(call, record_id, file)


@api.route(
    "POST",
    f"{FILE}/commit",
    "Make the received bytes the file, if they match the declaration",
    replies={200: FileShape},
    errors=(403, 404, 409),
)
def commit_file(call: ApiCall, record_id: int, key: str) -> Response:
    file, mismatches = draft_parts.commit_parts(call.services, call.actor, record_id, key)
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
@counted_as(CallKind.DOWNLOAD)
def download_draft_file(call: ApiCall, record_id: int, key: str) -> Response:
    with call.snapshot() as snapshot:
        set_id = _readable(snapshot, record_id).file_set_id
        download = download_of(call.services, snapshot, set_id, key, record_id, hidden=not call.actor.is_referee)
    return file_reply(download)


@api.route(
    "GET",
    "/records/<record:record_id>/draft/files-archive",
    "Download committed files of a draft as ZIP, or a range of it",
    query=ArchiveQuery,
    replies={200: "application/zip", 206: "application/zip", 304: None},
    errors=(403, 404, 409, 416),
)
@counted_as(CallKind.DOWNLOAD)
def download_draft_archive(call: ApiCall, record_id: int) -> Response:
    with call.snapshot() as snapshot:
        files = file_set(snapshot, _readable(snapshot, record_id).file_set_id)
    selection = FileSelection(files.id, record_id, not call.actor.is_referee, call.query["prefix"], call.query["key"])
    return archive_reply(call.services, files, selection)


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
    shown = reads_closed(call.actor)  # the names of files that another request has sent are for who may read them
    items = listed_entries(call.services.database, files, base) if shown else ()
    return long_list_reply(list_head_json(base, enabled=True, default_preview=preview), "entries", items, 201)


def _sent_bytes() -> tuple[BinaryIO, Announced]:
    """Return the body as it comes, and what the request says of it; raise 415 for another type, `Invalid`."""
    if request.mimetype not in ("", BYTES):
        raise UnsupportedMediaType(f"Send the bytes as {BYTES}.")
    source = compared(cast(BinaryIO, request.stream), announced_digests())
    return source, Announced(request.content_length, announced_md5())


def _readable(snapshot: Snapshot, record_id: int) -> Draft:
    draft, _ = readable_draft(snapshot, record_id)
    return draft


def _told(warnings: Sequence[FieldError]) -> dict[str, Any]:
    """Return warnings as replies have them, nothing if there are none."""
    language = reader_language()
    return {"errors": [translated_fault(warning, language).as_json() for warning in warnings]} if warnings else {}


def _file_reply(call: ApiCall, record_id: int, file: FileEntry, fetch: FetchedFile | None = None) -> Response:
    language, words = reader_language(), not call.actor.is_referee
    body = file_json(file, _base(call, record_id), draft=True, words=words, language=language)
    return json_reply(told_fetch(body, fetch, language), headers={"Vary": VARY_BY_LANGUAGE})


def _base(call: ApiCall, record_id: int) -> str:
    return call.services.site.api(f"/records/{record_id}/draft/files")
