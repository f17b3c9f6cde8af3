"""The pages of this room from values."""

from flask import Response, request

from repository.core.errors import RepositoryError
from repository.core.paging import WINDOW, Page
from repository.faces.pages.requests.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_forms import PageForm, refused_reply
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as FRAME
from repository.faces.request_context import current_services

WORDS = by_language(FRAME, WORDING)
AT_ONCE = 25
_MOST_DIGITS = 4


def shown(template: str, refused: RepositoryError | None = None, **values: object) -> Response:
    """Return a page of this room, which is its reader's alone, with the status of a refusal."""
    frame = asked_frame()
    done = dict(frame.rest).get("done", "")
    around = {"form": PageForm(), "done": done if done.startswith("done_") and done in WORDING else ""}
    html = render_page(
        f"requests/{template}.html",
        frame,
        current_services().site.name,
        WORDS,
        **{**around, "csrf_token": csrf_token(), **values},
    )
    return refused_reply(html, frame, refused)


def asked_page() -> Page:
    """Return the page of a list that the address names; the first one for a number that is none."""
    text = request.args.get("page", "")
    numbered = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return Page(min(max(1, int(text)), WINDOW // AT_ONCE) if numbered else 1, AT_ONCE)
