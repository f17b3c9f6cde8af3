"""HTTP of accounts: who is asking, and one's tokens."""

from datetime import timedelta
from typing import Any

from flask import Response, g, request

from repository.access.policy import Action, Thing, must
from repository.accounts.model import Person, Token
from repository.accounts.people import password_is_right, person_by_email
from repository.accounts.queries import tokens_of
from repository.accounts.schema import TokenListShape, TokenRequest, TokenShape
from repository.accounts.tokens import actor_of, issue_token, revoke_token
from repository.engines.facilities import Facilities
from repository.foundation.actor import ANONYMOUS, Actor, Role, Scope
from repository.foundation.clock import iso
from repository.foundation.errors import Invalid, NotSignedIn
from repository.foundation.web.bodies import json_object, load
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import json_reply, nothing

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
    facilities: Facilities = current_facilities()
    kind, _, secret = (header or "").partition(" ")
    if kind.lower() == "basic" and request.path.startswith(f"/api{TOKENS}"):
        g.actor = _by_password(facilities)
        return
    if header is not None and kind.lower() != "bearer":
        raise NotSignedIn
    with facilities.works.glancing() as connection:
        g.actor = actor_of(connection, secret.strip() if header else request.args["access_token"])


def _by_password(facilities: Facilities) -> Actor:
    given = request.authorization
    if given is None or given.username is None or given.password is None:
        raise NotSignedIn
    with facilities.works.reading(ANONYMOUS) as work:
        person = _person(work, given.username)
    if not password_is_right(person, given.password) or person is None:
        raise NotSignedIn
    return Actor(person.id, Role(person.role), frozenset((Scope.TOKENS,)))


def _person(work: Any, email: str) -> Person | None:
    try:
        return person_by_email(work, email)
    except Invalid:
        return None


@api.route(
    "POST",
    TOKENS,
    "Issue a personal access token (sign in by HTTP Basic)",
    body=TokenRequest,
    answers={201: TokenShape},
    errors=(403, 413, 415),
)
def create_token() -> Response:
    accepted()
    actor = current_actor()
    must(actor, Action.MANAGE_TOKENS, Thing())
    wanted = load(TokenRequest(), json_object())
    facilities: Facilities = current_facilities()
    valid_for = timedelta(days=wanted["days"]) if wanted["days"] else None
    with facilities.works.writing(actor) as work:
        person = work.session.get_one(Person, actor.person_id)
        scopes = map(Scope, wanted["scopes"])
        token, secret = issue_token(work, person, scopes, wanted["name"], valid_for)
        return json_reply({**_token_json(token), "token": secret}, 201)


@api.route(
    "GET",
    TOKENS,
    "List one's tokens, without their secrets",
    answers={200: TokenListShape},
    errors=(403,),
)
def list_tokens() -> Response:
    accepted()
    actor = current_actor()
    must(actor, Action.MANAGE_TOKENS, Thing())
    assert actor.person_id is not None
    facilities: Facilities = current_facilities()
    with facilities.works.reading(actor) as work:
        hits = [_token_json(token) for token in tokens_of(work, actor.person_id)]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}})


@api.route(
    "DELETE",
    f"{TOKENS}/<record:token_id>",
    "Revoke a token",
    answers={204: None},
    errors=(403, 404),
)
def delete_token(token_id: int) -> Response:
    actor = current_actor()
    must(actor, Action.MANAGE_TOKENS, Thing())
    facilities: Facilities = current_facilities()
    with facilities.works.writing(actor) as work:
        revoke_token(work, token_id)
    return nothing()


def _token_json(token: Token) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "name": token.name,
        "scopes": token.scopes,
        "created": iso(token.created),
        "expires": iso(token.expires) if token.expires else None,
    }
