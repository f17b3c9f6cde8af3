"""Sessions, password and authenticator over HTTP."""

from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.clock import iso
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.responses import json_reply, no_content
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.sign_in.schemas import (
    CodeRequest,
    CsrfShape,
    EmailChange,
    EnrolmentShape,
    FactorRemoval,
    PasswordChange,
    RecoveryCodesShape,
    SessionListShape,
    SessionShape,
    SignedOutShape,
    SignInRequest,
)
from repository.faces.credentials import (
    SESSION,
    browser,
    current_session,
    give_session,
    guesser,
    session_secret,
    take_session,
)
from repository.people.identity_sessions import sign_out_address
from repository.people.model import Person, SignInSession
from repository.people.own_sign_in import ask_email_change, change_password, confirm_own_factor, remove_own_factor
from repository.people.second_factors import has_second_factor, start_second_factor
from repository.people.sessions import csrf_token, end_session, end_sessions, sessions_of
from repository.people.sign_in import Credentials, sign_in

api = Api("sign-in")
SESSIONS, TOTP = "/me/sessions", "/me/totp"
NEVER_KEPT = {"Cache-Control": "private, no-store"}


@api.route(
    "POST", SESSION, "Sign in with a password", body=SignInRequest, replies={201: SessionShape}, errors=(403, 413, 415)
)
@counted_as(CallKind.SIGN_IN)
def begin_own_session(call: ApiCall) -> Response:
    """Begin a session, whose cookie comes with the reply; one that the browser had before is over.

    With an authenticator, the right password without a code is answered 401 with `code` `totp_required`.
    """
    site = call.services.site
    person, secret = sign_in(
        call.services.database,
        guesser(call.services),
        Credentials(**call.body),
        browser(call.services),
        session_secret(site) or "",
    )
    with call.snapshot() as snapshot:
        has_factor = has_second_factor(snapshot, person.id)
    reply = json_reply(_session_json(person, has_factor, csrf_token(secret)), 201)
    give_session(site, reply, secret)
    return reply


@api.route(
    "GET", SESSION, "Tell who is signed in, and the token for changes", replies={200: SessionShape}, errors=(403,)
)
def read_session(call: ApiCall) -> Response:
    """Return the person of the session or token, and what a change with the cookie has to bring along."""
    must(call.actor, Action.LIST_OWN, Resource())
    assert call.actor.person_id is not None
    session = current_session()
    with call.snapshot() as snapshot:
        person = snapshot.session.get_one(Person, call.actor.person_id)
        has_factor = has_second_factor(snapshot, person.id)
    body = _session_json(person, has_factor, session.csrf_token if session else None)
    return json_reply(body, headers=NEVER_KEPT)


@api.route("DELETE", SESSION, "Sign out", replies={200: SignedOutShape, 204: None}, errors=(403,))
def end_own_session(call: ApiCall) -> Response:
    """End the session of the cookie, and remove the cookie.

    Where the session began at a provider, the reply names the address at which the browser signs out there too.
    """
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    assert call.actor.person_id is not None
    session = current_session()
    elsewhere = ""
    if session is not None:
        with call.transaction() as unit:
            end_session(unit, call.actor.person_id, session.id)
            elsewhere = sign_out_address(unit, session_secret(call.services.site) or "", call.services.site.page("/"))
    reply = json_reply({"provider_logout": elsewhere}, headers=NEVER_KEPT) if elsewhere else no_content()
    take_session(call.services.site, reply)
    return reply


@api.route("GET", SESSIONS, "List one's sessions", replies={200: SessionListShape}, errors=(403,))
def list_sessions(call: ApiCall) -> Response:
    """Return where one is signed in, the session that was seen last first."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    assert call.actor.person_id is not None
    with call.snapshot() as snapshot:
        sessions = sessions_of(snapshot, call.actor.person_id)
    current = current_session()
    hits = [_listed_json(session, current.id if current else 0) for session in sessions]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}}, headers=NEVER_KEPT)


@api.route("DELETE", SESSIONS, "End all one's other sessions", replies={204: None}, errors=(403,))
def end_other_sessions(call: ApiCall) -> Response:
    """End every session but the one of the cookie."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    assert call.actor.person_id is not None
    current = current_session()
    with call.transaction() as unit:
        end_sessions(unit, call.actor.person_id, but=current.id if current else 0)
    return no_content()


