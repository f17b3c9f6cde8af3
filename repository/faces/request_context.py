"""What a view finds around it: the actor, the services, and the way to a record that stands elsewhere.

The actor is recognised by the credential of the request, before the view is called.
"""

from typing import cast
from urllib.parse import urlencode

from flask import Response, current_app, g, request, url_for
from structlog.contextvars import bind_contextvars

from repository.core.actor import ANONYMOUS, Actor, Role, TokenScope
from repository.core.errors import Invalid, MovedTo, NotSignedIn
from repository.core.unit_of_work import Snapshot
from repository.core.web.client_address import TrustedProxies, client_address, client_network
from repository.core.web.request_log import is_operational
from repository.core.web.responses import redirect_to
from repository.engines.services import Services
from repository.people.access_tokens import actor_for_token
from repository.people.accounts import password_is_right, password_turn, person_by_email
from repository.people.guessing import Guesser, PasswordTry, refuse_wrong_token
from repository.people.model import Person

SERVICES = "services"


def current_actor() -> Actor:
    """Return the actor of the request, as recognised before the view was called."""
    return cast(Actor, g.actor)


def current_services() -> Services:
    """Return the services that `create_app` was given."""
    return cast(Services, current_app.extensions[SERVICES])


def redirect_to_record(moved: MovedTo) -> Response:
    """Lead to the same resource of the record that `moved` names (302), with the same query but never a token."""
    path = url_for(str(request.endpoint), **{**(request.view_args or {}), "record_id": moved.record_id})
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "access_token"])
    address = current_services().site.page(path)
    return redirect_to(f"{address}?{query}" if query else address)


TOKENS = "/user/tokens"
"""The only path that takes a name and a password, below ``/api``."""


def recognise_actor() -> None:
    """Set the actor of the request: the anonymous public, or the bearer of a valid token.

    A wrong credential is refused (401), also where none is needed, so that no client takes an anonymous reply for its
    own.  Whoever watches the server's health needs no engine.  Raises `NotSignedIn`.
    """
    g.actor = ANONYMOUS
    if not is_operational():
        g.actor = _bearer()
        bind_contextvars(user=g.actor.person_id)


def _bearer() -> Actor:
    header = request.headers.get("Authorization")
    if header is None and "access_token" not in request.args:
        return ANONYMOUS
    services = current_services()
    kind, _, secret = (header or "").partition(" ")
    if kind.lower() == "basic" and request.path.startswith(f"/api{TOKENS}"):
        return _actor_by_password(services)
    if header is not None and kind.lower() != "bearer":
        raise NotSignedIn
    return _actor_by_token(services, secret.strip() if header else request.args["access_token"])


def _actor_by_token(services: Services, secret: str) -> Actor:
    try:
        with services.database.connection() as connection:
            return actor_for_token(connection, secret)
    except NotSignedIn:
        refuse_wrong_token(services.database, _guesser(services), secret)
        raise


def _actor_by_password(services: Services) -> Actor:
    credential = request.authorization
    if credential is None or credential.username is None or credential.password is None:
        raise NotSignedIn
    with services.database.snapshot(ANONYMOUS) as snapshot:
        person = _person(snapshot, credential.username)
    with password_turn():
        attempt = PasswordTry(services.database, _guesser(services), credential.username)
        attempt.begin(person.id if person else 0)
        if not password_is_right(person, credential.password) or person is None:
            attempt.failed()
            raise NotSignedIn
    attempt.succeeded()
    return Actor(person.id, Role(person.role), frozenset((TokenScope.TOKENS,)))


def _guesser(services: Services) -> Guesser:
    address = client_address(request.environ, TrustedProxies.of(services.site.trusted_proxies))
    return Guesser(address, client_network(address))


def _person(snapshot: Snapshot, email: str) -> Person | None:
    try:
        return person_by_email(snapshot, email)
    except Invalid:
        return None
