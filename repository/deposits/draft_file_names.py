"""Rename files of a draft and whole folders, and remove several at once."""

from repository.core.errors import NotFound
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.facts import FilesRemoved, FilesRenamed
from repository.deposits.model import Draft
from repository.deposits.queries import files_to_change
from repository.files.model import FileEntry
from repository.files.queries import entry, keys_taken, no_file, unfinished_keys
from repository.files.renaming import rename, rename_folder
from repository.files.taking_out import ChosenNames, take_out
from repository.people.quotas import give_back

AT_ONCE = 500
"""names in one statement"""


def rename_file(unit: UnitOfWork, draft_id: int, key: str, after: str) -> FileEntry:
    """Give the file another name; what is staged, and what is said of it, stays with it."""
    draft, _, files = files_to_change(unit, draft_id)
    target = entry(unit, files.id, key, draft_id, hidden=True)
    rename(unit, files, target, after)
    if key != after:
        _follow_preview(unit, draft, key, after)
        unit.emit(FilesRenamed(draft_id, key, after))
    return target


def rename_files(unit: UnitOfWork, draft_id: int, folder: str, after: str) -> int:
    """Move all files of a folder to another one, both with a slash at their ends; return their number."""
    draft, _, files = files_to_change(unit, draft_id)
    count = rename_folder(unit, files, folder[:-1], after[:-1])
    if not count:
        raise no_folder(draft_id, folder)
    if folder != after:
        _follow_preview(unit, draft, folder, after)
        unit.emit(FilesRenamed(draft_id, folder, after))
    return count


def _follow_preview(unit: UnitOfWork, draft: Draft, before: str, after: str) -> None:
    preview = draft.default_preview
    if preview is not None and (preview == before or (before.endswith("/") and preview.startswith(before))):
        draft.default_preview = after + preview[len(before) :]
        unit.session.flush()


def remove_files(unit: UnitOfWork, draft_id: int, chosen: ChosenNames) -> None:
    """Remove all chosen files, or none: raises `NotFound` if one of them, or the folder, is not there."""
    draft, concept, files = files_to_change(unit, draft_id)
    there = keys_taken(unit, files.id, chosen.keys)
    for key in chosen.keys:
        if key not in there:
            raise no_file(draft_id, key)
    count, freed = take_out(unit, files, concept.owner_id, chosen)
    if not count:
        raise no_folder(draft_id, f"{chosen.folder}/")
    if draft.default_preview is not None and chosen.has(draft.default_preview):
        draft.default_preview = None
        unit.session.flush()
    unit.emit(FilesRemoved(draft_id, count, f"{chosen.folder}/" if chosen.folder else None))
    give_back(unit, concept.owner_id, size=freed)


def remove_unfinished(unit: UnitOfWork, draft_id: int) -> int:
    """Remove all names whose bytes never came, with what has arrived of them; return their number."""
    draft, concept, files = files_to_change(unit, draft_id)
    total = 0
    while keys := unfinished_keys(unit, files.id, AT_ONCE):
        count, freed = take_out(unit, files, concept.owner_id, ChosenNames(keys))
        give_back(unit, concept.owner_id, size=freed)
        total += count
        if draft.default_preview in keys:
            draft.default_preview = None
            unit.session.flush()
    if total:
        unit.emit(FilesRemoved(draft_id, total, None))
    return total


def no_folder(record_id: int, folder: str) -> NotFound:
    """Return the error that there is no such folder."""
    return NotFound(f"Record '{record_id}' has no folder '{folder}'.")
