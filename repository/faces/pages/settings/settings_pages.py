"""The pages of this room from values: each stands in the frame of tabs."""

from collections.abc import Sequence

from flask import Response

from repository.core.errors import RepositoryError
from repository.faces.pages.settings.wording import WORDING
from repository.faces.pages.shell.languages import Translations, by_language, in_language
from repository.faces.pages.shell.page_forms import refused_reply
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, see_other
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as FRAME
from repository.faces.request_context import current_services

WORDS = by_language(FRAME, WORDING)
HOME = "/account/settings"
TABS = ("profile", "security", "applications", "linked", "notifications", "data")


def words_in(frame: PageFrame) -> Translations:
    """Return the words of this room in the language of the page."""
    return in_language(WORDS, frame.language)


def settings_reply(template: str, refused: RepositoryError | None = None, **values: object) -> Response:
    """Return a page of the room by its template, with the status of a refusal."""
    frame = asked_frame()
    html = render_page(
        f"settings/{template}.html",
        frame,
        current_services().site.name,
        WORDS,
        tabs=_tabs(frame, template),
        csrf_token=csrf_token(),
        home=HOME,
        done=values.pop("done", "") or frame_done(frame),
        **values,
    )
    return refused_reply(html, frame, refused)


def back_to(path: str, done: str = "") -> Response:
    """Lead back to a page after a form was taken; `done` names in the words what happened."""
    return see_other(asked_frame().at(path, **({"done": done} if done else {})))


def frame_done(frame: PageFrame) -> str:
    """Return the name of what happened before this page, empty for none that the room has words for."""
    done = dict(frame.rest).get("done", "")
    return done if done.startswith("done_") and done in WORDING else ""


def _tabs(frame: PageFrame, here: str) -> Sequence[tuple[str, str, bool]]:
    words = words_in(frame)
    return [(words[f"tab_{tab}"], frame.at(f"{HOME}/{tab}"), here == tab) for tab in TABS]
