"""The files of a draft in a browser: a list, and sending by a form.  Scripts send by the API's own routes."""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from repository.access.policy import Action
from repository.core.errors import Conflict, FieldError, Forbidden, Invalid, NoRoom, OverQuota, TooLarge, Unavailable
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.deposits import draft_files
from repository.deposits.draft_parts import commit_parts
from repository.deposits.model import Draft
from repository.deposits.queries import readable_draft
from repository.deposits.record_limits import limits_of
from repository.faces.credentials import PAGES, takes_files
from repository.faces.pages.deposit.draft_file_wording import FILE_WORDING, upload_words
from repository.faces.pages.deposit.file_params import FileParams
from repository.faces.pages.deposit.file_table import file_table
from repository.faces.pages.deposit.views import see
from repository.faces.pages.deposit.wording import WORDING
from repository.faces.pages.shell.assets import assets
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import Translations, by_language, counted_phrase, in_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, own_page_reply, require_person
from repository.faces.pages.shell.templating import reason_in, render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.faces.request_context import current_actor, current_services
from repository.files.file_places import totals_of
from repository.files.queries import file_set
from repository.files.rules import MAX_KEY_BYTES
from repository.files.uploads import Announced
from repository.people.quotas import person_quota
from repository.records.model import Concept

pages = Blueprint(f"{PAGES}deposit-files", __name__)
FILE_WORDS = by_language(SHELL_WORDING, WORDING, FILE_WORDING)
MOST_AT_ONCE = 20
"""files of one form"""
_MOST_DIGITS = 6


@pages.get("/uploads/<record:record_id>/files")
def files(record_id: int) -> Response:
    """Show a page of a draft's files, and the ways to send more."""
    return files_page(record_id)


@pages.post("/uploads/<record:record_id>/files")
@takes_files
def send_files(record_id: int) -> Response:
    """Store the files of a form, each by itself; what could not be stored is refusals by name."""
    sent = [file for file in request.files.getlist("files") if file.filename]
    if len(sent) > MOST_AT_ONCE:
        raise Invalid.field("files", f"A form brings at most {MOST_AT_ONCE} files at a time.")
    faults = [fault for file in sent if (fault := _stored(record_id, file)) is not None]
    return files_page(record_id, 400, faults) if faults else see(f"/uploads/{record_id}/files")


def _stored(record_id: int, file: FileStorage) -> FieldError | None:
    """Store a file under its name; return why that was not possible."""
    services, key = current_services(), cast(str, file.filename).replace("\\", "/")
    try:
        sent = draft_files.upload_content(
            services, current_actor(), record_id, key, cast(BinaryIO, file.stream), Announced()
        )
        if not sent.is_new:
            _, mismatches = commit_parts(services, current_actor(), record_id, key)
            if mismatches:
                return FieldError.of(key, *(message for fault in mismatches for message in fault.messages))
    except (Invalid, Conflict, TooLarge, OverQuota, NoRoom, Unavailable) as refusal:
        messages = [message for error in refusal.errors for message in error.messages]
        return FieldError.of(key, *(messages or [refusal.reason]))
    return None


def files_page(record_id: int, status: int = 200, faults: Sequence[FieldError] = ()) -> Response:
    """Return the page of a draft's files, with what could not be done as `faults` by name."""
    services, actor, params = current_services(), current_actor(), asked_files()
    words = in_language(FILE_WORDS, params.language)
    with services.database.snapshot(actor) as snapshot:
        draft, concept = changeable_draft(snapshot, record_id)
        file_list = file_set(snapshot, draft.file_set_id)
        totals = totals_of(snapshot, file_list, hidden=True)
        table = file_table(snapshot, draft, file_list, params, words, params.language)
        limits = _limits(snapshot, services.site, concept, words)
    return shown_files(
        "files.html",
        draft,
        params,
        status,
        table=table,
        total=counted_phrase(words, "draft_total", totals.count, size=human_size(totals.total_bytes)),
        limits=limits,
        unfinished=counted_phrase(words, "unfinished", totals.pending) if totals.pending else "",
        without_script=words["without_script"].format(count=MOST_AT_ONCE),
        refusals=[(fault.field, [reason_in(text, params.language) for text in fault.messages]) for fault in faults],
        is_frozen=draft.kind == "edit",
        uploader=_uploader(draft, words),
        server=services.site.base_url,
    )


def changeable_draft(snapshot: Snapshot, record_id: int) -> tuple[Draft, Concept]:
    """Return a draft that the reader may change; a link for referees shows another page, and no form."""
    actor = snapshot.actor
    if actor.is_referee:
        raise Forbidden
    if not actor.links:
        require_person()
    return readable_draft(snapshot, record_id, Action.CHANGE_DRAFT)


def asked_files() -> FileParams:
    """Return which part of the list the address asks for; raise `Invalid` for a folder that no name can have."""
    frame = asked_frame()
    path, page = request.args.get("path", ""), request.args.get("page", "")
    if len(path) > MAX_KEY_BYTES or any(character < " " for character in path):
        raise Invalid.field("path", "There is no such folder.")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) <= _MOST_DIGITS else 1
    folder = f"{path.rstrip('/')}/" if path.strip("/") else ""
    words = request.args.get("q", "").strip()[:200]
    return FileParams(frame.language, frame.chosen, (), folder, words, max(1, number))


def shown_files(template: str, draft: Draft, params: PageFrame, status: int = 200, **values: Any) -> Response:
    """Return a page about the files of a draft.

    Its scripts may speak to the store, if that takes bytes itself.
    """
    services, title = current_services(), draft.description.get("title")
    html = render_page(
        f"deposit/{template}",
        params,
        services.site.name,
        FILE_WORDS,
        csrf_token=csrf_token(),
        draft=draft,
        step="files",
        title=title if isinstance(title, str) else "",
        **values,
    )
    origin = services.store.uploads.origin if services.signed_for is not None else None
    return own_page_reply(html, params, status, [origin] if origin else ())


def _limits(snapshot: Snapshot, site: Site, concept: Concept, words: Translations) -> str:
    """Return how large files may be, how many there may be, and to the owner what is left."""
    limits = limits_of(concept)
    most = words["limits_file"].format(file=human_size(limits.file_bytes(site)), count=f"{limits.files(site):,}")
    room = person_quota(snapshot, site, concept.owner_id).room
    if room is None or concept.owner_id != snapshot.actor.person_id:
        return most
    return f"{most} {words['limits_room'].format(room=human_size(room))}"


def _uploader(draft: Draft, words: Translations) -> Mapping[str, str]:
    """Return what the script needs to know: addresses, and its words as JSON."""
    return {
        "address": f"/api/records/{draft.id}/draft/files",
        "digests": assets()["digests.js"].address,
        "words": orjson.dumps(upload_words(words)).decode(),
    }
