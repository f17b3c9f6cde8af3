"""HTTP of accounts: who is asking, and one's tokens."""

from datetime import timedelta
from typing import Any

from flask import Response, g, request

from repository.access.policy import Action, Resource, must
from repository.core.actor import ANONYMOUS, Actor, Role, TokenScope
from repository.core.clock import iso
from repository.core.errors import Invalid, NotSignedIn
from repository.core.web.responses import json_reply, no_content
from repository.engines.services import Services
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.tokens.schemas import TokenListShape, TokenRequest, TokenShape
from repository.faces.request_context import current_services
from repository.people.access_tokens import actor_for_token, issue_token, revoke_token
from repository.people.accounts import password_is_right, person_by_email
from repository.people.model import AccessToken, Person
from repository.people.queries import tokens_of

api = Api("accounts")
TOKENS = "/user/tokens"


def recognise() -> None:
    """Find out who is asking, before the view: nobody, or the bearer of a valid token.

    A credential that is presented and wrong is refused (401), also where none is needed, so that nobody takes
    an anonymous answer for their own.  A name and password are taken only where tokens are managed.
    """
    g.actor = ANONYMOUS
    header = request.headers.get("Authorization")
    if header is None and "access_token" not in request.args:
        return
    services = current_services()
    kind, _, secret = (header or "").partition(" ")
    if kind.lower() == "basic" and request.path.startswith(f"/api{TOKENS}"):
        g.actor = _by_password(services)
        return
    if header is not None and kind.lower() != "bearer":
        raise NotSignedIn
    with services.database.connection() as connection:
        g.actor = actor_for_token(connection, secret.strip() if header else request.args["access_token"])


def _by_password(services: Services) -> Actor:
    given = request.authorization
    if given is None or given.username is None or given.password is None:
        raise NotSignedIn
    with services.database.snapshot(ANONYMOUS) as snapshot:
        person = _person(snapshot, given.username)
    if not password_is_right(person, given.password) or person is None:
        raise NotSignedIn
    return Actor(person.id, Role(person.role), frozenset((TokenScope.TOKENS,)))


def _person(unit: Any, email: str) -> Person | None:
    try:
        return person_by_email(unit, email)
    except Invalid:
        return None


@api.route(
    "POST",
    TOKENS,
    "Issue a personal access token (sign in by HTTP Basic)",
    body=TokenRequest,
    replies={201: TokenShape},
    errors=(403, 413, 415),
)
def create_token(call: ApiCall) -> Response:
    must(call.actor, Action.MANAGE_TOKENS, Resource())
    valid_for = timedelta(days=call.body["days"]) if call.body["days"] else None
    scopes = map(TokenScope, call.body["scopes"])
    with call.transaction() as unit:
        person = unit.session.get_one(Person, call.actor.person_id)
        token, secret = issue_token(unit, person, scopes, call.body["name"], valid_for)
    return json_reply({**_token_json(token), "token": secret}, 201)


@api.route("GET", TOKENS, "List one's tokens, without their secrets", replies={200: TokenListShape}, errors=(403,))
def list_tokens(call: ApiCall) -> Response:
    must(call.actor, Action.MANAGE_TOKENS, Resource())
    assert call.actor.person_id is not None
    with call.snapshot() as snapshot:
        tokens = tokens_of(snapshot, call.actor.person_id)
    hits = [_token_json(token) for token in tokens]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}})


@api.route("DELETE", f"{TOKENS}/<record:token_id>", "Revoke a token", replies={204: None}, errors=(403, 404))
def delete_token(call: ApiCall, token_id: int) -> Response:
    must(call.actor, Action.MANAGE_TOKENS, Resource())
    with call.transaction() as unit:
        revoke_token(unit, token_id)
    return no_content()


def _token_json(token: AccessToken) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "name": token.name,
        "scopes": token.scopes,
        "created": iso(token.created),
        "expires": iso(token.expires) if token.expires else None,
    }
