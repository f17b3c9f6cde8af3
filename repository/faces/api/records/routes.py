"""HTTP of published records, their versions and files (InvenioRDM contract, sections 1.2 and 1.6)."""

from flask import Response

from repository.core.paging import Page
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.file_responses import file_reply, long_list_reply, stream_reply
from repository.core.web.openapi import Api
from repository.core.web.request_parsing import parse_query
from repository.core.web.responses import document_reply, json_reply, redirect_to, text_reply
from repository.dataset.formats.registry import ExportFormat
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON
from repository.engines.services import Services
from repository.faces.api.draft_files.file_lists import list_head, listed
from repository.faces.api.draft_files.schemas import FileListQuery, FileListShape, FileShape
from repository.faces.api.draft_files.serializers import file_json
from repository.faces.api.records.json_cache import cached_record
from repository.faces.api.records.schemas import CitationQuery, RecordListShape, RecordShape, VersionsQuery
from repository.faces.api.records.serializers import hits_json, record_json
from repository.faces.content_negotiation import LINKSETS, WRITTEN_TYPES, BuiltinFormat, representation_for_api
from repository.files.downloads import download_of
from repository.files.queries import all_entries, entry
from repository.files.zip_archive import archive
from repository.records.exports import export_record
from repository.records.linksets import linkset, linkset_link
from repository.records.queries import (
    RecordView,
    concept_of,
    files_for_reading,
    latest_of,
    may_have_files,
    versions_of,
)

api = Api("records")
RECORD = "/records/<record:record_id>"
ANY_TYPE = "*/*"


@api.route(
    "GET",
    RECORD,
    "Read a published record; a concept's id leads to its latest version",
    query=CitationQuery,
    answers={200: (RecordShape, *WRITTEN_TYPES, "text/plain", LINKSET, LINKSET_JSON), 302: None},
    errors=(403, 404, 410),
)
def read_record(record_id: int) -> Response:
    wanted = parse_query(CitationQuery)
    form = representation_for_api(wanted["format"])
    services: Services = current_services()
    if form is BuiltinFormat.JSON:
        shown = cached_record(services, current_actor(), record_id)
        if isinstance(shown, int):
            return _latest(services, shown)
        return _with_linkset(text_reply(shown.text, shown.revision), services, record_id)
    if form in LINKSETS:
        links = linkset(services, current_actor(), record_id, form.value)
        return _latest(services, links) if isinstance(links, int) else Response(links, mimetype=form.value)
    document = export_record(
        services, current_actor(), record_id, form if isinstance(form, ExportFormat) else None, wanted
    )
    if isinstance(document, int):
        return _latest(services, document)
    reply = document_reply(document.text, document.media_type, name=document.name, tag=document.tag)
    return _with_linkset(reply, services, record_id)


@api.route(
    "GET",
    f"{RECORD}/versions",
    "List the versions of a record, newest first",
    query=VersionsQuery,
    answers={200: RecordListShape},
    errors=(403, 404, 410),
)
def list_versions(record_id: int) -> Response:
    require_acceptable()
    wanted = parse_query(VersionsQuery)
    page = Page(wanted["page"], wanted["size"])
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        concept_id = concept_of(snapshot, record_id)
        views, total = versions_of(snapshot, concept_id, page)
        hits = [_hit(services, snapshot, view) for view in views]
    links = _page_links(services.site.api(f"/records/{record_id}/versions"), page, total)
    return json_reply(hits_json(hits, total, "version", links, page=page.number, aggregations={}))


@api.route(
    "GET",
    f"{RECORD}/versions/latest",
    "Go to the latest version",
    answers={301: None},
    errors=(403, 404),
)
def latest_version(record_id: int) -> Response:
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        location = services.site.api(f"/records/{latest_of(snapshot, record_id)}")
    body = {"status": 301, "message": "Redirecting...", "location": location}
    return json_reply(body, 301, {"Location": location})


@api.route(
    "GET",
    f"{RECORD}/files",
    "List a record's files",
    query=FileListQuery,
    answers={200: FileListShape},
    errors=(403, 404, 410),
)
def list_files(record_id: int) -> Response:
    require_acceptable()
    wanted = parse_query(FileListQuery)
    services: Services = current_services()
    base = _base(services.site, record_id)
    with services.database.snapshot(current_actor()) as snapshot:
        view = files_for_reading(snapshot, record_id)
    head = list_head(view.files, base, view.version.files_enabled, **wanted)
    return long_list_reply(head, "entries", listed(services.database, view.files.id, base, draft=False, **wanted))


@api.route(
    "GET",
    f"{RECORD}/files/<path:key>",
    "Read what is said of one file",
    answers={200: FileShape},
    errors=(403, 404, 410),
)
def read_file(record_id: int, key: str) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        found = entry(snapshot, files_for_reading(snapshot, record_id).files.id, key, record_id)
        return json_reply(file_json(found, _base(services.site, record_id), draft=False))


@api.route(
    "GET",
    f"{RECORD}/files/<path:key>/content",
    "Download a file, or a range of it",
    answers={200: ANY_TYPE, 206: ANY_TYPE, 302: None, 304: None},
    errors=(403, 404, 410, 412, 416),
)
def download_file(record_id: int, key: str) -> Response:
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        files = files_for_reading(snapshot, record_id).files
        download = download_of(services, snapshot, files.id, key, record_id)
    return file_reply(download)


@api.route(
    "GET",
    f"{RECORD}/files-archive",
    "Download all files of a record as ZIP",
    answers={200: "application/zip"},
    errors=(403, 404, 410),
)
def download_archive(record_id: int) -> Response:
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        view = files_for_reading(snapshot, record_id)
        blocks = archive(services.store, all_entries(snapshot, view.files.id))
    return stream_reply(blocks, len(blocks), f"{record_id}.zip", "application/zip")


def _hit(services: Services, snapshot: Snapshot, view: RecordView) -> dict[str, object]:
    """A record as JSON for the actor, without its files."""
    return record_json(view, services.site, services.vocabularies, files_allowed=may_have_files(snapshot, view))


def _page_links(base: str, page: Page, total: int) -> dict[str, str]:
    def at(number: int) -> str:
        return f"{base}?page={number}&size={page.size}"

    links = {"self": at(page.number)}
    if page.number > 1:
        links["prev"] = at(page.number - 1)
    if page.has_next(total):
        links["next"] = at(page.number + 1)
    return links


def _base(site: Site, record_id: int) -> str:
    return site.api(f"/records/{record_id}/files")


def _with_linkset(reply: Response, services: Services, record_id: int) -> Response:
    reply.headers["Link"] = linkset_link(services.site.api(f"/records/{record_id}"))
    return reply


def _latest(services: Services, record_id: int) -> Response:
    return redirect_to(services.site.api(f"/records/{record_id}"))
