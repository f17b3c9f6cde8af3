"""Replies of pages: what the request says of them, their headers, their reader, and errors as pages for browsers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from flask import Response, g, request

from repository.access.policy import Action, Resource, may
from repository.core.actor import ANONYMOUS, Actor
from repository.core.errors import Forbidden, NotSignedIn
from repository.core.web.problems import ProblemDetails
from repository.core.web.responses import redirect_to
from repository.faces.content_negotiation import best_offer
from repository.faces.credentials import FOR_BROWSERS, SAFE, current_session, is_page_request
from repository.faces.pages.shell.error_help import NO_HELP, ErrorHelp, error_help
from repository.faces.pages.shell.kept_forms import KeptForm, kept_form
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.templating import (
    ACCOUNT_PLACE,
    content_security_policy,
    render_error,
    render_kept_form,
    render_part,
)
from repository.faces.reasons.in_words import LANGUAGES, reader_language
from repository.faces.request_context import current_services

VARY = "Accept, Accept-Language, Authorization, Cookie"
NEVER_KEPT = "private, no-store"
_HTML, _JSON = "text/html", "application/json"
_POLICY = content_security_policy()
_NOT_KEPT_IN_LINKS = frozenset({"lang", "access_token", "token"})
"""Parameters that no link repeats: the language, which the link changes, and secrets."""


def error_page(problem: ProblemDetails) -> Response | None:
    """Return the error as a page, or None for a client that is no browser.

    Browsers name ``text/html`` before anything else; a program that accepts anything gets a page at addresses of pages.
    """
    is_page = is_page_request() and "format" not in request.args
    if best_offer((_HTML, _JSON) if is_page else (_JSON, _HTML)) != _HTML:
        return None
    frame, name = _frame_of_error(), current_services().site.name
    tombstone = problem.more.get("tombstone", {})
    reasons = [problem.message, *(message for error in problem.details for message in error.messages)]
    reasons += [str(tombstone[part]) for part in ("note", "citation_text") if tombstone.get(part)]
    is_known = current_session() is not None
    if kept := kept_form(problem, current_services().site, is_known=is_known):
        return kept_form_reply(kept, frame, problem, reasons, needs_sign_in=not is_known)
    ways_on, neutral = _ways_on(problem, frame), _reader().is_referee
    return page_reply(
        render_error(problem.status, reasons, frame, name, problem.request_id, ways_on, neutral=neutral), frame
    )


def kept_form_reply(
    kept: KeptForm,
    frame: PageFrame,
    problem: ProblemDetails | None = None,
    reasons: Iterable[str] = (),
    *,
    needs_sign_in: bool = False,
    token: str = "",
) -> Response:
    """Return a page with a form that waits to be sent again, with a fresh mark.

    `token` is the mark of a session that begins with this reply.
    """
    sentence = "signed_out" if needs_sign_in else "form_expired" if problem is None else _sentence(problem)
    html = render_kept_form(
        frame,
        current_services().site.name,
        status=problem.status if problem else 0,
        sentence="kept_ready" if problem is None else sentence,
        kept=kept,
        reasons=[] if sentence != "not_sent" else list(reasons),
        needs_sign_in=needs_sign_in,
        csrf_token=token or csrf_token(),
        request_id=problem.request_id if problem else "",
    )
    return own_page_reply(html, frame, problem.status if problem else 200)


def _sentence(problem: ProblemDetails) -> str:
    return "form_expired" if problem.status == 403 else "not_sent"


def login_address(frame: PageFrame) -> str:
    """Return the page to sign in at, which leads back here."""
    return frame.at("/login", next=_here())


def require_person() -> int:
    """Return who is signed in; raise `NotSignedIn` for the public, whose error page leads to the sign-in.

    Raises `Forbidden` for a token: programs have the API, and their scopes are about its routes.
    """
    person_id = _reader().person_id
    if person_id is None:
        raise NotSignedIn("Sign in to see this page.")
    if current_session() is None:
        raise Forbidden(FOR_BROWSERS)
    return person_id


def see_other(address: str) -> Response:
    """Lead to a page after a form was taken (303), so that a reload sends nothing again."""
    reply = redirect_to(address)
    reply.status_code = 303
    return reply


def _ways_on(problem: ProblemDetails, frame: PageFrame) -> ErrorHelp:
    """Return what helps after an error; the address is repeated without secrets, and a referee is led nowhere."""
    if _reader().is_referee:
        return NO_HELP
    ways_on = error_help(
        problem.status,
        f"{request.path}{frame.query()}",
        problem.headers,
        is_read=request.method in SAFE,
        signed_in=current_session() is not None,
    )
    return replace(ways_on, sign_in=login_address(frame)) if ways_on.sign_in else ways_on


def _frame_of_error() -> PageFrame:
    """Return the frame of an error's page; addresses that are no page may have anything in them, and repeat nothing."""
    frame = asked_frame()
    return frame if is_page_request() else replace(frame, rest=())


def asked_frame() -> PageFrame:
    """Return what the address says of the frame of a page, and every parameter that a link may repeat."""
    return PageFrame(
        language=reader_language(),
        chosen=request.args.get("lang") in LANGUAGES,
        rest=tuple((name, value) for name, value in request.args.items(multi=True) if name not in _NOT_KEPT_IN_LINKS),
    )


def page_reply(html: str | bytes, frame: PageFrame, status: int = 200, connect: Iterable[str] = ()) -> Response:
    """Return a page with the headers that every page needs, told to its reader.

    Scripts of the page may speak to the origins `connect` too.
    """
    body = html.encode() if isinstance(html, str) else html
    headers = {
        "Content-Security-Policy": content_security_policy(connect) if connect else _POLICY,
        "Content-Language": frame.language,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": VARY,
    }
    return Response(body.replace(ACCOUNT_PLACE.encode(), _account(frame), 1), status, headers, mimetype=_HTML)


def own_page_reply(html: str | bytes, frame: PageFrame, status: int = 200, connect: Iterable[str] = ()) -> Response:
    """Return a page that is its reader's alone: no cache keeps it, and no search engine shows it."""
    reply = page_reply(html, frame, status, connect)
    reply.headers["Cache-Control"] = NEVER_KEPT
    reply.headers["X-Robots-Tag"] = "noindex"
    return reply


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


def csrf_token() -> str:
    """Return what a form has to bring along, empty for whoever has no session."""
    session = current_session()
    return session.csrf_token if session else ""


def _account(frame: PageFrame) -> bytes:
    """Return the part of the header that is the reader's own; a referee is nobody here."""
    if _reader().is_referee:
        return b""
    return render_part(
        "shell/account.html",
        frame.language,
        signed_in=current_session() is not None,
        administers=may(_reader(), Action.READ_OPERATION, Resource()),
        csrf_token=csrf_token(),
        here=_here(),
    ).encode()


def _reader() -> Actor:
    """Return who reads; the public where a request failed before anybody was recognised."""
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor


def _here() -> str:
    """Return the path and query to come back to after signing in; the start page after a form was sent."""
    if request.method not in SAFE or not is_page_request():
        return "/"
    query = asked_frame().query()
    return f"{request.path}{query}"
