"""What a depositor does with files that are there: rename, hide, show first, remove; each by a form alone."""

from dataclasses import replace

from flask import Blueprint, Response, request

from repository.core.errors import FieldError, Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits import draft_files
from repository.deposits.draft_file_names import remove_files, remove_unfinished, rename_file, rename_files
from repository.deposits.model import Draft
from repository.faces.credentials import PAGES
from repository.faces.pages.deposit.file_params import FileParams
from repository.faces.pages.deposit.file_views import (
    FILE_WORDS,
    asked_files,
    changeable_draft,
    files_page,
    shown_files,
)
from repository.faces.pages.deposit.views import see
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import counted_phrase, in_language
from repository.faces.pages.shell.templating import reason_in
from repository.faces.request_context import current_actor, current_services
from repository.files.file_places import totals_of
from repository.files.folder_sums import folder_sums
from repository.files.queries import entry, file_set
from repository.files.taking_out import ChosenNames

pages = Blueprint(f"{PAGES}deposit-file-acts", __name__)
MOST_PICKED = 1_000


@pages.post("/uploads/<record:record_id>/files/act")
def act_on_files(record_id: int) -> Response:
    """Do with a file what the pressed button says; removing is asked about first."""
    act, _, key = request.form.get("do", "").partition(":")
    if act == "pick":
        return _ask_to_remove(record_id, request.form.getlist("key"), request.form.getlist("folder"))
    if act == "remove":
        folder = key.endswith("/")
        return _ask_to_remove(record_id, [] if folder else [key], [key] if folder else [])
    with current_services().database.transaction(current_actor()) as unit:
        changeable_draft(unit, record_id)
        _change(unit, record_id, act, key)
    return see(_back(record_id))


def _change(unit: UnitOfWork, record_id: int, act: str, key: str) -> None:
    if act in ("hide", "show"):
        draft_files.change_file(unit, record_id, key, {"access": {"hidden": act == "hide"}})
    elif act in ("first", "not-first"):
        draft_files.choose_preview(unit, record_id, key if act == "first" else None)
    else:
        raise Invalid.field("do", "This page has no such button.")


@pages.post("/uploads/<record:record_id>/files/remove")
def remove_picked(record_id: int) -> Response:
    """Remove what was confirmed; what was not is asked about."""
    keys, folders = request.form.getlist("key"), request.form.getlist("folder")
    if not request.form.get("confirmed"):
        return _ask_to_remove(record_id, keys, folders)
    with current_services().database.transaction(current_actor()) as unit:
        changeable_draft(unit, record_id)
        if keys:
            remove_files(unit, record_id, ChosenNames(tuple(dict.fromkeys(keys))))
        for folder in dict.fromkeys(folders):
            remove_files(unit, record_id, ChosenNames(folder=folder.removesuffix("/")))
    return see(f"/uploads/{record_id}/files#held")


@pages.post("/uploads/<record:record_id>/files/remove-unfinished")
def remove_incomplete(record_id: int) -> Response:
    """Remove the names whose bytes never came; before that say what it means."""
    services, params = current_services(), asked_files()
    if request.form.get("confirmed"):
        with services.database.transaction(current_actor()) as unit:
            changeable_draft(unit, record_id)
            remove_unfinished(unit, record_id)
        return see(f"/uploads/{record_id}/files#held")
    with services.database.snapshot(current_actor()) as snapshot:
        draft, _ = changeable_draft(snapshot, record_id)
        count = totals_of(snapshot, file_set(snapshot, draft.file_set_id), hidden=True).pending
    lead = in_language(FILE_WORDS, params.language)["remove_unfinished_lead"].format(count=f"{count:,}")
    return shown_files("remove_files.html", draft, params, lead=lead, keys=(), folders=(), path="remove-unfinished")


def _ask_to_remove(record_id: int, keys: list[str], folders: list[str]) -> Response:
    if not keys and not folders:
        nothing = FieldError.of("", "Select at least one file or folder.")
        return files_page(record_id, 400, [nothing])
    if len(keys) + len(folders) > MOST_PICKED:
        raise Invalid.field("key", f"Choose at most {MOST_PICKED} files.")
    params = asked_files()
    words = in_language(FILE_WORDS, params.language)
    with current_services().database.snapshot(current_actor()) as snapshot:
        draft, _ = changeable_draft(snapshot, record_id)
        contents = [(folder, *folder_sums(snapshot, draft.file_set_id, folder)) for folder in folders]
    lines = [
        (
            folder,
            words["remove_folder"].format(
                name=folder, content=f"{counted_phrase(words, 'folder_files', count)}, {human_size(size)}"
            ),
        )
        for folder, count, size in contents
    ]
    return shown_files(
        "remove_files.html", draft, params, lead=words["remove_lead"], keys=keys, folders=lines, path="remove"
    )


@pages.get("/uploads/<record:record_id>/files/rename")
def ask_for_name(record_id: int) -> Response:
    """Ask for the new name of the file or, with its slash, the folder that the address names."""
    return _rename_page(record_id, request.args.get("key", ""))


@pages.post("/uploads/<record:record_id>/files/rename")
def rename_from_form(record_id: int) -> Response:
    """Give a file, or all files of a folder, another name; what is wrong with it stands at its field."""
    key, after = request.form.get("key", ""), request.form.get("name", "").strip()
    try:
        with current_services().database.transaction(current_actor()) as unit:
            changeable_draft(unit, record_id)
            if key.endswith("/"):
                rename_files(unit, record_id, key, f"{after.removesuffix('/')}/")
            else:
                rename_file(unit, record_id, key, after)
    except Invalid as refusal:
        messages = [message for error in refusal.errors for message in error.messages] or [refusal.reason]
        return _rename_page(record_id, key, after, messages)
    return see(_beside(record_id, after))


def _rename_page(record_id: int, key: str, typed: str = "", messages: list[str] | None = None) -> Response:
    params = asked_files()
    with current_services().database.snapshot(current_actor()) as snapshot:
        draft, _ = changeable_draft(snapshot, record_id)
        _require_there(snapshot, draft, key)
    faults = [reason_in(message, params.language) for message in messages or ()]
    status = 400 if faults else 200
    page = replace(params, rest=(("key", key),))
    return shown_files(
        "rename_file.html", draft, page, status, key=key, name=typed or key.removesuffix("/"), faults=faults
    )


def _require_there(snapshot: Snapshot, draft: Draft, key: str) -> None:
    if not key.endswith("/"):
        entry(snapshot, draft.file_set_id, key, draft.id, hidden=True)
    elif not folder_sums(snapshot, draft.file_set_id, key)[0]:
        raise NotFound("The draft has no such folder or page of files.")


def _back(record_id: int) -> str:
    params: FileParams = replace(asked_files(), chosen=False)
    return f"/uploads/{record_id}/files{params.query()}#held"


def _beside(record_id: int, name: str) -> str:
    """Return the list of the folder that a name is in now."""
    folder = name.removesuffix("/").rpartition("/")[0]
    params = FileParams(path=f"{folder}/" if folder else "")
    return f"/uploads/{record_id}/files{params.query()}#held"