@api.route("DELETE", f"{SESSIONS}/<record:session_id>", "End a session", replies={204: None}, errors=(403, 404))
def end_one_session(call: ApiCall, session_id: int) -> Response:
    """End a session of one's own at once, wherever it is."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    assert call.actor.person_id is not None
    with call.transaction() as unit:
        end_session(unit, call.actor.person_id, session_id)
    return no_content()


@api.route(
    "PUT", "/me/password", "Change one's password", body=PasswordChange, replies={200: CsrfShape}, errors=(403, 413)
)
@counted_as(CallKind.SIGN_IN)
def change_own_password(call: ApiCall) -> Response:
    """Set another password; all sessions are over, and a new one begins here, with a new cookie."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    services = call.services
    secret = change_password(
        services.database,
        guesser(services),
        call.actor,
        call.body["current"],
        call.body["password"],
        browser(services),
    )
    reply = json_reply({"csrf_token": csrf_token(secret)})
    give_session(services.site, reply, secret)
    return reply


@api.route("PUT", "/me/email", "Ask for another address", body=EmailChange, replies={202: None}, errors=(403, 413))
@counted_as(CallKind.SIGN_IN)
def ask_for_email(call: ApiCall) -> Response:
    """Let a message be sent to the address, whose link makes it one's own.  Till then the one of before counts."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    services = call.services
    ask_email_change(services.database, guesser(services), call.actor, call.body["email"], call.body["password"])
    return Response(status=202)


@api.route("POST", TOTP, "Begin to use an authenticator", replies={201: EnrolmentShape}, errors=(403, 409))
@counted_as(CallKind.SIGN_IN)
def start_authenticator(call: ApiCall) -> Response:
    """Return a secret for an authenticator (RFC 6238), this once; it counts when a code of it was confirmed."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    with call.transaction() as unit:
        person = unit.session.get_one(Person, call.actor.person_id)
        enrolment = start_second_factor(unit, person, call.services.site.name)
    return json_reply({"secret": enrolment.secret, "uri": enrolment.address}, 201, NEVER_KEPT)


@api.route(
    "POST",
    f"{TOTP}/confirm",
    "Confirm the authenticator by a code",
    body=CodeRequest,
    replies={200: RecoveryCodesShape},
    errors=(403, 404, 409, 413),
)
@counted_as(CallKind.SIGN_IN)
def confirm_authenticator(call: ApiCall) -> Response:
    """Return recovery codes, this once; from now on a password alone is not enough, and other sessions are over."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    session = current_session()
    codes = confirm_own_factor(
        call.services.database,
        guesser(call.services),
        call.actor,
        session.id if session else 0,
        call.body["code"],
    )
    return json_reply({"recovery_codes": codes}, headers=NEVER_KEPT)


@api.route("DELETE", TOTP, "Remove the authenticator", body=FactorRemoval, replies={204: None}, errors=(403, 404, 413))
@counted_as(CallKind.SIGN_IN)
def remove_authenticator(call: ApiCall) -> Response:
    """Let a password alone be enough again; needs the password, or a code."""
    must(call.actor, Action.MANAGE_SIGN_IN, Resource())
    password, code = call.body["password"], call.body["code"]
    remove_own_factor(call.services.database, guesser(call.services), call.actor, password, code)
    return no_content()


def _session_json(person: Person, has_factor: bool, token: str | None) -> dict[str, Any]:
    user = {"id": str(person.id), "email": person.email, "name": person.name, "role": person.role}
    return {"user": user, "second_factor": has_factor, "csrf_token": token}


def _listed_json(session: SignInSession, current: int) -> dict[str, Any]:
    return {
        "id": str(session.id),
        "current": session.id == current,
        "created": iso(session.created),
        "seen": iso(session.seen),
        "expires": iso(session.until),
        "user_agent": session.user_agent,
        "address": session.address,
    }
