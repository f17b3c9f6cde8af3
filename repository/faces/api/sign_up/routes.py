"""New accounts and forgotten passwords over HTTP.

What is asked here is answered alike for every address, known or not; the message to the address tells the rest.
"""

from flask import Response

from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.responses import json_reply, no_content
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.sign_up.schemas import (
    AcceptedShape,
    FirstAccountRequest,
    LinkToken,
    NewPassword,
    ResetRequest,
    SignUpRequest,
)
from repository.faces.credentials import CONFIRM_EMAIL, FIRST, REDEEM, RESETS, SIGN_UP, VERIFY, guesser
from repository.faces.reasons.in_words import reader_language, translated
from repository.people.one_time_links import LinkPurpose
from repository.people.own_sign_in import confirm_email_change
from repository.people.sign_up import (
    NewAccount,
    ask_account,
    ask_password_reset,
    confirm_account,
    make_account,
    reset_password,
)

api = Api("sign-up")
ASKED = "If the address can be used for this, a message to it says how to go on."


@api.route(
    "POST",
    SIGN_UP,
    "Ask for an account",
    body=SignUpRequest,
    replies={202: AcceptedShape},
    errors=(403, 409, 413, 415),
)
@counted_as(CallKind.SIGN_IN)
def ask_for_account(call: ApiCall) -> Response:
    """Let a message be sent to the address, whose link confirms it; the same reply comes for a known address."""
    account = NewAccount(call.body["email"], call.body["name"], call.body["password"])
    services = call.services
    ask_account(services.database, services.site, guesser(services), account, call.body["invitation"])
    return _accepted()


@api.route(
    "POST", VERIFY, "Confirm the address of a new account", body=LinkToken, replies={204: None}, errors=(403, 409, 413)
)
@counted_as(CallKind.SIGN_IN)
def confirm_address(call: ApiCall) -> Response:
    """Make the account that was asked for; from now on its password signs in."""
    confirm_account(call.services.database, guesser(call.services), call.body["token"])
    return no_content()


@api.route(
    "POST", RESETS, "Ask for another password", body=ResetRequest, replies={202: AcceptedShape}, errors=(403, 413)
)
@counted_as(CallKind.SIGN_IN)
def ask_for_reset(call: ApiCall) -> Response:
    """Let a message be sent to the address, whose link sets a password; unknown addresses get the same reply."""
    ask_password_reset(call.services.database, guesser(call.services), call.body["email"])
    return _accepted()


@api.route("POST", REDEEM, "Set another password", body=NewPassword, replies={204: None}, errors=(403, 413))
@counted_as(CallKind.SIGN_IN)
def redeem_reset(call: ApiCall) -> Response:
    """Set the password of the person whom the link was sent to; all their sessions are over."""
    reset_password(call.services.database, guesser(call.services), call.body["token"], call.body["password"])
    return no_content()


@api.route(
    "POST", CONFIRM_EMAIL, "Confirm another address", body=LinkToken, replies={204: None}, errors=(403, 409, 413)
)
def confirm_email(call: ApiCall) -> Response:
    """Give the person who asked for it the address that the link was sent to."""
    confirm_email_change(call.services.database, guesser(call.services), call.body["token"])
    return no_content()


@api.route(
    "POST",
    FIRST,
    "Make the account of the first administrator",
    body=FirstAccountRequest,
    replies={204: None},
    errors=(403, 409, 413),
)
@counted_as(CallKind.SIGN_IN)
def make_first_administrator(call: ApiCall) -> Response:
    """Make the account with the token that the first start printed; it is good once.  Refused while there is one."""
    account = NewAccount(call.body["email"], call.body["name"], call.body["password"])
    database, purpose = call.services.database, LinkPurpose.FIRST_ADMINISTRATOR
    make_account(database, guesser(call.services), purpose, call.body["token"], account)
    return no_content()


def _accepted() -> Response:
    return json_reply({"message": translated(ASKED, reader_language())}, 202)
