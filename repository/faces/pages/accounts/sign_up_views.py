"""New accounts and forgotten passwords over HTTP: what is asked here is answered alike for every address.

A link of a letter shows a button: programs that look at links before people do must not use it up.
"""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response

from repository.core.errors import Invalid
from repository.core.web.call_kinds import CallKind, counted_as
from repository.faces.credentials import PAGES, guesser
from repository.faces.pages.accounts.account_pages import account_form, told_page, words_in
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form, refused_reply
from repository.faces.pages.shell.page_replies import asked_frame, own_page_reply
from repository.faces.request_context import current_services
from repository.people.one_time_links import LinkPurpose
from repository.people.own_sign_in import confirm_email_change
from repository.people.rules import SignUp
from repository.people.sign_up import (
    NewAccount,
    ask_account,
    ask_password_reset,
    confirm_account,
    make_account,
    reset_password,
)

pages = Blueprint(f"{PAGES}sign-up", __name__)
_NEW = ("email", "name", "password")


@pages.after_request
def keep_link_to_oneself(reply: Response) -> Response:
    """Keep an address with the secret of a letter out of what other sites get.

    Not ``no-referrer``: with it browsers send forms with ``Origin: null``, which is no page of ours.
    """
    reply.headers["Referrer-Policy"] = "same-origin"
    return reply


@pages.get("/signup")
def sign_up_form() -> Response:
    """Show what an account needs, or that nobody can make one here."""
    site, frame = current_services().site, asked_frame()
    if site.sign_up == SignUp.OPEN:
        return own_page_reply(account_form(frame, site.name, PageForm(), "sign_up", _NEW, is_new=True), frame)
    words = words_in(frame)
    text = words["sign_up_invited" if site.sign_up == SignUp.INVITATION else "sign_up_closed"]
    links = [(words["sign_in_title"], frame.at("/login"))]
    return own_page_reply(told_page(frame, site.name, words["sign_up_title"], [text], links), frame)


@pages.post("/signup")
@counted_as(CallKind.SIGN_IN)
def sign_up() -> Response:
    """Let a message be sent to the address; the same page comes for a known one."""
    services = current_services()
    return _taken(
        "sign_up",
        _NEW,
        lambda: ask_account(services.database, services.site, guesser(services), _account()),
        _look_into_mailbox,
        is_new=True,
    )


@pages.get("/signup/<token>")
def invitation_form(token: str) -> Response:  # noqa: ARG001 - the form goes to its own address
    """Show what an account needs to somebody who was invited."""
    site, frame = current_services().site, asked_frame()
    html = account_form(frame, site.name, PageForm(), "sign_up", _NEW, lead="invited_lead", is_new=True)
    return own_page_reply(html, frame)


@pages.post("/signup/<token>")
@counted_as(CallKind.SIGN_IN)
def accept_invitation(token: str) -> Response:
    """Make the account of somebody who was invited."""
    return _made("sign_up", LinkPurpose.INVITATION, token, "invited_lead")


@pages.get("/first-administrator/<token>")
def first_administrator_form(token: str) -> Response:  # noqa: ARG001 - the form goes to its own address
    """Show what the account of the first administrator needs."""
    site, frame = current_services().site, asked_frame()
    html = account_form(frame, site.name, PageForm(), "first", _NEW, is_new=False)
    return own_page_reply(html, frame)


@pages.post("/first-administrator/<token>")
@counted_as(CallKind.SIGN_IN)
def make_first_administrator(token: str) -> Response:
    """Make the account with the link that the first start printed; it is good once."""
    return _made("first", LinkPurpose.FIRST_ADMINISTRATOR, token)


@pages.get("/confirm/<token>")
def confirm_form(token: str) -> Response:  # noqa: ARG001 - the form goes to its own address
    """Show a button that makes the account."""
    return _button("confirm")


@pages.post("/confirm/<token>")
@counted_as(CallKind.SIGN_IN)
def confirm(token: str) -> Response:
    """Make the account that was asked for."""
    services = current_services()
    return _taken(
        "confirm",
        (),
        lambda: confirm_account(services.database, guesser(services), token),
        lambda: _done("confirmed_title", "confirmed_lead"),
    )


