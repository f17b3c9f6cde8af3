"""Published records, their versions and files over HTTP (InvenioRDM contract, sections 1.2 and 1.6)."""

from flask import Response

from repository.access.policy import audience_of
from repository.core.paging import Page, PageLinks
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.file_responses import file_reply
from repository.core.web.responses import json_reply, text_reply
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON
from repository.faces.api.draft_files.file_lists import ListedSet, archive_reply, list_reply
from repository.faces.api.draft_files.schemas import ArchiveQuery, FileListQuery, FileListShape, FileShape
from repository.faces.api.draft_files.serializers import file_json
from repository.faces.api.records.schemas import CitationQuery, RecordListShape, RecordShape, VersionsQuery
from repository.faces.api.records.serializers import cached_record, hits_json, record_json
from repository.faces.api.routing import Api, ApiCall
from repository.faces.content_negotiation import (
    EXPORT_TYPES,
    LINKSETS,
    BuiltinFormat,
    Representation,
    format_in_path,
    representation_for_api,
)
from repository.faces.export_replies import export_reply, linkset_reply
from repository.faces.manifest_replies import TEXT, ManifestQuery, manifest_reply
from repository.files.archived_files import FileSelection
from repository.files.downloads import download_of
from repository.files.file_places import totals_of
from repository.files.queries import entry
from repository.records.queries import concept_of, files_for_reading, latest_of, sees_hidden_files, versions_of

api = Api("records")
RECORD = "/records/<record:record_id>"
ANY_TYPE = "*/*"
OTHER_TYPES = (*EXPORT_TYPES, "text/plain", LINKSET, LINKSET_JSON)


@api.route(
    "GET",
    RECORD,
    "Read a published record; a concept's id leads to its latest version",
    query=CitationQuery,
    replies={200: (RecordShape, *OTHER_TYPES), 302: None, 410: OTHER_TYPES},
    errors=(403, 404, 410),
)
def read_record(call: ApiCall, record_id: int) -> Response:
    """Answer in the media type that is accepted, or in the format that the address names."""
    return _represented(call, record_id, representation_for_api(call.query["format"]))


@api.route(
    "GET",
    f"{RECORD}/export/<name>",
    "Read a published record in a format by its name",
    query=CitationQuery,
    replies={200: (RecordShape, *OTHER_TYPES), 302: None, 410: OTHER_TYPES},
    errors=(403, 404, 410),
)
@counted_as(CallKind.EXPORT)
def export_by_name(call: ApiCall, record_id: int, name: str) -> Response:
    """Answer in the format of this name, whatever media type is accepted."""
    return _represented(call, record_id, format_in_path(name))


def _represented(call: ApiCall, record_id: int, representation: Representation) -> Response:
    if isinstance(representation, BuiltinFormat) and representation in LINKSETS:
        return linkset_reply(call.services, call.actor, record_id, representation.value)
    if representation is BuiltinFormat.JSON:
        record = cached_record(call.services, call.actor, record_id)
        reply = text_reply(record.text, record.revision)
    else:
        reply = export_reply(
            call.services,
            call.actor,
            record_id,
            representation,
            style=call.query["style"],
            locale=call.query["locale"],
        )
    reply.headers["Link"] = _linkset_link(call.services.site.api(f"/records/{record_id}"))
    return reply


def _linkset_link(api_url: str) -> str:
    """Return the ``Link`` header that leads from a record to its linkset (InvenioRDM contract, section 1.11)."""
    return f'<{api_url}>; rel="linkset"; type="{LINKSET_JSON}"'


@api.route(
    "GET",
    f"{RECORD}/versions",
    "List the versions of a record, newest first",
    query=VersionsQuery,
    replies={200: RecordListShape},
    errors=(403, 404, 410),
)
def list_versions(call: ApiCall, record_id: int) -> Response:
    """Return the versions that the reader may see, one page at a time."""
    page, site = Page.of(call.query), call.services.site
    with call.snapshot() as snapshot:
        views, total = versions_of(snapshot, concept_of(snapshot, record_id), page)
    hits = [
        record_json(view, site, call.services.vocabularies, audience_of(call.actor, view.resource)) for view in views
    ]
    links = PageLinks(site.api(f"/records/{record_id}/versions"), {}).numbered(page, total)
    return json_reply(hits_json(hits, total, "version", links, page=page.number, aggregations={}))


