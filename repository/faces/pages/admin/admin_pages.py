"""What all pages of this room share: who gets in, the tabs, and places in lists."""

from collections.abc import Mapping

from flask import Response, request

from repository.access.policy import Action, Resource, must
from repository.core.errors import RepositoryError
from repository.core.paging import WINDOW, Page
from repository.faces.pages.admin.people_wording import PEOPLE_WORDING
from repository.faces.pages.admin.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_forms import PageForm, refused_reply
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, require_person, see_other
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as FRAME
from repository.faces.request_context import current_actor, current_services

WORDS = by_language(FRAME, WORDING, PEOPLE_WORDING)
HOME = "/admin"
TABS: Mapping[str, str] = {
    "overview": HOME,
    **{tab: f"{HOME}/{tab}" for tab in ("jobs", "identifiers", "sweeps", "storage", "users", "audit", "settings")},
}
"""The pages of the room, in the order of their tabs -> their addresses."""
AT_ONCE = 50
_MOST_DIGITS = 18


def require_administrator(action: Action = Action.READ_OPERATION) -> None:
    """Raise `NotSignedIn` for the public and `Forbidden` for everybody who may not do this."""
    require_person()
    must(current_actor(), action, Resource())


def shown(template: str, tab: str, refused: RepositoryError | None = None, **values: object) -> Response:
    """Return a page of this room under its tab, which is its reader's alone, with the status of a refusal."""
    frame = asked_frame()
    parameters = dict(frame.rest)
    done = parameters.get("done", "")
    around = {
        "tabs": TABS,
        "tab": tab,
        "done": done if done.startswith("done_") and done in {*WORDING, *PEOPLE_WORDING} else "",
        "done_count": parameters.get("count", "") if parameters.get("count", "").isdecimal() else "0",
        "form": PageForm(),
        "csrf_token": csrf_token(),
    }
    html = render_page(f"admin/{template}.html", frame, current_services().site.name, WORDS, **{**around, **values})
    return refused_reply(html, frame, refused)


def back_to(path: str, done: str, **values: str | int) -> Response:
    """Lead back to a page after an act; `done` names in the words what happened."""
    return see_other(asked_frame().at(path, **values, done=done))


def asked_number(name: str) -> int:
    """Return a number of the address, 0 for none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def asked_page() -> Page:
    """Return the page of a list that the address names; the first one for a number that is none."""
    return Page(min(max(1, asked_number("page")), WINDOW // AT_ONCE), AT_ONCE)
