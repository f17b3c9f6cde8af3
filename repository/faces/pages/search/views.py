"""The start page over HTTP."""

from flask import Blueprint, Response

from repository.faces.credentials import PAGES
from repository.faces.pages.search.start_page import start_page
from repository.faces.pages.shell.page_replies import asked_frame, conditional, page_reply
from repository.faces.request_context import current_services

pages = Blueprint(f"{PAGES}search", __name__)


@pages.get("/")
def start() -> Response:
    """Show the newest datasets and the entry points for machines."""
    frame = asked_frame()
    html, changed = start_page(current_services(), frame)
    page = page_reply(html, frame)
    if changed is not None:  # Werkzeug takes None for now
        page.last_modified = changed
    return conditional(page)
