"""Providers of sign-in, and one's identities, over HTTP."""

from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.clock import iso
from repository.core.web.local_paths import local_path
from repository.core.web.responses import json_reply, no_content
from repository.engines.sign_in.port import ProviderProfile
from repository.faces.api.identities.schemas import (
    LinkAddressShape,
    LinkedIdentityListShape,
    LinkRequest,
    ProviderListShape,
)
from repository.faces.api.routing import Api, ApiCall
from repository.faces.credentials import current_session
from repository.faces.provider_flows import NEVER_KEPT, begin_at_provider, give_flow_secret, provider_of
from repository.people.identity_model import LinkedIdentity
from repository.people.identity_queries import identities_of
from repository.people.linked_identities import unlink

api = Api("identities")
IDENTITIES = "/me/identities"


@api.route("GET", "/identity-providers", "List where one can sign in", replies={200: ProviderListShape})
def list_identity_providers(call: ApiCall) -> Response:
    """Return the providers of the site, in the order of its file."""
    site = call.services.site
    hits = [
        _provider_json(provider.profile, site.page("/oauth")) for provider in call.services.sign_in_providers.values()
    ]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}})


@api.route("GET", IDENTITIES, "List one's identities", replies={200: LinkedIdentityListShape}, errors=(403,))
def list_own_identities(call: ApiCall) -> Response:
    """Return the identities by which one signs in, oldest first."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    assert call.actor.person_id is not None
    with call.snapshot() as snapshot:
        identities = identities_of(snapshot, call.actor.person_id)
    hits = [_identity_json(identity) for identity in identities]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}}, headers={"Cache-Control": NEVER_KEPT})


@api.route(
    "POST",
    IDENTITIES,
    "Begin to link an identity",
    body=LinkRequest,
    replies={201: LinkAddressShape},
    errors=(403, 404, 413),
)
def begin_link(call: ApiCall) -> Response:
    """Return the address at the provider that the browser goes to; the identity is linked when it comes back."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    provider = provider_of(call.services, call.body["provider"])
    next_path = local_path(call.body["next"])
    address, secret = begin_at_provider(call.services, provider, next_path, call.actor.person_id)
    reply = json_reply({"address": address}, 201)
    give_flow_secret(call.services.site, reply, secret)
    return reply


@api.route(
    "DELETE", f"{IDENTITIES}/<record:identity_id>", "Unlink an identity", replies={204: None}, errors=(403, 404, 409)
)
def unlink_identity(call: ApiCall, identity_id: int) -> Response:
    """End this way to sign in, and the other sessions that began with it; the last way in stays."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    assert call.actor.person_id is not None
    session = current_session()
    with call.transaction() as unit:
        unlink(unit, call.actor.person_id, identity_id, call.services.sign_in_providers, session.id if session else 0)
    return no_content()


def _provider_json(profile: ProviderProfile, base: str) -> dict[str, Any]:
    return {
        "id": profile.id,
        "name": profile.names,
        "logo": profile.logo or None,
        "links": {"login": f"{base}/{profile.id}/login"},
    }


def _identity_json(identity: LinkedIdentity) -> dict[str, Any]:
    return {
        "id": str(identity.id),
        "provider": identity.provider,
        "subject": identity.subject,
        "orcid": identity.orcid,
        "created": iso(identity.created),
        "last_used": iso(identity.last_used),
    }
