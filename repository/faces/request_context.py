"""What a view finds around it: the actor, the services, and the way to a record that stands elsewhere.

The actor is recognised by the credential of the request, before the view is called.
"""

from typing import cast
from urllib.parse import urlencode

from flask import Response, current_app, g, request, url_for
from structlog.contextvars import bind_contextvars

from repository.core.actor import ANONYMOUS, Actor
from repository.core.errors import MovedTo, Unavailable
from repository.core.web.health_routes import SiteHealth
from repository.core.web.request_log import is_operational
from repository.core.web.responses import redirect_to
from repository.engines.services import Services
from repository.faces.credentials import PAGES, SECRETS, guard_credentials, recognise

SERVICES, HEALTH = "services", "health"
TELLS_STATE = f"{PAGES}about.status"
"""The page that says what works now: it needs no engine, and goes on without knowing its reader."""


def current_actor() -> Actor:
    """Return the actor of the request, as recognised before the view was called."""
    return cast(Actor, g.actor)


def current_services() -> Services:
    """Return the services that `create_app` was given."""
    return cast(Services, current_app.extensions[SERVICES])


def current_health() -> SiteHealth:
    """Return what tells how the site is."""
    return cast(SiteHealth, current_app.extensions[HEALTH])


def redirect_to_record(moved: MovedTo) -> Response:
    """Lead to the same resource of the record that `moved` names (302), with the same query but never a token."""
    path = url_for(str(request.endpoint), **{**(request.view_args or {}), "record_id": moved.record_id})
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name not in SECRETS])
    address = current_services().site.page(path)
    return redirect_to(f"{address}?{query}" if query else address)


def recognise_actor() -> None:
    """Set the actor of the request: the anonymous public, or who has a valid credential (`faces.credentials`).

    A wrong token is refused (401), also where none is needed, so that no client takes an anonymous reply for its own.
    Whoever watches the server's health needs no engine.  Raises `NotSignedIn` and `CrossSite`.
    """
    g.actor = ANONYMOUS
    if not is_operational():
        try:
            g.actor = recognise(current_services())
        except Unavailable:
            if request.endpoint != TELLS_STATE:
                raise
        bind_contextvars(user=g.actor.person_id)


def guard_reply(reply: Response) -> Response:
    """Keep what answers a credential to its asker."""
    return guard_credentials(current_services().site, reply)
