"""HTTP of published records, their versions and files (InvenioRDM contract, sections 1.2 and 1.6)."""

from flask import Response

from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON
from repository.engines.facilities import Facilities
from repository.files.archive import archive
from repository.files.downloads import download_of
from repository.files.listing import list_head, listed
from repository.files.queries import all_entries, entry
from repository.files.schema import FileListQuery, FileListShape, FileShape
from repository.files.wire import file_json
from repository.foundation.paging import Page
from repository.foundation.site import Site
from repository.foundation.web.bodies import query
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import document_reply, found_at, json_reply, text_reply
from repository.foundation.web.sending import file_reply, long_list_reply, stream_reply
from repository.foundation.work import Work
from repository.records.linksets import linkset, linkset_link
from repository.records.offers import LINKSETS, WRITTEN_TYPES, Own, form_for_api
from repository.records.queries import (
    RecordView,
    concept_of,
    files_for_reading,
    latest_of,
    may_have_files,
    versions_of,
)
from repository.records.schema import CitationQuery, RecordListShape, RecordShape, VersionsQuery
from repository.records.shown import shown_or_latest
from repository.records.wire import hits_json, record_json
from repository.records.written import in_form

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
    wanted = query(CitationQuery)
    form = form_for_api(wanted["format"])
    facilities: Facilities = current_facilities()
    if form is Own.JSON:
        shown = shown_or_latest(facilities, current_actor(), record_id)
        if isinstance(shown, int):
            return _latest(facilities, shown)
        return _with_linkset(text_reply(shown.text, shown.revision), facilities, record_id)
    if form in LINKSETS:
        links = linkset(facilities, current_actor(), record_id, form.value)
        return _latest(facilities, links) if isinstance(links, int) else Response(links, mimetype=form.value)
    document = in_form(facilities, current_actor(), record_id, form, wanted)
    if isinstance(document, int):
        return _latest(facilities, document)
    reply = document_reply(document.text, document.media_type, name=document.name, tag=document.tag)
    return _with_linkset(reply, facilities, record_id)


@api.route(
    "GET",
    f"{RECORD}/versions",
    "List the versions of a record, newest first",
    query=VersionsQuery,
    answers={200: RecordListShape},
    errors=(403, 404, 410),
)
def list_versions(record_id: int) -> Response:
    accepted()
    wanted = query(VersionsQuery)
    page = Page(wanted["page"], wanted["size"])
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        concept_id = concept_of(work, record_id)
        views, total = versions_of(work, concept_id, page)
        hits = [_hit(facilities, work, view) for view in views]
    links = _page_links(facilities.site.api(f"/records/{record_id}/versions"), page, total)
    return json_reply(hits_json(hits, total, "version", links, page=page.number, aggregations={}))


@api.route(
    "GET",
    f"{RECORD}/versions/latest",
    "Go to the latest version",
    answers={301: None},
    errors=(403, 404),
)
def latest_version(record_id: int) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        location = facilities.site.api(f"/records/{latest_of(work, record_id)}")
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
    accepted()
    wanted = query(FileListQuery)
    facilities: Facilities = current_facilities()
    base = _base(facilities.site, record_id)
    with facilities.works.reading(current_actor()) as work:
        view = files_for_reading(work, record_id)
    head = list_head(view.files, base, view.version.files_enabled, **wanted)
    return long_list_reply(head, "entries", listed(facilities.works, view.files.id, base, draft=False, **wanted))


@api.route(
    "GET",
    f"{RECORD}/files/<path:key>",
    "Read what is said of one file",
    answers={200: FileShape},
    errors=(403, 404, 410),
)
def read_file(record_id: int, key: str) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        found = entry(work, files_for_reading(work, record_id).files.id, key, record_id)
        return json_reply(file_json(found, _base(facilities.site, record_id), draft=False))


@api.route(
    "GET",
    f"{RECORD}/files/<path:key>/content",
    "Download a file, or a range of it",
    answers={200: ANY_TYPE, 206: ANY_TYPE, 302: None, 304: None},
    errors=(403, 404, 410, 412, 416),
)
def download_file(record_id: int, key: str) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        files = files_for_reading(work, record_id).files
        download = download_of(facilities, work, files.id, key, record_id)
    return file_reply(download)


@api.route(
    "GET",
    f"{RECORD}/files-archive",
    "Download all files of a record as ZIP",
    answers={200: "application/zip"},
    errors=(403, 404, 410),
)
def download_archive(record_id: int) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        view = files_for_reading(work, record_id)
        blocks = archive(facilities.store, all_entries(work, view.files.id))
    return stream_reply(blocks, len(blocks), f"{record_id}.zip", "application/zip")


def _hit(facilities: Facilities, work: Work, view: RecordView) -> dict[str, object]:
    """A record as JSON for `work.actor`, without its files."""
    return record_json(view, facilities.site, facilities.vocabularies, files_allowed=may_have_files(work, view))


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


def _with_linkset(reply: Response, facilities: Facilities, record_id: int) -> Response:
    reply.headers["Link"] = linkset_link(facilities.site.api(f"/records/{record_id}"))
    return reply


def _latest(facilities: Facilities, record_id: int) -> Response:
    return found_at(facilities.site.api(f"/records/{record_id}"))
