"""Beginning a deposit: an empty form, a DOI or a CSTR, a description in a form of others."""

from typing import Any

from flask import Blueprint, Response, request

from repository.access.policy import Action, Resource, must
from repository.core.errors import Invalid, RepositoryError, TooLarge
from repository.crosswalks.source_texts import MOST_BYTES
from repository.deposits.draft_bodies import read_draft_body
from repository.deposits.drafts import open_draft
from repository.deposits.queries import readable_draft
from repository.faces.credentials import PAGES
from repository.faces.pages.deposit.form_choices import form_choices
from repository.faces.pages.deposit.look_ups import own_row
from repository.faces.pages.deposit.start_report import start_report
from repository.faces.pages.deposit.start_wording import START_WORDING
from repository.faces.pages.deposit.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_forms import PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, own_page_reply, require_person, see_other
from repository.faces.pages.shell.templating import reason_in, render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.faces.reasons.in_words import reader_language
from repository.faces.request_context import current_actor, current_services
from repository.imports.begin import ReadSource, begin_draft, leave_import, read_identifier, read_source
from repository.imports.queries import import_of
from repository.imports.rules import IdentifierUse

pages = Blueprint(f"{PAGES}deposit-start", __name__)
WORDS = by_language(SHELL_WORDING, WORDING, START_WORDING)
IDENTIFIER, SOURCE, USE = "identifier", "source", "identifier_use"
LOOKS_AGAIN = "3"
"""seconds"""
NOTHING_SENT = "Paste a description, or choose a file."


@pages.get("/uploads/new")
def begin() -> Response:
    """Ask what the depositor begins with."""
    require_person()
    must(current_actor(), Action.OPEN_DRAFT, Resource())
    return _choices(PageForm())


@pages.post("/uploads/new")
def open_from_form() -> Response:
    """Open a draft with the depositor as its first creator, and lead to its form."""
    services = current_services()
    must(current_actor(), Action.OPEN_DRAFT, Resource())
    kind, title = request.form.get("type", ""), request.form.get("title", "").strip()
    metadata: dict[str, Any] = {
        **({"title": title} if title else {}),
        **({"resource_type": {"id": kind}} if kind else {}),
    }
    if (depositor := own_row(services, current_actor())) is not None:
        metadata = {**metadata, "creators": [depositor]}
    body = read_draft_body(services.site, services.vocabularies, {"metadata": metadata})
    with services.database.transaction(current_actor()) as unit:
        draft_id = open_draft(unit, services.site, body).draft.id
    return see_other(asked_frame().at(f"/uploads/{draft_id}/edit"))


@pages.post("/uploads/new/identifier")
def open_from_identifier() -> Response:
    """Open a draft with a DOI or a CSTR, and lead to the page that waits for its description."""
    require_person()
    must(current_actor(), Action.OPEN_DRAFT, Resource())
    try:
        source = read_identifier(current_services(), current_actor(), posted(IDENTIFIER), _use())
    except Invalid as refused:
        return _refused(refused, IDENTIFIER)
    return _begun(source)


@pages.post("/uploads/new/description")
def open_from_description() -> Response:
    """Open a draft with a description that was pasted or sent as a file."""
    require_person()
    must(current_actor(), Action.OPEN_DRAFT, Resource())
    try:
        source = read_source(current_services(), current_actor(), _sent(), _use())
    except (Invalid, TooLarge) as refused:
        return _refused(refused, SOURCE)
    return _begun(source)


def _sent() -> bytes:
    """Return the file, or what was pasted; raise `Invalid` for neither."""
    text = posted(SOURCE)
    file = request.files.get("source_file")
    content = file.stream.read(MOST_BYTES + 1) if file is not None and file.filename else b""
    if not content and not text.strip():
        raise Invalid.field(SOURCE, NOTHING_SENT)
    return content or text.encode("utf-8", "replace")


def _use() -> IdentifierUse:
    chosen = posted(USE)
    return next((use for use in IdentifierUse if use == chosen), IdentifierUse.IDENTICAL)


def _begun(source: ReadSource) -> Response:
    services = current_services()
    with services.database.transaction(current_actor()) as unit:
        view, _ = begin_draft(unit, services.site, source)
        draft_id = view.draft.id
    return see_other(asked_frame().at(f"/uploads/{draft_id}/start"))


@pages.get("/uploads/<record:record_id>/start")
def start(record_id: int) -> Response:
    """Tell what a draft began with; while a registrar is asked, look again by itself."""
    require_person()
    services, language = current_services(), reader_language()
    with services.database.snapshot(current_actor()) as snapshot:
        draft, _ = readable_draft(snapshot, record_id, Action.CHANGE_DRAFT)
        report = start_report(import_of(snapshot, record_id), draft, services.vocabularies, language)
    reason = reason_in(report.reason, language) if report.reason else None
    reply = _shown("start.html", draft=draft, report=report, reason=reason)
    if report.waits:
        reply.headers["Refresh"] = LOOKS_AGAIN
    return reply


@pages.post("/uploads/<record:record_id>/start")
def go_on_without(record_id: int) -> Response:
    """Go on to the form without what the registrar knows."""
    require_person()
    with current_services().database.transaction(current_actor()) as unit:
        leave_import(unit, record_id)
    return see_other(asked_frame().at(f"/uploads/{record_id}/edit"))


def _refused(refused: RepositoryError, control: str) -> Response:
    frame = asked_frame()
    return _choices(refused_form(refused, (control,), frame.language), 400, control)


def _choices(form: PageForm, status: int = 200, opened: str = "") -> Response:
    services = current_services()
    choices = form_choices(services.vocabularies, reader_language())
    schemes = services.registered.schemes
    uses = [use.value for use in (IdentifierUse.IDENTICAL, IdentifierUse.EXTERNAL, IdentifierUse.SUPPLEMENT)]
    return _shown("new.html", status, form=form, choices=choices, schemes=schemes, uses=uses, opened=opened)


def _shown(template: str, status: int = 200, **values: Any) -> Response:
    frame = asked_frame()
    name = current_services().site.name
    html = render_page(f"deposit/{template}", frame, name, WORDS, csrf_token=csrf_token(), **values)
    return own_page_reply(html, frame, status)
