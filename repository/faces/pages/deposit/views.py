"""One's datasets, the form of a draft, and publication, over HTTP."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from repository.access.policy import Action
from repository.core.errors import Conflict, FieldError, Forbidden, Incomplete, Stale
from repository.core.paging import WINDOW, Page
from repository.core.web.responses import json_reply
from repository.deposits.drafts import discard_draft
from repository.deposits.model import Draft
from repository.deposits.queries import readable_draft
from repository.faces.credentials import CSRF_FIELD, PAGES
from repository.faces.pages.deposit.draft_form import DraftForm, anchor_of, controls_of, told_faults
from repository.faces.pages.deposit.first_tasks import first_tasks
from repository.faces.pages.deposit.form_choices import LICENCES, form_choices
from repository.faces.pages.deposit.form_paths import differences
from repository.faces.pages.deposit.form_saves import PostedForm, current_parts, document_of, save_form
from repository.faces.pages.deposit.list_wording import LIST_WORDING
from repository.faces.pages.deposit.look_ups import kind_of
from repository.faces.pages.deposit.own_datasets import AT_ONCE, OwnTab, own_datasets
from repository.faces.pages.deposit.pasted_lists import PasteCount
from repository.faces.pages.deposit.wording import WORDING
from repository.faces.pages.shell.languages import by_language, in_language
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, own_page_reply, require_person, see_other
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.faces.reasons.in_words import codes_of, reader_language
from repository.faces.request_context import current_actor, current_services
from repository.publication.publish import publish
from repository.publication.revise import edit_version, new_version

pages = Blueprint(f"{PAGES}deposit", __name__)
WORDS = by_language(SHELL_WORDING, WORDING, LIST_WORDING)
_MOST_DIGITS = 4
GAPS = frozenset({"required", "publisher_required_for_doi", "files_missing", "too_short"})
"""The codes of faults by which something is only not there yet."""
ROW = re.compile(r"(?P<list>metadata\.[a-z_]+(?:\.features)?)\.[0-9]+")
"""the row of a list in the place that a button names"""


def shown(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of this room, which is its reader's alone."""
    frame = asked_frame()
    html = render_page(
        f"deposit/{template}", frame, current_services().site.name, WORDS, csrf_token=csrf_token(), **values
    )
    return own_page_reply(html, frame, status)


def see(path: str) -> Response:
    """Lead to a page after a form was sent (RFC 9110, section 15.4.4), in the language that its address names."""
    language = request.args.get("lang")
    address, mark, anchor = path.partition("#")
    joined = "&" if "?" in address else "?"
    return see_other(f"{address}{joined}lang={reader_language()}{mark}{anchor}" if language else path)


@pages.get("/me/uploads")
def my_datasets() -> Response:
    """List one's drafts and published datasets, the newest change first."""
    require_person()
    tab = next((tab for tab in OwnTab if tab == request.args.get("tab")), OwnTab.DRAFTS)
    words, page = request.args.get("q", "").strip(), Page(_number(request.args.get("page", "")), AT_ONCE)
    listed = own_datasets(current_services(), current_actor(), tab, words, page)
    tasks = first_tasks(current_services(), current_actor(), reader_language())
    return shown("my_datasets.html", tasks=tasks, listed=listed, tab=tab, tabs=list(OwnTab), asked_words=words)


def _number(text: str) -> int:
    numbered = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return min(max(1, int(text)), WINDOW // AT_ONCE) if numbered else 1


@pages.get("/uploads/<record:record_id>/edit")
def edit(record_id: int) -> Response:
    """Show the form of a draft, filled, with the faults of what is written in it."""
    draft = _readable(record_id)
    base = current_parts(current_services(), current_actor(), record_id)
    return _form(draft, base.parts, saved="saved" in request.args)


@pages.post("/uploads/<record:record_id>/edit")
def save(record_id: int) -> Response:
    """Save the form; a script is told the new revision, a person is led on."""
    posted = _posted()
    try:
        form = save_form(current_services(), current_actor(), record_id, posted)
    except Stale:
        return _as_it_is(record_id, posted) if posted.is_open else _conflict(record_id, posted)
    if posted.is_open:
        return _saved_reply(form.view.draft)
    step = request.form.get("do", "save")
    if step == "check":
        return see(f"/uploads/{record_id}/check")
    if step == "files":
        return see(f"/uploads/{record_id}/files")
    verb, _, place = step.partition(":")
    if verb == "find" and kind_of(place):
        return see(f"/uploads/{record_id}/find?{urlencode({'at': place})}")
    return see(f"/uploads/{record_id}/edit?{_after(verb, place, form.pasted)}")


def _after(verb: str, place: str, pasted: PasteCount) -> str:
    """Return the query of the form after a save, with what was pasted, and the anchor of its list."""
    row = ROW.match(place)
    numbers = {"added": pasted.added, "twice": pasted.twice}
    query = {"saved": "1", **{name: str(count) for name, count in numbers.items() if count}}
    if row and verb in ("add", "open"):
        query["new"] = row["list"] if verb == "add" else row[0]
    return urlencode(query) + (f"#rows-{row['list'].replace('.', '-')}" if row and verb != "paste" else "#saved")


def _as_it_is(record_id: int, posted: PostedForm) -> Response:
    """Tell a script the revision of a draft that says already what it sends.

    An earlier save of its own, as when the page was left, came late.
    """
    draft = _readable(record_id)
    parts = current_parts(current_services(), current_actor(), record_id).parts
    if document_of(parts, posted) != {"metadata": parts["metadata"], "access": parts["access"]}:
        raise Stale
    return _saved_reply(draft)


def _saved_reply(draft: Draft) -> Response:
    saved = {"revision": draft.revision, "faults": _faults_json(draft), "dates": _dates_json(draft)}
    return json_reply(saved, headers={"Cache-Control": "private, no-store"})


def _posted() -> PostedForm:
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in (CSRF_FIELD, "do")]
    is_open = request.headers.get("Accept", "").startswith("application/json")
    return PostedForm(fields, request.form.get("revision", ""), request.form.get("do", ""), is_open)


