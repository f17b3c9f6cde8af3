"""Recognise the actor of a request by its credential, before the view is called."""

from flask import g, request

from repository.core.actor import ANONYMOUS, Actor, Role, TokenScope
from repository.core.errors import Invalid, NotSignedIn
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.faces.request_context import current_services
from repository.people.access_tokens import actor_for_token
from repository.people.accounts import password_is_right, person_by_email
from repository.people.model import Person

TOKENS = "/user/tokens"
"""The only path that takes a name and a password, below ``/api``."""


def recognise_actor() -> None:
    """Set the actor of the request: the anonymous public, or the bearer of a valid token.

    A wrong credential is refused (401), also where none is needed, so that no client takes an anonymous reply for its
    own.  Raises `NotSignedIn`.
    """
    g.actor = ANONYMOUS
    header = request.headers.get("Authorization")
    if header is None and "access_token" not in request.args:
        return
    services = current_services()
    kind, _, secret = (header or "").partition(" ")
    if kind.lower() == "basic" and request.path.startswith(f"/api{TOKENS}"):
        g.actor = _actor_by_password(services)
        return
    if header is not None and kind.lower() != "bearer":
        raise NotSignedIn
    with services.database.connection() as connection:
        g.actor = actor_for_token(connection, secret.strip() if header else request.args["access_token"])


def _actor_by_password(services: Services) -> Actor:
    credential = request.authorization
    if credential is None or credential.username is None or credential.password is None:
        raise NotSignedIn
    with services.database.snapshot(ANONYMOUS) as snapshot:
        person = _person(snapshot, credential.username)
    if not password_is_right(person, credential.password) or person is None:
        raise NotSignedIn
    return Actor(person.id, Role(person.role), frozenset((TokenScope.TOKENS,)))


def _person(snapshot: Snapshot, email: str) -> Person | None:
    try:
        return person_by_email(snapshot, email)
    except Invalid:
        return None
