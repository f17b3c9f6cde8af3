"""HTTP of the public pages."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, redirect, request

from repository.dataset.formats import csl
from repository.dataset.formats.registry import Format
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON, file_header, linkset_json, linkset_text
from repository.engines.facilities import Facilities
from repository.files.downloads import download_of
from repository.foundation.actor import ANONYMOUS
from repository.foundation.clock import today
from repository.foundation.errors import Gone, RepositoryError, Unavailable
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.problems import RETRY_AFTER_SECONDS, STATUS
from repository.foundation.web.sending import file_reply
from repository.landing.asked import LANGUAGES, Asked
from repository.landing.contents import ASKED_STYLES
from repository.landing.exports import EXPORTS
from repository.landing.newest import new_line
from repository.landing.page import CONTENT_SECURITY_POLICY, render_error, render_start
from repository.landing.shown import HTML, Shown, linked, shown_to
from repository.records.newest import newest_ids
from repository.records.offers import LINKSETS, Form, Own, form_for_page
from repository.records.publications import publication_of
from repository.records.queries import files_for_reading, latest_for, record_view, record_views

pages = Blueprint("landing", __name__)
NEWEST = 20
VARY = "Accept, Accept-Language, Authorization"
_LINKSETS: Mapping[Form, str] = {form: media_type for media_type, form in LINKSETS.items()}
_MOST_DIGITS = 6


@pages.errorhandler(RepositoryError)
def failed(error: RepositoryError) -> Response:
    """An error as a page for people."""
    facilities: Facilities = current_facilities()
    status, asked = STATUS[type(error)], _asked()
    said = "\n".join([error.reason, *(message for each in error.errors for message in each.messages)])
    page = _page(render_error(status, said, asked, facilities.site.name), asked, status)
    if isinstance(error, Unavailable):
        page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


@pages.get("/")
def start_page() -> Response:
    """The newest datasets, and where machines begin."""
    facilities: Facilities = current_facilities()
    asked = _asked()
    with facilities.works.reading(ANONYMOUS) as work:
        views = record_views(work, newest_ids(work, NEWEST))
        found = [publication_of(view, facilities.site, facilities.vocabularies, files_allowed=False) for view in views]
    page = render_start(facilities.site.name, facilities.site.page("/"), asked, [new_line(each) for each in found])
    return _conditional(_page(page, asked))


@pages.get("/records/<record:record_id>")
def landing_page(record_id: int) -> Response:
    """The page that DOI and CSTR resolve to, or another format of it; a concept leads to its latest version."""
    facilities: Facilities = current_facilities()
    form, query = _form_asked(), request.query_string.decode("ascii", "ignore")
    behind = f"?{query}" if query else ""
    if form in _LINKSETS:
        return _linkset(record_id, _LINKSETS[form])
    if form in (Own.JSON, Own.BIBLIOGRAPHY):
        return _to(f"/api/records/{record_id}{behind}", facilities)
    asked = _asked()
    export = form if isinstance(form, Format) else None
    shown = shown_to(facilities, current_actor(), record_id, asked, export, today())
    if isinstance(shown, int):
        return _to(f"/records/{shown}{behind}", facilities)
    return _reply(shown, asked)


@pages.get("/records/<record:record_id>/linkset")
def links(record_id: int) -> Response:
    """All links of a record, in the serialisation that is asked for."""
    return _linkset(record_id, accepted((LINKSET, LINKSET_JSON)))


@pages.get("/records/<record:record_id>/linkset.json")
def links_as_json(record_id: int) -> Response:
    """All links of a record as JSON."""
    return _linkset(record_id, LINKSET_JSON)


@pages.get("/records/<record:record_id>/latest")
def latest_page(record_id: int) -> Response:
    """Go to the latest version's page."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        latest = latest_for(work, record_view(work, record_id).concept.id)
    return _to(f"/records/{latest}", facilities)


@pages.get("/records/<record:record_id>/files/<path:key>")
def file_page(record_id: int, key: str) -> Response:
    """A file's bytes under the address that people pass on; it says which record it belongs to."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        view = files_for_reading(work, record_id)
        download = download_of(facilities, work, view.files.id, key, record_id)
        publication = publication_of(view, facilities.site, facilities.vocabularies, files_allowed=False)
    reply = file_reply(download)
    reply.headers["Link"] = file_header(publication.url, csl.address(publication))
    return reply


def _linkset(record_id: int, media_type: str) -> Response:
    facilities: Facilities = current_facilities()
    found = linked(facilities, current_actor(), record_id)
    if isinstance(found, int):
        ending = ".json" if media_type == LINKSET_JSON else ""
        return _to(f"/records/{found}/linkset{ending}", facilities)
    publication, files = found
    write = linkset_json if media_type == LINKSET_JSON else linkset_text
    parts = write(publication, list(EXPORTS.values()), facilities.site.api(f"/records/{record_id}"), files)
    return Response(parts, mimetype=media_type, headers={"Vary": VARY})


def _form_asked() -> Form:
    """The form that the address or the client's ``Accept`` names; whoever likes pages as well as anything gets one."""
    name = request.args.get("format")
    if not name and request.accept_mimetypes.quality(HTML) >= 1:
        return Own.PAGE
    return form_for_page(name)


def _asked() -> Asked:
    """What the address asks for; what it cannot mean counts as not said."""
    language, page, style = (request.args.get(name, "") for name in ("lang", "page", "style"))
    numbered = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    return Asked(
        language=language if language in LANGUAGES else _preferred(LANGUAGES),
        chosen=language in LANGUAGES,
        page=max(1, int(page)) if numbered else 1,
        style=style if style in ASKED_STYLES else "",
    )


def _preferred(languages: Sequence[str]) -> str:
    return request.accept_languages.best_match(languages) or languages[0]


def _reply(shown: Shown, asked: Asked) -> Response:
    status = STATUS[Gone] if shown.withdrawn else 200
    reply = _page(shown.body, asked, status) if shown.media_type == HTML else _document(shown)
    reply.headers["Link"] = shown.links
    reply.last_modified = shown.modified
    return reply if shown.withdrawn else _conditional(reply)


def _document(shown: Shown) -> Response:
    return Response(shown.body, headers={"Vary": VARY}, content_type=f"{shown.media_type}; charset=utf-8")


def _page(html: str | bytes, asked: Asked, status: int = 200) -> Response:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Content-Language": asked.language,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Vary": VARY,
    }
    return Response(html, status, headers, mimetype=HTML)


def _conditional(reply: Response) -> Response:
    """With an entity tag, and nothing else for a client that has it already (RFC 9110, section 13)."""
    reply.headers["Cache-Control"] = "no-cache" if current_actor() == ANONYMOUS else "private, no-cache"
    reply.add_etag()
    reply.make_conditional(request)
    return reply


def _to(path: str, facilities: Facilities) -> Response:
    reply = redirect(facilities.site.page(path), 302)
    assert isinstance(reply, Response)
    return reply
