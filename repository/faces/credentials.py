"""Recognise who asks: by a token, by name and password, or by the cookie of a session.

A credential in the header or the address counts alone; the cookie beside it is not looked at.  The cookie of a session
that is over is no credential: public reads go on, what needs a sign-in is refused (401), and the cookie is removed.

**Changes with a cookie** come from a page of ours only.  Three things are compared: the token of the session in
``X-CSRF-Token``, or in the field ``csrf_token`` of a form that a page has; ``Sec-Fetch-Site`` and ``Origin``, where a
browser sends them (Fetch Metadata; RFC 6454).  What the public may do, such as signing in, uses no cookie's rights, and
is not done for pages of others either.
"""

import hmac
from collections.abc import Callable
from typing import Any

import structlog
from flask import Response, current_app, g, request

from repository.core.actor import ANONYMOUS, Actor, TokenScope, role_of
from repository.core.errors import Conflict, CrossSite, Forbidden, NotSignedIn, Unavailable
from repository.core.site import Site
from repository.core.web.client_address import TrustedProxies, client_address, client_network
from repository.core.web.problems import LAPSED
from repository.core.web.responses import restrict_to_asker
from repository.engines.services import Services
from repository.people.access_tokens import actor_for_token
from repository.people.guessing import Guesser, refuse_wrong_token
from repository.people.sessions import LONGEST, Browser, CurrentSession, note_seen, session_of_secret
from repository.people.sign_in import person_by_password, require_no_second_factor

TOKEN_ARGUMENT = "access_token"
"""The parameter of an address that is a secret (RFC 6750, section 2.3)."""
LINK_ARGUMENT = "token"
"""The parameter of an address that is the secret of a share link (InvenioRDM contract, section 1.7)."""
SECRETS = frozenset({TOKEN_ARGUMENT, LINK_ARGUMENT})
TOKENS = "/user/tokens"
"""The only path that takes a name and a password, below ``/api``."""
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"
PAGES = "pages-"
"""The beginning of the names of blueprints whose addresses are pages, and whose changes come by forms."""
MOST_FORM_BYTES, MOST_FILE_FORM_BYTES = 8 << 20, 2 << 30
"""of a form without files, more than a description of the largest size, and of one with files"""
SESSION, SIGN_UP, VERIFY = "/session", "/sign-up", "/sign-up/verify"
RESETS, REDEEM, FIRST = "/password-resets", "/password-resets/redeem", "/first-administrator"
CONFIRM_EMAIL = "/email-changes/confirm"
OPEN_ACTS = frozenset({SESSION, SIGN_UP, VERIFY, RESETS, REDEEM, FIRST, CONFIRM_EMAIL})
"""Rules below ``/api`` whose POST is for everybody: it uses no credential of the request, and takes JSON alone."""
OPEN_PAGES = frozenset(
    {
        "/login",
        "/signup",
        "/signup/<token>",
        "/confirm/<token>",
        "/confirm-address/<token>",
        "/forgot",
        "/reset/<token>",
        "/first-administrator/<token>",
        "/access-requests/confirm/<token>",
        "/access-requests/status/<token>",
        "/account/access-request",
        "/account/access-request-status",
    }
)
"""Rules of pages whose form is for everybody, as `OPEN_ACTS` are."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""
FOR_BROWSERS = "This page is for people who signed in with a browser. Programs use the API."
log = structlog.get_logger()


def recognise(services: Services) -> Actor:
    """Return who asks, and keep their session; raise `NotSignedIn` for a wrong token, `CrossSite` for a forged change.

    A session costs one statement, and none without its cookie.
    """
    g.session, g.lapsed = None, False
    is_open = is_open_act()
    if is_open or (is_page_request() and request.method not in SAFE):
        _require_own_page(services.site)
    if "Authorization" in request.headers or TOKEN_ARGUMENT in request.args:
        if is_page_request() and request.method not in SAFE:
            raise Forbidden(FOR_BROWSERS)
        return _by_header_or_address(services)
    secret = session_secret(services.site)
    return ANONYMOUS if secret is None or is_open else _by_cookie(services, secret)


def current_session() -> CurrentSession | None:
    """Return the session of the request, None for one without, or with a token."""
    session: CurrentSession | None = g.get("session")
    return session


def is_open_act() -> bool:
    """Return whether the request does what everybody may, whatever its cookie."""
    rule = request.url_rule.rule if request.url_rule else ""
    return request.method == "POST" and (rule in OPEN_PAGES or rule.removeprefix("/api") in OPEN_ACTS)


def is_page_request() -> bool:
    """Return whether the request is for a page, whose changes come by forms."""
    return (request.blueprint or "").startswith(PAGES)


def takes_files(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view whose form brings files, which Werkzeug keeps on the disk and not in memory."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def session_secret(site: Site) -> str | None:
    """Return what the cookie of a session has, None without one."""
    return request.cookies.get(cookie_name(site))


def cookie_name(site: Site) -> str:
    """Return the cookie's name; over HTTPS one that no other host can set (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-session" if site.is_https else "session"


