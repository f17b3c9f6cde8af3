"""HTTP of the public pages."""

from flask import Blueprint, Response, request

from repository.core.actor import ANONYMOUS
from repository.core.clock import today
from repository.core.errors import Gone, RepositoryError, Unavailable
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.file_responses import file_reply
from repository.core.web.problems import RETRY_AFTER_SECONDS, STATUS
from repository.core.web.responses import document_reply, redirect_to
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.registry import ExportFormat
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON, file_header
from repository.engines.services import Services
from repository.faces.content_negotiation import LINKSETS, BuiltinFormat, Representation, representation_for_page
from repository.faces.pages.page_cache import cached_page, start_page
from repository.faces.pages.page_params import LANGUAGES, PageParams
from repository.faces.pages.rendering import CONTENT_SECURITY_POLICY, render_error
from repository.faces.pages.view_model import ASKED_STYLES
from repository.files.downloads import download_of
from repository.records.exports import export_record
from repository.records.linksets import linkset
from repository.records.queries import files_for_reading, latest_of

pages = Blueprint("landing", __name__)
VARY = "Accept, Accept-Language, Authorization"
CITED = {"style": "apa", "locale": "en-US"}
_MOST_DIGITS = 6


@pages.errorhandler(RepositoryError)
def failed(error: RepositoryError) -> Response:
    """An error as a page for people."""
    services: Services = current_services()
    status, asked = STATUS[type(error)], _asked()
    said = "\n".join([error.reason, *(message for each in error.errors for message in each.messages)])
    page = _page(render_error(status, said, asked, services.site.name), asked, status)
    if isinstance(error, Unavailable):
        page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


@pages.get("/")
def start() -> Response:
    """The newest datasets, and where machines begin."""
    asked = _asked()
    html, changed = start_page(current_services(), asked)
    page = _page(html, asked)
    page.last_modified = changed
    return _conditional(page)


@pages.get("/records/<record:record_id>")
def landing_page(record_id: int) -> Response:
    """The page that DOI and CSTR resolve to, or another form of the record; a concept leads to its latest version."""
    services: Services = current_services()
    form = representation_for_page(request.args.get("format"))
    if form is not BuiltinFormat.PAGE:
        return _in_form(services, record_id, form)
    asked = _asked()
    shown = cached_page(services, current_actor(), record_id, asked, today())
    if isinstance(shown, int):
        return _to(f"/records/{shown}{_query()}", services)
    reply = _page(shown.body, asked, STATUS[Gone] if shown.withdrawn else 200)
    reply.headers["Link"] = shown.links
    reply.last_modified = shown.modified
    return reply if shown.withdrawn else _conditional(reply)


@pages.get("/records/<record:record_id>/linkset")
def record_links(record_id: int) -> Response:
    """All links of a record, in the serialisation that is asked for."""
    return _linkset(record_id, require_acceptable((LINKSET, LINKSET_JSON)))


@pages.get("/records/<record:record_id>/linkset.json")
def record_links_as_json(record_id: int) -> Response:
    """All links of a record as JSON."""
    return _linkset(record_id, LINKSET_JSON)


@pages.get("/records/<record:record_id>/latest")
def latest_page(record_id: int) -> Response:
    """Go to the latest version's page."""
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        latest = latest_of(snapshot, record_id)
    return _to(f"/records/{latest}", services)


@pages.get("/records/<record:record_id>/files/<path:key>")
def file_page(record_id: int, key: str) -> Response:
    """A file's bytes under the address that people pass on; it says which record it belongs to."""
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        view = files_for_reading(snapshot, record_id)
        download = download_of(services, snapshot, view.files.id, key, record_id)
    page = services.site.page(f"/records/{record_id}")
    doi, cstr = (view.pids[scheme].value if scheme in view.pids else None for scheme in ("doi", "cstr"))
    reply = file_reply(download)
    reply.headers["Link"] = file_header(page, identifier_urls.cited_at(doi, cstr, page))
    return reply


def _in_form(services: Services, record_id: int, form: Representation) -> Response:
    if form is BuiltinFormat.JSON:
        return _to(f"/api/records/{record_id}", services)
    if isinstance(form, BuiltinFormat) and form in LINKSETS:
        return _linkset(record_id, form.value)
    cited = {name: request.args.get(name, usual) for name, usual in CITED.items()}
    document = export_record(
        services, current_actor(), record_id, form if isinstance(form, ExportFormat) else None, cited
    )
    if isinstance(document, int):
        return _to(f"/records/{document}{_query()}", services)
    reply = document_reply(document.text, document.media_type, name=document.name, tag=document.tag)
    page = services.site.page(f"/records/{record_id}")
    reply.headers.extend({"Vary": VARY, "Link": f'<{page}>; rel="describes"; type="text/html"'})
    reply.make_conditional(request)
    return reply


def _linkset(record_id: int, media_type: str) -> Response:
    services: Services = current_services()
    found = linkset(services, current_actor(), record_id, media_type)
    if isinstance(found, int):
        ending = ".json" if media_type == LINKSET_JSON else ""
        return _to(f"/records/{found}/linkset{ending}", services)
    return Response(found, mimetype=media_type, headers={"Vary": VARY})


def _asked() -> PageParams:
    """What the address asks for; what it cannot mean counts as not said."""
    language, page, style = (request.args.get(name, "") for name in ("lang", "page", "style"))
    numbered = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    return PageParams(
        language=language if language in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en",
        chosen=language in LANGUAGES,
        page=max(1, int(page)) if numbered else 1,
        style=style if style in ASKED_STYLES else "",
    )


def _page(html: str | bytes, asked: PageParams, status: int = 200) -> Response:
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


def _to(path: str, services: Services) -> Response:
    return redirect_to(services.site.page(path))
