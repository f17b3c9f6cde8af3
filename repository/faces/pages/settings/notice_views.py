"""One's notices as a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request

from repository.access.policy import Action, Resource, must
from repository.core.clock import iso
from repository.faces.credentials import PAGES
from repository.faces.pages.settings.settings_pages import back_to, settings_reply
from repository.faces.pages.shell.page_replies import asked_frame, require_person
from repository.faces.request_context import current_actor, current_services
from repository.notifications.inbox import mark_all_read, mark_read
from repository.notifications.queries import NEWEST, count_unread, own_notices
from repository.notifications.shown_notices import ShownNotice, shown_notices

pages = Blueprint(f"{PAGES}notices", __name__, url_prefix="/me/notifications")
HERE = "/me/notifications"
SIZE = 25
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in words of the page's language."""

    id: int
    title: str
    paragraphs: Sequence[str]
    created: str
    is_read: bool
    link: str


@pages.get("")
def notices() -> Response:
    """Show one's notices, newest first; titles are those that one may read now."""
    person_id = require_person()
    must(current_actor(), Action.READ_NOTICES, Resource())
    services, frame = current_services(), asked_frame()
    only_unread = request.args.get("unread") == "true"
    with services.database.snapshot(current_actor()) as snapshot:
        rows = own_notices(snapshot, person_id, unread=only_unread, before=_before(), size=SIZE + 1)
        shown = shown_notices(snapshot, services.site, current_actor(), rows[:SIZE], [frame.language])
        unread = count_unread(snapshot, person_id)
    more: dict[str, str | int] = (
        {"before": rows[SIZE - 1].id, **({"unread": "true"} if only_unread else {})} if len(rows) > SIZE else {}
    )
    return settings_reply(
        "notices",
        notices=[_line(notice, frame.language) for notice in shown],
        unread=unread,
        only_unread=only_unread,
        older=frame.at(HERE, **more) if more else "",
    )


@pages.post("/<record:notice_id>/read")
def read_notice(notice_id: int) -> Response:
    """Note that one has read a notice."""
    require_person()
    with current_services().database.transaction(current_actor()) as unit:
        mark_read(unit, notice_id)
    return back_to(HERE)


@pages.post("/read-all")
def read_all_notices() -> Response:
    """Note that one has read everything."""
    require_person()
    with current_services().database.transaction(current_actor()) as unit:
        mark_all_read(unit)
    return back_to(HERE, "done_read")


def _before() -> int:
    text = request.args.get("before", "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else NEWEST


def _line(shown: ShownNotice, language: str) -> NoticeLine:
    text, notice = shown.texts[language], shown.notice
    return NoticeLine(
        notice.id, text.title, text.paragraphs, iso(notice.created), notice.read_at is not None, text.link
    )
