"""A person's access tokens over HTTP."""

from datetime import timedelta
from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.actor import TokenScope
from repository.core.clock import iso
from repository.core.web.responses import json_reply, no_content
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.tokens.schemas import TokenListShape, TokenRequest, TokenShape
from repository.faces.request_context import TOKENS
from repository.people.access_tokens import issue_token, revoke_token
from repository.people.model import AccessToken, Person
from repository.people.queries import tokens_of

api = Api("accounts")


@api.route(
    "POST",
    TOKENS,
    "Issue a personal access token (sign in by HTTP Basic)",
    body=TokenRequest,
    replies={201: TokenShape},
    errors=(403, 413, 415),
)
def create_token(call: ApiCall) -> Response:
    """Return the secret of a new token, this once and never again."""
    must(call.actor, Action.MANAGE_TOKENS, Resource())
    valid_for = timedelta(days=call.body["days"]) if call.body["days"] else None
    scopes = map(TokenScope, call.body["scopes"])
    with call.transaction() as unit:
        person = unit.session.get_one(Person, call.actor.person_id)
        token, secret = issue_token(unit, person, scopes, call.body["name"], valid_for)
    return json_reply({**_token_json(token), "token": secret}, 201)


@api.route("GET", TOKENS, "List one's tokens, without their secrets", replies={200: TokenListShape}, errors=(403,))
def list_tokens(call: ApiCall) -> Response:
    """Return the names and scopes of one's tokens."""
    must(call.actor, Action.MANAGE_TOKENS, Resource())
    assert call.actor.person_id is not None
    with call.snapshot() as snapshot:
        tokens = tokens_of(snapshot, call.actor.person_id)
    hits = [_token_json(token) for token in tokens]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}})


@api.route("DELETE", f"{TOKENS}/<record:token_id>", "Revoke a token", replies={204: None}, errors=(403, 404))
def delete_token(call: ApiCall, token_id: int) -> Response:
    """Make a token useless from now on."""
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
