"""HTTP of the public pages."""

from flask import Blueprint, Response, request

from repository.dataset.formats import links
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON, file_header
from repository.engines.facilities import Facilities
from repository.files.downloads import download_of
from repository.foundation.actor import ANONYMOUS
from repository.foundation.clock import today
from repository.foundation.errors import Gone, RepositoryError, Unavailable
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.problems import RETRY_AFTER_SECONDS, STATUS
from repository.foundation.web.replies import document_reply, found_at
from repository.foundation.web.sending import file_reply
from repository.landing.asked import LANGUAGES, Asked
from repository.landing.contents import ASKED_STYLES
from repository.landing.page import CONTENT_SECURITY_POLICY, render_error
from repository.landing.shown import shown_to, start_page
from repository.records.linksets import linkset
from repository.records.offers import LINKSETS, Form, Own, form_for_page
from repository.records.queries import files_for_reading, latest_of
from repository.records.written import in_form

pages = Blueprint("landing", __name__)
VARY = "Accept, Accept-Language, Authorization"
CITED = {"style": "apa", "locale": "en-US"}
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
def start() -> Response:
    """The newest datasets, and where machines begin."""
    asked = _asked()
    html, changed = start_page(current_facilities(), asked)
    page = _page(html, asked)
    page.last_modified = changed
    return _conditional(page)


@pages.get("/records/<record:record_id>")
def landing_page(record_id: int) -> Response:
    """The page that DOI and CSTR resolve to, or another form of the record; a concept leads to its latest version."""
    facilities: Facilities = current_facilities()
    form = form_for_page(request.args.get("format"))
    if form is not Own.PAGE:
        return _in_form(facilities, record_id, form)
    asked = _asked()
    shown = shown_to(facilities, current_actor(), record_id, asked, today())
    if isinstance(shown, int):
        return _to(f"/records/{shown}{_query()}", facilities)
    reply = _page(shown.body, asked, STATUS[Gone] if shown.withdrawn else 200)
    reply.headers["Link"] = shown.links
    reply.last_modified = shown.modified
    return reply if shown.withdrawn else _conditional(reply)


@pages.get("/records/<record:record_id>/linkset")
def record_links(record_id: int) -> Response:
    """All links of a record, in the serialisation that is asked for."""
    return _linkset(record_id, accepted((LINKSET, LINKSET_JSON)))


@pages.get("/records/<record:record_id>/linkset.json")
def record_links_as_json(record_id: int) -> Response:
    """All links of a record as JSON."""
    return _linkset(record_id, LINKSET_JSON)


@pages.get("/records/<record:record_id>/latest")
def latest_page(record_id: int) -> Response:
    """Go to the latest version's page."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        latest = latest_of(work, record_id)
    return _to(f"/records/{latest}", facilities)


@pages.get("/records/<record:record_id>/files/<path:key>")
def file_page(record_id: int, key: str) -> Response:
    """A file's bytes under the address that people pass on; it says which record it belongs to."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        view = files_for_reading(work, record_id)
        download = download_of(facilities, work, view.files.id, key, record_id)
    page = facilities.site.page(f"/records/{record_id}")
    doi, cstr = (view.pids[scheme].value if scheme in view.pids else None for scheme in ("doi", "cstr"))
    reply = file_reply(download)
    reply.headers["Link"] = file_header(page, links.cited_at(doi, cstr, page))
    return reply


def _in_form(facilities: Facilities, record_id: int, form: Form) -> Response:
    if form is Own.JSON:
        return _to(f"/api/records/{record_id}", facilities)
    if isinstance(form, Own) and form in LINKSETS:
        return _linkset(record_id, form.value)
    cited = {name: request.args.get(name, usual) for name, usual in CITED.items()}
    document = in_form(facilities, current_actor(), record_id, form, cited)
    if isinstance(document, int):
        return _to(f"/records/{document}{_query()}", facilities)
    reply = document_reply(document.text, document.media_type, name=document.name, tag=document.tag)
    page = facilities.site.page(f"/records/{record_id}")
    reply.headers.extend({"Vary": VARY, "Link": f'<{page}>; rel="describes"; type="text/html"'})
    reply.make_conditional(request)
    return reply


def _linkset(record_id: int, media_type: str) -> Response:
    facilities: Facilities = current_facilities()
    found = linkset(facilities, current_actor(), record_id, media_type)
    if isinstance(found, int):
        ending = ".json" if media_type == LINKSET_JSON else ""
        return _to(f"/records/{found}/linkset{ending}", facilities)
    return Response(found, mimetype=media_type, headers={"Vary": VARY})


def _asked() -> Asked:
    """What the address asks for; what it cannot mean counts as not said."""
    language, page, style = (request.args.get(name, "") for name in ("lang", "page", "style"))
    numbered = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    return Asked(
        language=language if language in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en",
        chosen=language in LANGUAGES,
        page=max(1, int(page)) if numbered else 1,
        style=style if style in ASKED_STYLES else "",
    )


def _page(html: str | bytes, asked: Asked, status: int = 200) -> Response:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Content-Language": asked.language,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Vary": VARY,
    }
    return Response(html, status, headers, mimetype="text/html")


def _conditional(reply: Response) -> Response:
    """With an entity tag, and nothing else for a client that has it already (RFC 9110, section 13)."""
    reply.headers["Cache-Control"] = "no-cache" if current_actor() == ANONYMOUS else "private, no-cache"
    reply.add_etag()
    reply.make_conditional(request)
    return reply


def _query() -> str:
    """What was asked for, to ask it of another page."""
    query = request.query_string.decode("ascii", "ignore")
    return f"?{query}" if query else ""


def _to(path: str, facilities: Facilities) -> Response:
    return found_at(facilities.site.page(path))