def give_session(site: Site, reply: Response, secret: str) -> None:
    """Let the browser have the cookie of a session, which no script reads and no other site's form sends."""
    reply.set_cookie(
        cookie_name(site),
        secret,
        max_age=LONGEST,
        path="/",
        secure=site.is_https,
        httponly=True,
        samesite="Lax",
    )
    reply.headers["Cache-Control"] = "private, no-store"


def take_session(site: Site, reply: Response) -> None:
    """Let the browser forget the cookie."""
    reply.delete_cookie(cookie_name(site), path="/", secure=site.is_https, httponly=True, samesite="Lax")


def guard_credentials(site: Site, reply: Response) -> Response:
    """Keep what answers a credential, right or wrong, out of shared caches, and a secret address out of ``Referer``."""
    in_address = TOKEN_ARGUMENT in request.args
    in_cookie = cookie_name(site) in request.cookies
    if in_address or in_cookie or "Authorization" in request.headers:
        restrict_to_asker(reply)
    if in_address:
        reply.headers["Referrer-Policy"] = "no-referrer"
    if in_cookie:
        reply.vary.add("Cookie")
        for header in ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"):
            reply.headers.pop(header, None)
        if g.get(LAPSED):
            take_session(site, reply)
    return reply


def guesser(services: Services) -> Guesser:
    """Return where the request comes from, for limits."""
    address = _address(services)
    return Guesser(address, client_network(address))


def browser(services: Services) -> Browser:
    """Return what is kept of the browser that signs in."""
    return Browser(request.headers.get("User-Agent", ""), _address(services))


def _address(services: Services) -> str:
    return client_address(request.environ, TrustedProxies.of(services.site.trusted_proxies))


def _by_header_or_address(services: Services) -> Actor:
    header = request.headers.get("Authorization")
    kind, _, secret = (header or "").partition(" ")
    if kind.lower() == "basic" and request.path.startswith(f"/api{TOKENS}"):
        return _by_password(services)
    if header is not None and kind.lower() != "bearer":
        raise NotSignedIn
    return _by_token(services, secret.strip() if header else request.args[TOKEN_ARGUMENT])


def _by_token(services: Services, secret: str) -> Actor:
    try:
        with services.database.connection() as connection:
            actor = actor_for_token(connection, secret)
    except NotSignedIn:
        refuse_wrong_token(services.database, guesser(services), secret)
        raise
    if actor.token_id is not None:
        services.token_uses.note(actor.token_id)
    return actor


def _by_password(services: Services) -> Actor:
    basic = request.authorization
    if basic is None or basic.username is None or basic.password is None:
        raise NotSignedIn
    person = person_by_password(services.database, guesser(services), basic.username, basic.password)
    require_no_second_factor(services.database, person)
    return Actor(person.id, role_of(person.role), frozenset((TokenScope.TOKENS,)), credential="password")


def _by_cookie(services: Services, secret: str) -> Actor:
    with services.database.connection() as connection:
        session = session_of_secret(connection, secret)
    g.session, g.lapsed = session, session is None
    if session is None:
        return ANONYMOUS
    if request.method not in SAFE:
        _require_own_page(services.site)
        _require_csrf_token(session)
    if session.is_due:
        _note_seen(services, session)
    return session.actor


def _require_own_page(site: Site) -> None:
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise CrossSite
    origin = request.headers.get("Origin")
    if origin is not None and origin != site.origin:
        raise CrossSite(f"A page of {site.origin} can send this, and no other.")


def _require_csrf_token(session: CurrentSession) -> None:
    token = request.headers.get(CSRF_HEADER) or _token_of_form()
    if not hmac.compare_digest(token.encode(), session.csrf_token.encode()):
        raise CrossSite("The header X-CSRF-Token has to have the token of this session, which GET /api/session tells.")


def _token_of_form() -> str:
    if not is_page_request():
        return ""
    brings_files = getattr(current_app.view_functions.get(request.endpoint or ""), "takes_files", False)
    request.max_content_length = MOST_FILE_FORM_BYTES if brings_files else MOST_FORM_BYTES
    request.max_form_memory_size = MOST_FORM_BYTES
    return request.form.get(CSRF_FIELD, "")


def _note_seen(services: Services, session: CurrentSession) -> None:
    """Write when the session was seen; a database that takes no changes right now still lets people read."""
    try:
        note_seen(services.database, session)
    except (Conflict, Unavailable) as error:
        log.warning("not noted that a session was seen", reason=error.reason)
