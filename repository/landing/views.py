"""HTTP of the public pages."""

from flask import Blueprint, Response, redirect, request

from repository.engines.facilities import Facilities
from repository.files.downloads import download_of
from repository.files.queries import first_entries
from repository.foundation.clock import iso, today
from repository.foundation.errors import RepositoryError, Unavailable
from repository.foundation.paging import Page
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.problems import RETRY_AFTER_SECONDS, STATUS
from repository.foundation.web.sending import file_reply
from repository.foundation.work import Work
from repository.landing.page import CONTENT_SECURITY_POLICY, VersionLine, render, render_error
from repository.records.publications import files_of, publication_of
from repository.records.queries import (
    RecordView,
    files_for_reading,
    latest_for,
    may_have_files,
    record_or_latest,
    record_view,
    versions_of,
)

pages = Blueprint("landing", __name__)
LISTED_FILES = 100
LISTED_VERSIONS = 100
LANGUAGES = ("en", "zh")


@pages.errorhandler(RepositoryError)
def failed(error: RepositoryError) -> Response:
    """An error as a page for people."""
    facilities: Facilities = current_facilities()
    status = STATUS[type(error)]
    page = _page(render_error(status, error.reason, _language(), facilities.site.name), status)
    if isinstance(error, Unavailable):
        page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


@pages.get("/records/<record:record_id>")
def landing_page(record_id: int) -> Response:
    """The page that DOI and CSTR resolve to; a concept leads to its latest version."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        view = record_or_latest(work, record_id)
        if isinstance(view, int):
            return _to(f"/records/{view}", facilities)
        return _page(_landing(facilities, work, view))


@pages.get("/records/<record:record_id>/latest")
def latest_page(record_id: int) -> Response:
    """Go to the latest version's page."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        latest = latest_for(work, record_view(work, record_id).concept.id)
    return _to(f"/records/{latest}", facilities)


@pages.get("/records/<record:record_id>/files/<path:key>")
def file_page(record_id: int, key: str) -> Response:
    """A file's bytes under the address that people pass on."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        files = files_for_reading(work, record_id).files
        download = download_of(facilities, work, files.id, key, record_id)
    return file_reply(download)


def _landing(facilities: Facilities, work: Work, view: RecordView) -> str:
    site, version = facilities.site, view.version
    allowed = may_have_files(work, view)
    entries = first_entries(work, view.files.id, LISTED_FILES) if allowed else ()
    publication = publication_of(view, site, facilities.vocabularies, files_allowed=allowed, entries=entries)
    api_url = site.api(f"/records/{version.id}")
    has_archive = allowed and view.files.count > 0
    return render(
        publication,
        versions=_versions(facilities, work, view),
        files=files_of(entries, version.id, site),
        more_files=max(0, view.files.count - len(entries)) if allowed else 0,
        files_restricted=not allowed,
        language=_language(),
        accessed=today(),
        api_url=api_url,
        archive_url=f"{api_url}/files-archive" if has_archive else None,
    )


def _versions(facilities: Facilities, work: Work, view: RecordView) -> list[VersionLine]:
    views, _ = versions_of(work, view.concept.id, Page(1, LISTED_VERSIONS))
    return [
        VersionLine(
            url=facilities.site.page(f"/records/{each.version.id}"),
            index=each.version.index,
            label=str(each.version.description.get("version") or f"v{each.version.index}"),
            date=str(each.version.description.get("publication_date") or iso(each.version.created)[:10]),
            doi=each.pids["doi"].value if "doi" in each.pids else None,
            current=each.version.id == view.version.id,
        )
        for each in views
    ]


def _language() -> str:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    return request.accept_languages.best_match(LANGUAGES) or "en"


def _page(html: str, status: int = 200) -> Response:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Vary": "Accept-Language, Authorization",
    }
    return Response(html, status, headers, mimetype="text/html")


def _to(path: str, facilities: Facilities) -> Response:
    reply = redirect(facilities.site.page(path), 302)
    assert isinstance(reply, Response)
    return reply
