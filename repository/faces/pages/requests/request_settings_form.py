"""Who may ask for the files of a dataset, and on which conditions: a form for those who share it."""

from flask import Blueprint, Response

from repository.access.request_settings import MAX_CONDITIONS, MAX_LINK_DAYS, RequestSettings
from repository.core.errors import Invalid, RepositoryError
from repository.faces.credentials import PAGES
from repository.faces.pages.requests.request_pages import shown
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person, see_other
from repository.faces.request_context import current_actor, current_services
from repository.sharing.requests.access_settings import change_request_settings, request_settings

pages = Blueprint(f"{PAGES}request-settings", __name__)
CONTROLS = ("allow_user_requests", "allow_guest_requests", "accept_conditions_text", "secret_link_expiration")
_OUT_OF_RANGE = f"Must be greater than or equal to 0 and less than or equal to {MAX_LINK_DAYS}."
ADDRESS = "/uploads/<record:record_id>/request-settings"


@pages.get(ADDRESS)
def show_settings(record_id: int) -> Response:
    """Show the settings as they are."""
    require_person()
    return _page(record_id)


@pages.post(ADDRESS)
def save_settings(record_id: int) -> Response:
    """Keep the settings."""
    require_person()
    frame = asked_frame()
    try:
        changes = {
            "allow_user_requests": posted("allow_user_requests") == "yes",
            "allow_guest_requests": posted("allow_guest_requests") == "yes",
            "accept_conditions_text": posted("accept_conditions_text").strip() or None,
            "secret_link_expiration": _days(posted("secret_link_expiration").strip()),
        }
        with current_services().database.transaction(current_actor()) as unit:
            change_request_settings(unit, record_id, changes)
    except REFUSALS as refused:
        return _page(record_id, refused_form(refused, CONTROLS, frame.language), refused)
    return see_other(frame.at(f"/uploads/{record_id}/request-settings", done="done_settings"))


def _days(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and int(text[:6]) <= MAX_LINK_DAYS):
        raise Invalid.field("secret_link_expiration", _OUT_OF_RANGE)
    return int(text)


def _page(record_id: int, form: PageForm | None = None, refused: RepositoryError | None = None) -> Response:
    with current_services().database.snapshot(current_actor()) as snapshot:
        settings = request_settings(snapshot, record_id)
    return shown("settings", refused, record_id=record_id, form=form or _form(settings), longest=MAX_CONDITIONS)


def _form(settings: RequestSettings) -> PageForm:
    return PageForm(
        {
            "allow_user_requests": ["yes"] if settings.allow_users else [],
            "allow_guest_requests": ["yes"] if settings.allow_guests else [],
            "accept_conditions_text": [settings.conditions or ""],
            "secret_link_expiration": [str(settings.access_days or "")],
        }
    )
