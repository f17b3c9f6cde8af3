"""A guest's request for access over HTTP, behind the links of letters.

A link shows a button: programs that look at links before people do must not use it up.  Its secret stands in the path,
of which logs have the rule alone.  Letters of earlier releases have it after a sharp sign, where no server sees it: a
script carries it over, and a field takes it from people without one.
"""

from flask import Blueprint, Response

from repository.core.actor import ANONYMOUS
from repository.core.errors import Invalid, RepositoryError
from repository.faces.credentials import PAGES
from repository.faces.pages.requests.request_lines import request_line
from repository.faces.pages.requests.request_pages import shown
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, see_other
from repository.faces.request_context import current_services
from repository.sharing.requests.guest_links import redeem_guest_link
from repository.sharing.requests.guest_status import cancel_guest_request, guest_request

pages = Blueprint(f"{PAGES}guest-requests", __name__)
CONFIRM, STATUS = "/access-requests/confirm", "/access-requests/status"


@pages.after_request
def keep_link_to_oneself(reply: Response) -> Response:
    """Keep an address with the secret of a letter out of what other sites get; forms need an origin."""
    reply.headers["Referrer-Policy"] = "same-origin"
    return reply


@pages.get(f"{CONFIRM}/<token>")
def confirm_form(token: str) -> Response:  # noqa: ARG001 - the form goes to its own address
    """Show a button that passes the request on."""
    return shown("guest_confirm")


@pages.post(f"{CONFIRM}/<token>")
def confirm(token: str) -> Response:
    """Pass the request on: the guest's address is proved."""
    try:
        with current_services().database.transaction(ANONYMOUS) as unit:
            redeem_guest_link(unit, token)
    except REFUSALS as refused:
        return _refused("guest_confirm", refused)
    return shown("guest_told", title="guest_sent_title", lead="guest_sent_lead")


@pages.get(f"{STATUS}/<token>")
def status(token: str) -> Response:
    """Show where the request stands, and what was answered."""
    return _status_page(token)


@pages.post(f"{STATUS}/<token>")
def take_back(token: str) -> Response:
    """Take back a request that nobody has decided."""
    frame = asked_frame()
    try:
        with current_services().database.transaction(ANONYMOUS) as unit:
            cancel_guest_request(unit, token)
    except REFUSALS as refused:
        return _status_page(token, refused)
    return see_other(frame.at(f"{STATUS}/{token}", done="done_cancelled"))


@pages.get("/account/access-request")
def former_confirm() -> Response:
    """Take the secret of a letter that has it after a sharp sign."""
    return shown("guest_paste")


@pages.post("/account/access-request")
def carry_over_confirm() -> Response:
    """Lead to the page of the secret in the link of the letter."""
    return _carry_over(CONFIRM)


@pages.get("/account/access-request-status")
def former_status() -> Response:
    """Take the secret of a letter that has it after a sharp sign."""
    return shown("guest_paste")


@pages.post("/account/access-request-status")
def carry_over_status() -> Response:
    """Lead to the page of the secret in the link of the letter."""
    return _carry_over(STATUS)


def _carry_over(page: str) -> Response:
    token = posted("link").strip().rpartition("token=")[2]
    if not token or "/" in token:
        return _refused("guest_paste", Invalid.field("link", "This link is not valid, or not any more."))
    return see_other(asked_frame().at(f"{page}/{token}"))


def _status_page(token: str, refused: RepositoryError | None = None) -> Response:
    form = refused_form(refused, (), asked_frame().language) if refused else PageForm()
    try:
        with current_services().database.snapshot(ANONYMOUS) as snapshot:
            line = request_line(snapshot, guest_request(snapshot, token))
    except Invalid as void:
        return _refused("guest_status", void)
    return shown("guest_status", refused, line=line, form=form)


def _refused(template: str, refused: RepositoryError) -> Response:
    if isinstance(refused, Invalid) and any(fault.field == "token" for fault in refused.errors):
        return shown("guest_told", refused, title="guest_void_title", lead="guest_void_lead")
    return shown(template, refused, form=refused_form(refused, ("link",), asked_frame().language))
