"""Requests for access over HTTP, for people with an account."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response

from repository.core.errors import FieldError, Invalid, RepositoryError
from repository.core.unit_of_work import UnitOfWork
from repository.faces.credentials import PAGES
from repository.faces.pages.requests.request_lines import request_line, request_lines
from repository.faces.pages.requests.request_pages import asked_page, shown
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person, see_other
from repository.faces.request_context import current_actor, current_services
from repository.sharing.requests.decide import cancel_request, decline_request, grant_request, request_for
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.queries import own_requests, requests_of_dataset

pages = Blueprint(f"{PAGES}requests", __name__)
REQUEST = "/access-requests/<record:request_id>"
LONGEST_MESSAGE = 3_000


@pages.get("/me/access-requests")
def own_list() -> Response:
    """List what the reader has asked for, the newest first."""
    require_person()
    page = asked_page()
    with current_services().database.snapshot(current_actor()) as snapshot:
        requests, total = own_requests(snapshot, page)
        lines = request_lines(snapshot, requests, decides=False)
    return shown("own_requests", lines=lines, total=total, page=page)


@pages.get("/uploads/<record:record_id>/requests")
def dataset_list(record_id: int) -> Response:
    """List the requests for a dataset to those who decide, the newest first."""
    require_person()
    page = asked_page()
    with current_services().database.snapshot(current_actor()) as snapshot:
        requests, total = requests_of_dataset(snapshot, record_id, page)
        lines = request_lines(snapshot, requests, decides=True)
    return shown("dataset_requests", lines=lines, total=total, page=page, record_id=record_id)


@pages.get(REQUEST)
def one_request(request_id: int) -> Response:
    """Show a request to who asked and to those who decide."""
    require_person()
    return _request_page(request_id)


@pages.post(f"{REQUEST}/grant")
def grant(request_id: int) -> Response:
    """Let who asked have the files to the end of a day."""
    site = current_services().site
    return _act(
        request_id, "done_granted", lambda unit: grant_request(unit, site, request_id, _day("until"), _words() or None)
    )


@pages.post(f"{REQUEST}/decline")
def decline(request_id: int) -> Response:
    """Decline a request with words."""
    return _act(request_id, "done_declined", lambda unit: decline_request(unit, request_id, _needed_words()))


@pages.post(f"{REQUEST}/cancel")
def cancel(request_id: int) -> Response:
    """Take back a request of one's own."""
    return _act(request_id, "done_cancelled", lambda unit: cancel_request(unit, request_id))


def _act(request_id: int, done: str, act: Callable[[UnitOfWork], AccessRequest]) -> Response:
    require_person()
    frame = asked_frame()
    try:
        with current_services().database.transaction(current_actor()) as unit:
            act(unit)
    except REFUSALS as refused:
        form = refused_form(refused, ("until", "message", "reason"), frame.language)
        return _request_page(request_id, form, refused)
    return see_other(frame.at(f"/access-requests/{request_id}", done=done))


def _request_page(request_id: int, form: PageForm | None = None, refused: RepositoryError | None = None) -> Response:
    with current_services().database.snapshot(current_actor()) as snapshot:
        access_request = request_for(snapshot, request_id)
        line, record_id = request_line(snapshot, access_request), access_request.record_id
    today = current_services().site.today().isoformat()
    return shown("request", refused, line=line, record_id=record_id, today=today, form=form or PageForm())


def _day(name: str) -> date | None:
    text = posted(name).strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field(name, "Not a valid date.") from None


def _words(name: str = "message") -> str:
    """Return the words for who asked; raise `Invalid` for what the API refuses too."""
    text = posted(name).replace("\r\n", "\n").strip()
    if len(text) > LONGEST_MESSAGE:
        raise Invalid.field(name, f"Length must be between 1 and {LONGEST_MESSAGE}.")
    if "\x00" in text:
        raise Invalid.field(name, "Control or unreadable characters are not allowed.")
    return text


def _needed_words() -> str:
    text = _words("reason")
    if not text:
        raise Invalid(errors=[FieldError.of("reason", "Missing data for required field.")])
    return text
