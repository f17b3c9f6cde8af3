"""Replies of pages: their parameters from the request, their headers, and errors as pages for browsers."""

from datetime import datetime

from flask import Response, request

from repository.core.web.problems import ProblemDetails
from repository.core.web.responses import VARY_BY_LANGUAGE
from repository.faces.content_negotiation import best_offer
from repository.faces.pages.page_params import PageParams
from repository.faces.pages.rendering import CONTENT_SECURITY_POLICY, render_error
from repository.faces.pages.view_model import STYLES_ON_REQUEST
from repository.faces.reasons.in_words import LANGUAGES, reader_language
from repository.faces.request_context import current_services

PAGES = "landing"
"""The blueprint whose addresses are pages unless a client asks for something else."""
_MOST_DIGITS = 6
_HTML, _JSON = "text/html", "application/json"


def error_page(problem: ProblemDetails) -> Response | None:
    """Return the error as a page, or None for a client that is no browser.

    Browsers name ``text/html`` before anything else; a program that accepts anything gets a page at addresses of pages.
    """
    offers = (_HTML, _JSON) if request.blueprint == PAGES and "format" not in request.args else (_JSON, _HTML)
    if best_offer(offers) != _HTML:
        return None
    params, name = asked_params(), current_services().site.name
    tombstone = problem.more.get("tombstone", {})
    reasons = [problem.message, *(message for error in problem.details for message in error.messages)]
    reasons += [str(tombstone[part]) for part in ("note", "citation_text") if tombstone.get(part)]
    return page_reply(render_error(problem.status, reasons, params, name, problem.request_id), params)


def asked_params() -> PageParams:
    """Return the parameters of the address; a value without meaning counts as absent."""
    page, style = (request.args.get(name, "") for name in ("page", "style"))
    numbered = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    return PageParams(
        language=reader_language(),
        chosen=request.args.get("lang") in LANGUAGES,
        page=max(1, int(page)) if numbered else 1,
        style=style if style in STYLES_ON_REQUEST else "",
    )


def page_reply(html: str | bytes, params: PageParams, status: int = 200) -> Response:
    """Return a page with the headers that every page needs."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Content-Language": params.language,
        "Vary": VARY_BY_LANGUAGE,
    }
    return Response(html, status, headers, mimetype=_HTML)


def conditional(reply: Response, changed: datetime | None = None) -> Response:
    """Return the reply with an entity tag, or 304 if the client has it already (RFC 9110, section 13).

    Whoever has it from before `changed` has another one, even if that is later than the date in the reply.
    """
    reply.add_etag()
    since = request.if_modified_since
    if (
        "If-None-Match" in request.headers
        or changed is None
        or since is None
        or changed.replace(microsecond=0) <= since
    ):
        reply.make_conditional(request)
    return reply
