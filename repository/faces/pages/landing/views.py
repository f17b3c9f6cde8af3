"""The public pages over HTTP."""

from flask import Blueprint, Response, request

from repository.core.errors import Forbidden, Gone
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.file_responses import file_reply
from repository.core.web.problems import STATUS
from repository.core.web.request_parsing import parse_query
from repository.core.web.responses import VARY_BY_LANGUAGE, redirect_to
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON, file_header
from repository.faces.content_negotiation import (
    LINKSETS,
    BuiltinFormat,
    Representation,
    format_in_path,
    representation_for_page,
    require_acceptable,
)
from repository.faces.credentials import PAGES
from repository.faces.export_replies import export_reply, linkset_reply
from repository.faces.manifest_replies import ManifestQuery, manifest_reply
from repository.faces.pages.landing.access_request_page import access_form_page, send_access_request
from repository.faces.pages.landing.citing import STYLES_ON_REQUEST
from repository.faces.pages.landing.draft_page import draft_page, page_as_referees_see_it
from repository.faces.pages.landing.owner_bar import owner_bar
from repository.faces.pages.landing.page_cache import cached_page
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.preview_page import draft_preview_page, preview_page
from repository.faces.pages.landing.rendering import OWNER_PLACE
from repository.faces.pages.landing.review_page import lead_on, reader_reply, record_for_referees
from repository.faces.pages.shell.page_replies import asked_frame, conditional, page_reply
from repository.faces.presented_link import NOT_FOR_REFEREES
from repository.faces.request_context import current_actor, current_services
from repository.files.downloads import download_of
from repository.files.level_pages import NAME, SORTS
from repository.files.rules import MAX_KEY_BYTES
from repository.records.queries import files_for_reading, latest_of, sees_hidden_files

pages = Blueprint(f"{PAGES}landing", __name__)
_MOST_DIGITS = 6


@pages.get("/records/<record:record_id>")
def landing_page(record_id: int) -> Response:
    """Show the page that DOI and CSTR resolve to, or another representation of the record."""
    representation = representation_for_page(request.args.get("format"))
    if representation is not BuiltinFormat.PAGE:
        return _representation(record_id, representation)
    params, services = _asked_params(), current_services()
    if current_actor().is_referee:
        return _for_referees(record_id, params)
    page = cached_page(services, current_actor(), record_id, params, services.site.today())
    body = page.body.replace(OWNER_PLACE.encode(), owner_bar(record_id, page.resource, params), 1)
    if current_actor().links:
        body = lead_on(body.decode(), record_id).encode()
    reply = page_reply(body, params, STATUS[Gone] if page.withdrawn else 200)
    reply.headers["Link"] = page.links
    reply.last_modified = page.modified
    return reply if page.withdrawn else conditional(reply, page.changed)


@pages.get("/uploads/<record:record_id>")
def upload(record_id: int) -> Response:
    """Show a draft to those who may read it; lead others to the record's page.

    Who came by a link sees that page here: no redirect repeats a secret, and the address stays when the draft is
    published.
    """
    if page := draft_page(record_id, _asked_params()):
        return page
    return landing_page(record_id) if current_actor().links else redirect_to(_page_of(record_id))


@pages.get("/uploads/<record:record_id>/as-referee")
def as_referee(record_id: int) -> Response:
    """Show those who share a dataset what referees see."""
    return page_as_referees_see_it(record_id, _asked_params())


@pages.get("/uploads/<record:record_id>/preview/<path:key>")
def draft_file_preview(record_id: int, key: str) -> Response:
    """Show what is in a file of a draft, without sending the file."""
    return draft_preview_page(record_id, key)


def _for_referees(record_id: int, params: PageParams) -> Response:
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        html = record_for_referees(services, snapshot, record_id, params)
    return reader_reply(html, record_id, params)


def _page_of(record_id: int) -> str:
    return current_services().site.page(f"/records/{record_id}")


@pages.get("/records/<record:record_id>/export/<name>")
@counted_as(CallKind.EXPORT)
def exported(record_id: int, name: str) -> Response:
    """Send a record in the format of this name, as ``?format=`` does."""
    return _representation(record_id, format_in_path(name))


