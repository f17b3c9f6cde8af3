"""Sign-in at a provider over HTTP.

Nothing of what a provider or an address says is repeated in a reply or in the log: codes of errors become words of
ours, and a cause that is logged is one of `Distrust`.
"""

import structlog
from flask import Blueprint, Response, request

from repository.core.actor import SYSTEM
from repository.core.errors import Forbidden, Invalid, NotSignedIn
from repository.core.web.local_paths import local_path
from repository.core.web.responses import json_reply, redirect_to
from repository.engines.services import Services
from repository.engines.sign_in.port import AssertedIdentity, Distrust, SignInProvider, UntrustedAnswer
from repository.faces.credentials import browser, current_session, give_session, session_secret
from repository.faces.provider_flows import (
    answering,
    begin_at_provider,
    callback_address,
    flow_secret,
    give_flow_secret,
    guard_flow,
    provider_of,
    take_flow_secret,
)
from repository.faces.request_context import current_services
from repository.people.identity_facts import SignInRefused
from repository.people.identity_sessions import begin_identity_session, obey_logout
from repository.people.linked_identities import link, sign_in_by
from repository.people.sign_in_flows import PendingSignIn, take_flow

pages = Blueprint("oauth", __name__, url_prefix="/oauth")
pages.after_request(guard_flow)
log = structlog.get_logger()

LONGEST_PARAMETER = 4_000
"""characters of a code or a state"""
LONGEST_FORM = 100_000
"""bytes of a logout token in its form"""
_FORM = "application/x-www-form-urlencoded"


@pages.get("/<provider_id>/login")
def login(provider_id: str) -> Response:
    """Lead the browser to the provider, and afterwards to the page in ``next``."""
    services = current_services()
    provider = provider_of(services, provider_id)
    next_path = local_path(_parameter("next") or "/")
    address, secret = begin_at_provider(services, provider, next_path)
    reply = redirect_to(address)
    give_flow_secret(services.site, reply, secret)
    return reply


@pages.get("/<provider_id>/callback")
def callback(provider_id: str) -> Response:
    """Begin a session for the person whom the provider names, or link the identity to who is signed in."""
    services = current_services()
    provider = provider_of(services, provider_id)
    if "state" not in request.args:
        _require_no_error(provider)  # some providers leave the state out of errors, which bind nobody to anything
    pending = _take_flow(services, provider)
    try:
        identity = _proved_identity(services, provider, pending)
    except UntrustedAnswer as error:
        _tell_refusal(services, provider, error.cause)
        raise Forbidden(f"The answer of {provider.profile.name} proves nothing, so nobody was signed in.") from None
    secret = _let_in(services, provider, pending, identity)
    reply = redirect_to(services.site.page(pending.next_path))
    take_flow_secret(services.site, reply)
    give_session(services.site, reply, secret)
    return reply


@pages.post("/<provider_id>/back-channel-logout")
def back_channel_logout(provider_id: str) -> Response:
    """End the sessions that a logout token names (OpenID Connect Back-Channel Logout 1.0, section 2.5)."""
    services = current_services()
    provider = provider_of(services, provider_id)
    if request.mimetype != _FORM or (request.content_length or 0) > LONGEST_FORM:
        return _refused_logout(provider, Distrust.TOKEN)
    tokens = request.form.getlist("logout_token")
    if len(tokens) != 1:
        return _refused_logout(provider, Distrust.TOKEN)
    try:
        order = provider.logout(tokens[0])
        with services.database.transaction(SYSTEM) as unit:
            obey_logout(unit, provider.profile.id, order)
    except UntrustedAnswer as error:
        return _refused_logout(provider, error.cause)
    return Response(status=200)


def _take_flow(services: Services, provider: SignInProvider) -> PendingSignIn:
    with services.database.transaction(SYSTEM) as unit:
        return take_flow(unit, provider.profile.id, _parameter("state"), flow_secret(services.site))


def _proved_identity(services: Services, provider: SignInProvider, pending: PendingSignIn) -> AssertedIdentity:
    """Return who the provider says it is; raise `Forbidden` if it says that nobody is, `UntrustedAnswer`."""
    sender, code = request.args.get("iss"), _parameter("code")
    with answering(services, provider):
        provider.require_sender(sender if sender is None else _parameter("iss"))
    _require_no_error(provider)
    if not code:
        raise UntrustedAnswer(Distrust.CODE)
    with answering(services, provider):
        return provider.identity(code, pending.secrets, callback_address(services.site, provider))


def _require_no_error(provider: SignInProvider) -> None:
    """Raise `Forbidden`, in words of ours, if the provider signed nobody in.

    Source: OpenID Connect Core 1.0, section 3.1.2.6.
    """
    error = _parameter("error")
    if error == "access_denied":
        raise Forbidden(f"The sign-in was cancelled at {provider.profile.name}.")
    if error:
        log.warning("sign-in failed", provider=provider.profile.id)
        raise Forbidden(f"{provider.profile.name} could not sign you in.")


def _let_in(services: Services, provider: SignInProvider, pending: PendingSignIn, identity: AssertedIdentity) -> str:
    """Return the secret of a new session; the one that the browser had is over."""
    replaced = session_secret(services.site) or ""
    with services.database.transaction(SYSTEM) as unit:
        if pending.person_id is None:
            linked = sign_in_by(unit, provider.profile, identity)
        else:
            session = current_session()
            if session is None or session.actor.person_id != pending.person_id:
                raise NotSignedIn("Sign in again, and link the identity then.")
            linked = link(unit, provider.profile, identity, pending.person_id)
        return begin_identity_session(unit, linked, identity, browser(services), replaced)


def _tell_refusal(services: Services, provider: SignInProvider, cause: Distrust) -> None:
    log.warning("sign-in refused", provider=provider.profile.id, cause=cause.value)
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(SignInRefused(0, provider.profile.id, cause.value))


def _refused_logout(provider: SignInProvider, cause: Distrust) -> Response:
    log.warning("logout token refused", provider=provider.profile.id, cause=cause.value)
    return json_reply({"error": "invalid_request", "error_description": cause.value}, 400)


def _parameter(name: str) -> str:
    """Return a parameter of the address, empty without one; raise `Invalid` if it is doubled or too long.

    Two of a name could be read differently by two programs (RFC 6749, section 3.1 forbids them).
    """
    values = request.args.getlist(name)
    if len(values) > 1 or any(len(value) > LONGEST_PARAMETER for value in values):
        raise Invalid.field(name, "Must be there once, and not be too long.")
    return values[0] if values else ""