@api.route(
    "GET",
    f"{RECORD}/versions/latest",
    "Go to the latest version",
    replies={301: None},
    errors=(403, 404),
)
def latest_version(call: ApiCall, record_id: int) -> Response:
    """Lead to the newest version that the reader may see, also from a withdrawn one."""
    with call.snapshot() as snapshot:
        location = call.services.site.api(f"/records/{latest_of(snapshot, record_id)}")
    body = {"status": 301, "message": "Redirecting...", "location": location}
    return json_reply(body, 301, {"Location": location})


@api.route(
    "GET",
    f"{RECORD}/files",
    "List a record's files",
    query=FileListQuery,
    replies={200: FileListShape},
    errors=(403, 404, 410),
)
def list_files(call: ApiCall, record_id: int) -> Response:
    """Return names, sizes, checksums and links of the files in the order of their names."""
    with call.snapshot() as snapshot:
        view = files_for_reading(snapshot, record_id)
        hidden = sees_hidden_files(call.actor, view)
        totals = totals_of(snapshot, view.files, hidden=hidden)
    version, words = view.version, not call.actor.is_referee
    about = (_base(call, record_id), version.files_enabled, version.default_preview)
    return list_reply(call, ListedSet(view.files, totals, *about, draft=False, hidden=hidden, words=words))


@api.route(
    "GET",
    f"{RECORD}/files/<path:key>",
    "Read the description of one file",
    replies={200: FileShape},
    errors=(403, 404, 410),
)
def read_file(call: ApiCall, record_id: int, key: str) -> Response:
    """Return name, size, checksum, media type and links of a file."""
    with call.snapshot() as snapshot:
        view = files_for_reading(snapshot, record_id)
        file = entry(snapshot, view.files.id, key, record_id, hidden=sees_hidden_files(call.actor, view))
    return json_reply(file_json(file, _base(call, record_id), draft=False, words=not call.actor.is_referee))


@api.route(
    "GET",
    f"{RECORD}/files/<path:key>/content",
    "Download a file, or a range of it",
    replies={200: ANY_TYPE, 206: ANY_TYPE, 302: None, 304: None},
    errors=(403, 404, 410, 412, 416),
)
@counted_as(CallKind.DOWNLOAD)
def download_file(call: ApiCall, record_id: int, key: str) -> Response:
    """Send the bytes, with digests in the headers, or lead to where the store sends them."""
    with call.snapshot() as snapshot:
        view = files_for_reading(snapshot, record_id)
        hidden = sees_hidden_files(call.actor, view)
        public = view.resource.record_public and view.resource.files_public
        download = download_of(call.services, snapshot, view.files.id, key, record_id, hidden=hidden, public=public)
    return file_reply(download)


@api.route(
    "GET",
    f"{RECORD}/files-archive",
    "Download files of a record as ZIP, or a range of it",
    query=ArchiveQuery,
    replies={200: "application/zip", 206: "application/zip", 304: None},
    errors=(403, 404, 410, 416),
)
@counted_as(CallKind.DOWNLOAD)
def download_archive(call: ApiCall, record_id: int) -> Response:
    """Send all files, a folder or chosen ones in one ZIP of known length, any range of it by itself."""
    with call.snapshot() as snapshot:
        view = files_for_reading(snapshot, record_id)
        hidden = sees_hidden_files(call.actor, view)
    selection = FileSelection(view.files.id, record_id, hidden, call.query["prefix"], call.query["key"])
    return archive_reply(call.services, view.files, selection)


@api.route(
    "GET",
    f"{RECORD}/manifest",
    "List a record's files for a program that fetches or verifies them",
    query=ManifestQuery,
    replies={200: TEXT},
    errors=(403, 404, 410),
)
def read_manifest(call: ApiCall, record_id: int) -> Response:
    """Return digests, sizes and stable addresses, as sha256sum, md5sum, aria2, wget or BagIt want them."""
    return manifest_reply(call.services, call.actor, record_id, call.query["format"])


def _base(call: ApiCall, record_id: int) -> str:
    return call.services.site.api(f"/records/{record_id}/files")
