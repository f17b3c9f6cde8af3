"""Begin a sign-in at a provider, and bind its answer to the browser that began it.

The browser keeps a secret in a cookie: an answer that was meant for another browser signs nobody in (login CSRF,
RFC 6819, section 4.4.1.8).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, request

from repository.core.actor import ANONYMOUS
from repository.core.errors import NotFound, Unavailable
from repository.core.site import Site
from repository.engines.services import Services
from repository.engines.sign_in.port import SignInProvider, UntrustedAnswer
from repository.people.sign_in_flows import FLOW_LASTS, PendingSignIn, begin_flow, new_flow_secrets, new_secret

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
NEVER_KEPT = "private, no-store"


def provider_of(services: Services, provider_id: str) -> SignInProvider:
    """Return a provider of the site; raise `NotFound`."""
    provider = services.sign_in_providers.get(provider_id)
    if provider is None:
        raise NotFound("There is no such identity provider.")
    return provider


def callback_address(site: Site, provider: SignInProvider) -> str:
    """Return where the provider sends the browser back; it has to be registered there."""
    return site.page(f"/oauth/{provider.profile.id}/callback")


def begin_at_provider(
    services: Services, provider: SignInProvider, next_path: str, person_id: int | None = None
) -> tuple[str, str]:
    """Return where the browser goes, and the secret that its cookie gets; with `person_id`, to link an identity."""
    pending = PendingSignIn(new_flow_secrets(), next_path, person_id)
    with answering(services, provider):
        address = _authorization_address(services.site, provider, pending)
    browser_secret = flow_secret(services.site) or new_secret()
    with services.database.transaction(ANONYMOUS) as unit:
        begin_flow(unit, provider.profile.id, pending, browser_secret)
    return address, browser_secret


def _authorization_address(site: Site, provider: SignInProvider, pending: PendingSignIn) -> str:
    try:
        return provider.authorization_address(pending.secrets, callback_address(site, provider))
    except UntrustedAnswer as error:
        raise Unavailable(f"What {provider.profile.name} says of itself is not to be believed.") from error


@contextmanager
def answering(services: Services, provider: SignInProvider) -> Iterator[None]:
    """Tell of a provider that does not answer with the other ways to sign in; raise `Unavailable`."""
    try:
        yield
    except Unavailable as error:
        raise Unavailable(_other_ways(services, provider)) from error


def flow_secret(site: Site) -> str:
    """Return what the browser's cookie has, empty without one that is ours: sign-ins side by side share it."""
    secret = request.cookies.get(_cookie_name(site), "")
    return secret if _SECRET.fullmatch(secret) else ""


def give_flow_secret(site: Site, reply: Response, secret: str) -> None:
    """Let the browser keep the secret until the answer must have come."""
    reply.set_cookie(
        _cookie_name(site),
        secret,
        max_age=FLOW_LASTS,
        path="/",
        secure=site.is_https,
        httponly=True,
        samesite="Lax",
    )
    guard_flow(reply)


def take_flow_secret(site: Site, reply: Response) -> None:
    """Let the browser forget the secret."""
    reply.delete_cookie(_cookie_name(site), path="/", secure=site.is_https, httponly=True, samesite="Lax")


def guard_flow(reply: Response) -> Response:
    """Keep an address with a code in it out of caches and out of ``Referer`` (RFC 9700, section 4.2.4)."""
    reply.headers["Cache-Control"] = NEVER_KEPT
    reply.headers["Referrer-Policy"] = "no-referrer"
    return reply


def _other_ways(services: Services, provider: SignInProvider) -> str:
    """Return how to sign in while a provider does not answer."""
    name, *others = [way.profile.name for way in (provider, *services.sign_in_providers.values())]
    others.remove(name)
    if not others:
        return f"{name} does not answer at the moment. Sign in with e-mail and password, or try again later."
    ways = ", ".join(others)
    return f"{name} does not answer at the moment. Other ways to sign in: {ways}, e-mail and password."


def _cookie_name(site: Site) -> str:
    """Return the cookie's name; over HTTPS one that no other host can set (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-sign-in" if site.is_https else "sign-in"
