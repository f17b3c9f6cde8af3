"""The public pages over HTTP."""

from flask import Blueprint, Response, request

from repository.core.actor import ANONYMOUS
from repository.core.clock import today
from repository.core.errors import Gone, MovedTo, RepositoryError, Unavailable
from repository.core.web.file_responses import file_reply
from repository.core.web.problems import RETRY_AFTER_SECONDS, STATUS
from repository.core.web.responses import document_reply, redirect_to
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.registry import ExportFormat
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON, file_header
from repository.faces.content_negotiation import (
    LINKSETS,
    BuiltinFormat,
    Representation,
    representation_for_page,
    require_acceptable,
)
from repository.faces.pages.page_cache import cached_page, start_page
from repository.faces.pages.page_params import LANGUAGES, PageParams
from repository.faces.pages.rendering import CONTENT_SECURITY_POLICY, render_error
from repository.faces.pages.view_model import STYLES_ON_REQUEST
from repository.faces.request_context import current_actor, current_services, redirect_to_record
from repository.files.downloads import download_of
from repository.records.exports import export_citation, export_record
from repository.records.linksets import linkset
from repository.records.queries import files_for_reading, latest_of

pages = Blueprint("landing", __name__)
VARY = "Accept, Accept-Language, Authorization"
DEFAULT_CITATION = {"style": "apa", "locale": "en-US"}
_MOST_DIGITS = 6


@pages.errorhandler(RepositoryError)
def show_error(error: RepositoryError) -> Response:
    """Show an error as a page for people, or lead to where the record stands."""
    if isinstance(error, MovedTo):
        return redirect_to_record(error)
    status, params = STATUS[type(error)], _page_params()
    text = "\n".join([error.reason, *(message for field in error.errors for message in field.messages)])
    page = _page(render_error(status, text, params, current_services().site.name), params, status)
    if isinstance(error, Unavailable):
        page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


@pages.get("/")
def start() -> Response:
    """Show the newest datasets and the entry points for machines."""
    params = _page_params()
    html, changed = start_page(current_services(), params)
    page = _page(html, params)
    page.last_modified = changed
    return _conditional(page)


@pages.get("/records/<record:record_id>")
def landing_page(record_id: int) -> Response:
    """Show the page that DOI and CSTR resolve to, or another representation of the record."""
    representation = representation_for_page(request.args.get("format"))
    if representation is not BuiltinFormat.PAGE:
        return _representation(record_id, representation)
    params = _page_params()
    page = cached_page(current_services(), current_actor(), record_id, params, today())
    reply = _page(page.body, params, STATUS[Gone] if page.withdrawn else 200)
    reply.headers["Link"] = page.links
    reply.last_modified = page.modified
    return reply if page.withdrawn else _conditional(reply)


@pages.get("/records/<record:record_id>/linkset")
def record_links(record_id: int) -> Response:
    """Send all links of a record, in the serialisation that the client accepts."""
    return _linkset(record_id, require_acceptable((LINKSET, LINKSET_JSON)))


@pages.get("/records/<record:record_id>/linkset.json")
def record_links_as_json(record_id: int) -> Response:
    """Send all links of a record as JSON."""
    return _linkset(record_id, LINKSET_JSON)


@pages.get("/records/<record:record_id>/latest")
def latest_page(record_id: int) -> Response:
    """Go to the latest version's page."""
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        latest = latest_of(snapshot, record_id)
    return redirect_to(services.site.page(f"/records/{latest}"))


@pages.get("/records/<record:record_id>/files/<path:key>")
def file_page(record_id: int, key: str) -> Response:
    """Send a file at the address that people share; its ``Link`` names the record."""
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        view = files_for_reading(snapshot, record_id)
        download = download_of(services, snapshot, view.files.id, key, record_id)
    page = services.site.page(f"/records/{record_id}")
    doi, cstr = (view.pids[scheme].value if scheme in view.pids else None for scheme in ("doi", "cstr"))
    reply = file_reply(download)
    reply.headers["Link"] = file_header(page, identifier_urls.cited_at(doi, cstr, page))
    return reply


def _representation(record_id: int, representation: Representation) -> Response:
    services, actor = current_services(), current_actor()
    if representation is BuiltinFormat.JSON:
        return redirect_to(services.site.api(f"/records/{record_id}"))
    if isinstance(representation, BuiltinFormat) and representation in LINKSETS:
        return _linkset(record_id, representation.value)
    if isinstance(representation, ExportFormat):
        export = export_record(services, actor, record_id, representation)
    else:
        style, locale = (request.args.get(name, default) for name, default in DEFAULT_CITATION.items())
        export = export_citation(services, actor, record_id, style, locale)
    reply = document_reply(export.text, export.media_type, name=export.name, tag=export.tag)
    page = services.site.page(f"/records/{record_id}")
    reply.headers.extend({"Vary": VARY, "Link": f'<{page}>; rel="describes"; type="text/html"'})
    reply.make_conditional(request)
    return reply


def _linkset(record_id: int, media_type: str) -> Response:
    links = linkset(current_services(), current_actor(), record_id, media_type)
    return Response(links, mimetype=media_type, headers={"Vary": VARY})


def _page_params() -> PageParams:
    """Return the parameters of the address; a value without meaning counts as absent."""
    language, page, style = (request.args.get(name, "") for name in ("lang", "page", "style"))
    numbered = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    return PageParams(
        language=language if language in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en",
        chosen=language in LANGUAGES,
        page=max(1, int(page)) if numbered else 1,
        style=style if style in STYLES_ON_REQUEST else "",
    )


def _page(html: str | bytes, params: PageParams, status: int = 200) -> Response:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Content-Language": params.language,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Vary": VARY,
    }
    return Response(html, status, headers, mimetype="text/html")


def _conditional(reply: Response) -> Response:
    """Return the reply with an entity tag, or 304 if the client has it already (RFC 9110, section 13)."""
    reply.headers["Cache-Control"] = "no-cache" if current_actor() == ANONYMOUS else "private, no-cache"
    reply.add_etag()
    reply.make_conditional(request)
    return reply
