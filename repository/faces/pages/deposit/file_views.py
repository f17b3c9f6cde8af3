"""The files of a draft in a browser: a list, sending by a form, removing.  Scripts send by the API's own routes."""

from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from repository.access.policy import Action
from repository.core.errors import Conflict, FieldError, Forbidden, Invalid, OverQuota, TooLarge
from repository.deposits import draft_files
from repository.deposits.draft_parts import commit_parts
from repository.deposits.queries import readable_draft
from repository.faces.credentials import PAGES, takes_files
from repository.faces.pages.deposit.views import WORDS, see, shown
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import in_language
from repository.faces.pages.shell.page_replies import require_person
from repository.faces.pages.shell.templating import reason_in
from repository.faces.reasons.in_words import reader_language
from repository.faces.request_context import current_actor, current_services
from repository.files.model import FileEntry
from repository.files.queries import file_set, first_entries
from repository.files.uploads import Announced

pages = Blueprint(f"{PAGES}deposit-files", __name__)
LISTED = 200
MOST_AT_ONCE = 20
"""files of one form"""


@pages.get("/uploads/<record:record_id>/files")
def files(record_id: int) -> Response:
    """Show the first files of a draft, and the ways to send more."""
    return _page(record_id)


@pages.post("/uploads/<record:record_id>/files")
@takes_files
def send_files(record_id: int) -> Response:
    """Store the files of a form, each by itself; what could not be stored is refusals by name."""
    sent = [file for file in request.files.getlist("files") if file.filename]
    if len(sent) > MOST_AT_ONCE:
        raise Invalid.field("files", f"A form brings at most {MOST_AT_ONCE} files at a time.")
    faults = [fault for file in sent if (fault := _stored(record_id, file)) is not None]
    return _page(record_id, 400, faults) if faults else see(f"/uploads/{record_id}/files")


@pages.post("/uploads/<record:record_id>/files/remove")
def remove_file(record_id: int) -> Response:
    """Remove the file that the form names."""
    with current_services().database.transaction(current_actor()) as unit:
        draft_files.remove_file(unit, record_id, request.form.get("key", ""))
    return see(f"/uploads/{record_id}/files")


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
    except (Invalid, Conflict, TooLarge, OverQuota) as refusal:
        messages = [message for error in getattr(refusal, "errors", ()) for message in error.messages]
        return FieldError.of(key, *(messages or [refusal.reason]))
    return None


def _page(record_id: int, status: int = 200, faults: Any = ()) -> Response:
    services, actor, language = current_services(), current_actor(), reader_language()
    if actor.is_referee:
        raise Forbidden
    if not actor.links:
        require_person()
    words = in_language(WORDS, language)
    with services.database.snapshot(actor) as snapshot:
        draft, _ = readable_draft(snapshot, record_id, Action.CHANGE_DRAFT)
        file_list = file_set(snapshot, draft.file_set_id)
        lines = [_line(entry) for entry in first_entries(snapshot, file_list.id, LISTED, hidden=True)]
        total = words["files_in_all"].format(count=f"{file_list.count:,}", size=human_size(file_list.total_bytes))
        more = file_list.count > len(lines)
    refusals = [(fault.field, [reason_in(message, language) for message in fault.messages]) for fault in faults]
    part = words["list_part"].format(shown=len(lines), count=f"{file_list.count:,}") if more else ""
    title = draft.description.get("title")
    return shown(
        "files.html",
        status,
        draft=draft,
        step="files",
        title=title if isinstance(title, str) else "",
        lines=lines,
        total=total,
        part=part,
        refusals=refusals,
        is_frozen=draft.kind == "edit",
        upload_api=f"/api/records/{draft.id}/draft/files",
        server=services.site.base_url,
    )


def _line(entry: FileEntry) -> dict[str, str]:
    size = entry.file.size if entry.file is not None else entry.declared_size
    state = "file_pending" if entry.pending or entry.file is None else f"file_{_state_of(entry)}"
    return {"key": entry.key, "size": human_size(size) if size is not None else "", "state": state}


def _state_of(entry: FileEntry) -> str:
    return "failed" if entry.file is not None and entry.file.failure else "committed"