@pages.get("/records/<record:record_id>/linkset")
def record_links(record_id: int) -> Response:
    """Send all links of a record, in the serialisation that the client accepts."""
    return _linkset(record_id, require_acceptable((LINKSET, LINKSET_JSON)))


@pages.get("/records/<record:record_id>/linkset.json")
def record_links_as_json(record_id: int) -> Response:
    """Send all links of a record as JSON."""
    return _linkset(record_id, LINKSET_JSON)


@pages.get("/records/<record:record_id>/manifest")
def file_manifest(record_id: int) -> Response:
    """Send the list of the files for a program that fetches or verifies them."""
    query = parse_query(ManifestQuery)
    return manifest_reply(current_services(), current_actor(), record_id, query["format"])


@pages.get("/records/<record:record_id>/latest")
def latest_page(record_id: int) -> Response:
    """Go to the latest version's page."""
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        latest = latest_of(snapshot, record_id)
    return redirect_to(services.site.page(f"/records/{latest}"))


@pages.get("/records/<record:record_id>/files/<path:key>")
@counted_as(CallKind.DOWNLOAD)
def file_page(record_id: int, key: str) -> Response:
    """Send a file at the address that people share; its ``Link`` names the record."""
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        view = files_for_reading(snapshot, record_id)
        download = download_of(
            services,
            snapshot,
            view.files.id,
            key,
            record_id,
            hidden=sees_hidden_files(snapshot.actor, view),
            public=view.resource.record_public and view.resource.files_public,
        )
    page = _page_of(record_id)
    pids = {} if current_actor().is_referee else view.pids
    doi, cstr = (pids[scheme].value if scheme in pids else None for scheme in ("doi", "cstr"))
    reply = file_reply(download)
    reply.headers["Link"] = file_header(page, identifier_urls.cited_at(doi, cstr, page))
    return reply


@pages.get("/records/<record:record_id>/preview/<path:key>")
def file_preview(record_id: int, key: str) -> Response:
    """Show what is in a file, without sending the file."""
    return preview_page(record_id, key)


@pages.get("/records/<record:record_id>/access-request")
def access_form(record_id: int) -> Response:
    """Show the form that asks for access to files."""
    return access_form_page(record_id)


@pages.post("/records/<record:record_id>/access-request")
def ask_for_access(record_id: int) -> Response:
    """Submit a request for access; a guest is sent a link first."""
    return send_access_request(record_id)


def _representation(record_id: int, representation: Representation) -> Response:
    services, actor = current_services(), current_actor()
    if representation is BuiltinFormat.JSON:
        if actor.is_referee:  # a redirect repeats no secret, and names are at its end
            raise Forbidden(NOT_FOR_REFEREES)
        return redirect_to(services.site.api(f"/records/{record_id}"))
    if isinstance(representation, BuiltinFormat) and representation in LINKSETS:
        return _linkset(record_id, representation.value)
    style, locale = request.args.get("style"), request.args.get("locale")
    reply = export_reply(services, actor, record_id, representation, style=style, locale=locale)
    page = services.site.page(f"/records/{record_id}")
    links = f'<{page}>; rel="canonical", <{page}>; rel="describes"; type="text/html"'
    reply.headers.extend({"Vary": VARY_BY_LANGUAGE, "Link": links})
    return reply


def _linkset(record_id: int, media_type: str) -> Response:
    reply = linkset_reply(current_services(), current_actor(), record_id, media_type)
    reply.headers["Vary"] = VARY_BY_LANGUAGE
    return reply


def _asked_params() -> PageParams:
    """Return the parameters of the address; a value without meaning counts as absent."""
    page, style, sort, path, words = (request.args.get(name, "") for name in ("page", "style", "sort", "path", "q"))
    numbered = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    frame = asked_frame()
    return PageParams(
        language=frame.language,
        chosen=frame.chosen,
        page=max(1, int(page)) if numbered else 1,
        style=style if style in STYLES_ON_REQUEST else "",
        path=f"{path.strip('/')}/" if path.strip("/") and _can_be_name(path) else "",
        q=" ".join(words.split()) if _can_be_name(words) else "",
        sort=sort if sort in SORTS else NAME,
    )


def _can_be_name(text: str) -> bool:
    """Return whether a text can be a part of a file's name: not too long, and without control characters."""
    return len(text.encode(errors="replace")) <= MAX_KEY_BYTES and all(character >= " " for character in text)