@pages.get("/confirm-address/<token>")
def address_form(token: str) -> Response:  # noqa: ARG001 - the form goes to its own address
    """Show a button that makes the address that of the account."""
    return _button("address")


@pages.post("/confirm-address/<token>")
@counted_as(CallKind.SIGN_IN)
def confirm_address(token: str) -> Response:
    """Give the person who asked for it the address that the link was sent to."""
    services = current_services()
    return _taken(
        "address",
        (),
        lambda: confirm_email_change(services.database, guesser(services), token),
        lambda: _done("confirmed_title", "address_done"),
    )


@pages.get("/forgot")
def forgot_form() -> Response:
    """Ask for the address of an account."""
    site, frame = current_services().site, asked_frame()
    return own_page_reply(account_form(frame, site.name, PageForm(), "forgot", ("email",), is_new=False), frame)


@pages.post("/forgot")
@counted_as(CallKind.SIGN_IN)
def forgot() -> Response:
    """Let a link be sent that sets a password; unknown addresses get the same page."""
    services = current_services()
    return _taken(
        "forgot",
        ("email",),
        lambda: ask_password_reset(services.database, guesser(services), posted("email")),
        _look_into_mailbox,
    )


@pages.get("/reset/<token>")
def reset_form(token: str) -> Response:  # noqa: ARG001 - the form goes to its own address
    """Ask for another password."""
    site, frame = current_services().site, asked_frame()
    return own_page_reply(account_form(frame, site.name, PageForm(), "reset", ("password",), is_new=False), frame)


@pages.post("/reset/<token>")
@counted_as(CallKind.SIGN_IN)
def reset(token: str) -> Response:
    """Set the password of the person whom the link was sent to; all their sessions are over."""
    services = current_services()
    return _taken(
        "reset",
        ("password",),
        lambda: reset_password(services.database, guesser(services), token, posted("password")),
        lambda: _done("reset_done", "confirmed_lead"),
    )


def _account() -> NewAccount:
    return NewAccount(posted("email"), posted("name"), posted("password"))


def _made(kind: str, purpose: LinkPurpose, token: str, lead: str = "") -> Response:
    services = current_services()
    return _taken(
        kind,
        _NEW,
        lambda: make_account(services.database, guesser(services), purpose, token, _account()),
        lambda: _done("confirmed_title", "confirmed_lead"),
        lead=lead,
        is_new=purpose is LinkPurpose.INVITATION,
    )


def _taken(
    kind: str,
    asks: Sequence[str],
    act: Callable[[], object],
    answer: Callable[[], Response],
    *,
    lead: str = "",
    is_new: bool = False,
) -> Response:
    """Do what a form asks for, or show the form with what is wrong; a void link has a page."""
    site, frame = current_services().site, asked_frame()
    try:
        act()
    except REFUSALS as refused:
        if isinstance(refused, Invalid) and any(fault.field == "token" for fault in refused.errors):
            return _void(refused)
        form = refused_form(refused, asks, frame.language)
        html = account_form(frame, site.name, form, kind, asks, lead=lead, is_new=is_new)
        return refused_reply(html, frame, refused)
    return answer()


def _button(kind: str) -> Response:
    site, frame = current_services().site, asked_frame()
    return own_page_reply(account_form(frame, site.name, PageForm(), kind, (), is_new=False), frame)


def _look_into_mailbox() -> Response:
    site, frame = current_services().site, asked_frame()
    words = words_in(frame)
    texts = [words["look_lead"].format(email=posted("email").strip()), words["look_none"]]
    return own_page_reply(told_page(frame, site.name, words["look_title"], texts), frame)


def _done(title: str, lead: str) -> Response:
    site, frame = current_services().site, asked_frame()
    words = words_in(frame)
    links = [(words["sign_in_title"], frame.at("/login"))]
    return own_page_reply(told_page(frame, site.name, words[title], [words[lead]], links), frame)


def _void(refused: Invalid) -> Response:
    site, frame = current_services().site, asked_frame()
    words = words_in(frame)
    links = [(words["forgot_title"], frame.at("/forgot")), (words["make_account"], frame.at("/signup"))]
    return refused_reply(told_page(frame, site.name, words["void_title"], [words["void_lead"]], links), frame, refused)
