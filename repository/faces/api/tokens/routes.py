"""A person's access tokens over HTTP."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.actor import GRANTABLE, TokenScope
from repository.core.clock import iso
from repository.core.errors import Forbidden, Invalid, NotFound
from repository.core.unit_of_work import Snapshot
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.responses import json_reply, no_content
from repository.deposits.queries import readable_draft
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.tokens.schemas import NO_DRAFT, QuotaShape, TokenListShape, TokenRequest, TokenShape
from repository.faces.credentials import TOKENS
from repository.people.access_tokens import issue_token, revoke_token
from repository.people.model import AccessToken, Person
from repository.people.queries import tokens_of
from repository.people.quotas import person_quota
from repository.people.token_scopes import FOR_ONE_DATASET, scopes_of, words_of

api = Api("accounts")


@api.route(
    "POST",
    TOKENS,
    "Issue a personal access token (sign in by HTTP Basic)",
    body=TokenRequest,
    replies={201: TokenShape},
    errors=(403, 413, 415),
)
@counted_as(CallKind.SIGN_IN)
def create_token(call: ApiCall) -> Response:
    """Return the secret of a new token, this once and never again."""
    must(call.actor, Action.MANAGE_TOKENS, Resource())
    valid_for = timedelta(days=call.body["days"]) if call.body["days"] else None
    with call.transaction() as unit:
        person = unit.session.get_one(Person, call.actor.person_id)
        limited_to = _dataset(unit, call.body["draft"])
        scopes = call.body["scopes"] or (GRANTABLE if limited_to is None else FOR_ONE_DATASET)
        token, secret = issue_token(
            unit, person, map(TokenScope, scopes), call.body["name"], valid_for, limited_to=limited_to
        )
    return json_reply({**_token_json(token), "token": secret}, 201)


def _dataset(snapshot: Snapshot, draft_id: str | None) -> int | None:
    """Return the dataset of a draft that the actor may read; raise `Invalid` for any other.

    Who signs in to make tokens has no other scope, so the person is asked for and not what this request may do.
    """
    if draft_id is None:
        return None
    in_person = replace(snapshot.actor, scopes=frozenset(GRANTABLE))
    try:
        draft, _ = readable_draft(replace(snapshot, actor=in_person), int(draft_id))
    except (NotFound, Forbidden) as refused:
        raise Invalid.field("draft", NO_DRAFT) from refused
    return draft.concept_id


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


@api.route("GET", "/user/quota", "Tell what one has in drafts, and may have", replies={200: QuotaShape}, errors=(403,))
def read_quota(call: ApiCall) -> Response:
    """Return number and bytes of one's drafts with their limits; a limit of null is none."""
    must(call.actor, Action.LIST_OWN, Resource())
    assert call.actor.person_id is not None
    with call.snapshot() as snapshot:
        quota = person_quota(snapshot, call.services.site, call.actor.person_id)
    drafts = {"used": quota.drafts, "limit": quota.most_drafts or None}
    return json_reply({"drafts": drafts, "draft_bytes": {"used": quota.bytes, "limit": quota.most_bytes or None}})


def _token_json(token: AccessToken) -> dict[str, Any]:
    limited = token.limited_to is not None
    scopes = scopes_of(token.scopes, limited=limited)
    return {
        "id": str(token.id),
        "name": token.name,
        "scopes": sorted(scopes),
        "scope_words": words_of(scopes, limited=limited),
        "dataset": str(token.limited_to) if limited else None,
        "last_used": iso(token.last_used) if token.last_used else None,
        "created": iso(token.created),
        "expires": iso(token.expires) if token.expires else None,
    }
