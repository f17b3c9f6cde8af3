"""The start page and searches over HTTP."""

import structlog
from flask import Blueprint, Response, request

from repository.core.actor import ANONYMOUS
from repository.core.errors import Unavailable
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.problems import RETRY_AFTER_SECONDS, STATUS
from repository.core.web.responses import json_reply, redirect_to
from repository.faces.credentials import PAGES
from repository.faces.pages.search.engine_away import engine_away
from repository.faces.pages.search.pasted_query import dataset_address
from repository.faces.pages.search.search_page import search_page
from repository.faces.pages.search.search_params import SearchParams, search_params, year_range
from repository.faces.pages.search.search_suggestions import suggestions
from repository.faces.pages.search.start_page import start_page
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import NEVER_KEPT, asked_frame, conditional, own_page_reply, page_reply
from repository.faces.request_context import current_actor, current_services

log = structlog.get_logger()
pages = Blueprint(f"{PAGES}search", __name__)
_FIELDS_OF_YEARS = ("from", "to")


@pages.get("/")
def start() -> Response:
    """Show the newest datasets and the entry points for machines."""
    frame = asked_frame()
    html, changed = start_page(current_services(), frame)
    page = page_reply(html, frame)
    if changed is not None:  # Werkzeug takes None for now
        page.last_modified = changed
    return conditional(page)


@pages.get("/search")
@counted_as(CallKind.SEARCH)
def search() -> Response:
    """Show what a search finds, or lead to the dataset whose identifier was typed."""
    params, services = _asked(), current_services()
    if any(name in request.args for name in _FIELDS_OF_YEARS):
        return redirect_to(services.site.page(params.address()))
    if not params.literal and (address := dataset_address(services, params.q)):
        return redirect_to(address + PageFrame(params.language, params.chosen).query())
    try:
        page = search_page(services, current_actor(), params)
    except Unavailable as error:
        return _away(params, error)
    return _reply(page.html, params, page.status)


@pages.get("/search/suggest")
@counted_as(CallKind.SEARCH)
def suggest() -> Response:
    """Tell a script what to suggest for what is typed; nothing while the engine is away."""
    services, actor = current_services(), current_actor()
    try:
        offered = suggestions(services, actor, asked_frame(), request.args.get("q", ""))
    except Unavailable as error:
        log.warning("unavailable", reason=error.reason, cause=repr(error.__cause__))
        offered = []
    reply = json_reply({"suggestions": offered})
    reply.headers["Cache-Control"] = "private, max-age=30" if actor == ANONYMOUS else NEVER_KEPT
    reply.vary.update(("Accept-Language", "Cookie"))
    reply.headers["X-Robots-Tag"] = "noindex"
    return reply


def _asked() -> SearchParams:
    """Return the search of the address; both fields of the form of years are one parameter."""
    frame, arguments = asked_frame(), dict(request.args.lists())
    if any(name in arguments for name in _FIELDS_OF_YEARS):
        arguments["year"] = [year_range(*(request.args.get(name, "") for name in _FIELDS_OF_YEARS))]
    return search_params(arguments, frame.language, chosen=frame.chosen)


def _away(params: SearchParams, error: Unavailable) -> Response:
    """Say what works while the engine does not answer."""
    log.warning("unavailable", reason=error.reason, cause=repr(error.__cause__))
    reply = _reply(engine_away(current_services(), params), params, STATUS[Unavailable])
    reply.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return reply


def _reply(html: str, params: SearchParams, status: int) -> Response:
    """Return a page that is its reader's own where somebody is known by a session or a link."""
    write = page_reply if current_actor() == ANONYMOUS else own_page_reply
    return write(html, params, status)
