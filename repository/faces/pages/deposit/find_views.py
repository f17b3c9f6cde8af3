"""Look-ups for the form over HTTP: a page that fills a row, and suggestions for a script."""

from typing import Any

from flask import Blueprint, Response, request

from repository.access.policy import Action
from repository.core.errors import Forbidden, NotFound
from repository.core.web.responses import json_reply
from repository.deposits.queries import readable_draft
from repository.faces.credentials import PAGES
from repository.faces.pages.deposit.draft_form import DraftForm
from repository.faces.pages.deposit.form_choices import LICENCES
from repository.faces.pages.deposit.form_saves import current_parts
from repository.faces.pages.deposit.list_wording import LIST_WORDING
from repository.faces.pages.deposit.look_ups import found_for, kind_of, typed_at
from repository.faces.pages.deposit.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, own_page_reply, require_person
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.faces.reasons.in_words import reader_language
from repository.faces.request_context import current_actor, current_services

pages = Blueprint(f"{PAGES}deposit-find", __name__)
WORDS = by_language(SHELL_WORDING, WORDING, LIST_WORDING)
_MOST_WORDS = 200


@pages.get("/uploads/<record:record_id>/find")
def find(record_id: int) -> Response:
    """Show what a text finds for a row of the form; each finding is a form that fills the row."""
    services, actor, language = current_services(), current_actor(), reader_language()
    _require_editor(record_id)
    place = request.args.get("at", "")
    kind = kind_of(place)
    if kind is None:
        raise NotFound
    base = current_parts(services, actor, record_id)
    form = DraftForm(base.parts, str(base.revision), (), LICENCES, language)
    text = request.args.get("q", typed_at(base.parts, place))[:_MOST_WORDS]
    looked_up = found_for(services, actor, kind, text, language)
    frame = asked_frame()
    values: dict[str, Any] = {"form": form, "place": place, "kind": kind, "text": text, "looked_up": looked_up}
    html = render_page(
        "deposit/find.html", frame, services.site.name, WORDS, csrf_token=csrf_token(), record_id=record_id, **values
    )
    return own_page_reply(html, frame)


@pages.get("/uploads/look-up/<kind>")
def suggest(kind: str) -> Response:
    """Tell a script what a text finds, with the controls of a row that each fills."""
    require_person()
    if kind not in ("people", "institutions", "funders"):
        raise NotFound
    text = request.args.get("q", "")[:_MOST_WORDS]
    looked_up = found_for(current_services(), current_actor(), kind, text, reader_language())
    hits = [{"text": one.name, "about": one.about, "fields": one.fields} for one in looked_up.hits]
    return json_reply({"suggestions": hits}, headers={"Cache-Control": "private, no-store"})


def _require_editor(record_id: int) -> None:
    actor = current_actor()
    if actor.is_referee:
        raise Forbidden
    if not actor.links:
        require_person()
    with current_services().database.snapshot(actor) as snapshot:
        readable_draft(snapshot, record_id, Action.CHANGE_DRAFT)