def _conflict(record_id: int, posted: PostedForm) -> Response:
    """Show what was typed beside what somebody else has saved meanwhile; nothing of either is lost."""
    draft = _readable(record_id)
    base = current_parts(current_services(), current_actor(), record_id)
    mine = document_of(base.parts, posted)
    names = [name for name, _ in posted.fields if name.startswith("metadata.")]
    theirs = {"metadata": base.parts["metadata"]}
    return _form(draft, {**base.parts, **mine}, 409, conflicts=differences(theirs, mine, names))


def _form(draft: Draft, parts: Any, status: int = 200, *, saved: bool = False, conflicts: Any = ()) -> Response:
    language = reader_language()
    words = in_language(WORDS, language)
    written = [fault for fault in _faults(draft) if not _is_gap(fault)]
    faults = told_faults(written, controls_of(parts), words, language)
    choices = form_choices(current_services().vocabularies, language)
    form = DraftForm(parts, str(draft.revision), faults, LICENCES, language, request.args.get("new", ""))
    pasted = PasteCount(_count("added"), _count("twice"))
    relations = [replace(choice, name=words[f"relation_{choice.id}"]) for choice in choices.relations]
    values = {
        "relations": relations,
        "saved": saved,
        "pasted": pasted,
        "conflicts": conflicts,
        "draft": draft,
        "choices": choices,
    }
    return shown("draft.html", status, form=form, step="edit", **values)


def _count(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


@pages.get("/uploads/<record:record_id>/check")
def check(record_id: int) -> Response:
    """Say what is missing, and what publication will do."""
    return _check(_readable(record_id))


@pages.post("/uploads/<record:record_id>/publish")
def publish_from_form(record_id: int) -> Response:
    """Publish the draft as it was checked, or say what keeps it."""
    services = current_services()
    try:
        with services.database.transaction(current_actor()) as unit:
            version = publish(unit, services.site, record_id, request.form.get("revision"))
            published = version.id
    except Incomplete as gaps:
        return _check(_readable(record_id), 400, gaps.errors)
    except (Stale, Conflict) as refusal:
        return _check(_readable(record_id), 409, [FieldError.of("files", refusal.reason)])
    return see(f"/records/{published}?published=1")


def _check(draft: Draft, status: int = 200, faults: Any = None) -> Response:
    language = reader_language()
    parts = current_parts(current_services(), current_actor(), draft.id).parts
    every = _faults(draft) if faults is None else faults
    explained = told_faults(every, controls_of(parts), in_language(WORDS, language), language)
    form = DraftForm(parts, str(draft.revision), explained, LICENCES)
    return shown("check.html", status, form=form, draft=draft, step="check")


@pages.get("/uploads/<record:record_id>/delete")
def ask_to_delete(record_id: int) -> Response:
    """Say what deleting the draft means, before it is done."""
    return shown("delete.html", draft=_readable(record_id), step="")


@pages.post("/uploads/<record:record_id>/delete")
def delete(record_id: int) -> Response:
    """Delete the draft; of a published dataset only the changes."""
    with current_services().database.transaction(current_actor()) as unit:
        discard_draft(unit, record_id)
    return see("/me/uploads")


@pages.post("/records/<record:record_id>/edit")
def edit_published(record_id: int) -> Response:
    """Open a published version for corrections, and lead to the form."""
    services = current_services()
    with services.database.transaction(current_actor()) as unit:
        draft_id = edit_version(unit, services.site, record_id).draft.id
    return see(f"/uploads/{draft_id}/edit")


@pages.post("/records/<record:record_id>/new-version")
def begin_version(record_id: int) -> Response:
    """Open a draft of the next version, and lead to the form."""
    services = current_services()
    with services.database.transaction(current_actor()) as unit:
        draft_id = new_version(unit, services.site, record_id).draft.id
    return see(f"/uploads/{draft_id}/edit")


def _readable(record_id: int) -> Draft:
    """Return a draft that the actor may change; a link for referees shows another page, and no form."""
    actor = current_actor()
    if actor.is_referee:
        raise Forbidden
    if not actor.links:
        require_person()
    with current_services().database.snapshot(actor) as snapshot:
        draft, _ = readable_draft(snapshot, record_id, Action.CHANGE_DRAFT)
    return draft


def _faults(draft: Draft) -> list[FieldError]:
    return [FieldError.from_json(error) for error in draft.errors]


def _is_gap(fault: FieldError) -> bool:
    """Return whether a fault says only that something is not there yet: the form does not blame an empty field."""
    return GAPS.issuperset(codes_of(fault))


def _dates_json(draft: Draft) -> dict[str, str]:
    """Return what was understood of the dates, by the ids of their controls."""
    form = DraftForm({"metadata": draft.description}, "", (), (), reader_language())
    rows = [f"metadata.dates.{number}.date" for number in range(form.count("metadata.dates") + 1)]
    return {anchor_of(path): form.date_echo(path) for path in ("metadata.publication_date", *rows)}


def _faults_json(draft: Draft) -> list[dict[str, Any]]:
    language = reader_language()
    words = in_language(WORDS, language)
    controls = controls_of({"metadata": draft.description, "access": draft.terms.as_json()})
    explained = told_faults([fault for fault in _faults(draft) if not _is_gap(fault)], controls, words, language)
    return [{"anchor": fault.anchor, "reasons": [reason.text for reason in fault.reasons]} for fault in explained]
