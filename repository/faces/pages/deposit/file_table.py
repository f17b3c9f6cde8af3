"""The table of a draft's files: a folder, or what a filter finds, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot
from repository.deposits.model import Draft
from repository.faces.pages.deposit.file_params import FileParams
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import Translations, counted_phrase
from repository.faces.pages.shell.templating import PageReason, reason_in
from repository.files.file_places import NameRange
from repository.files.folder_levels import Folder
from repository.files.level_pages import NAME, level_page
from repository.files.model import FileEntry, FileSet
from repository.files.name_search import NameCriteria, matches_in
from repository.files.part_uploads import PARTS
from repository.files.rules import FileState

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class DraftFileLine:
    """A file of the list.

    `state` is a name in the words, `reason` says why it failed, `rename` is a page.
    """

    key: str
    name: str
    size: str
    state: str
    rename: str
    reason: PageReason | None = None
    md5: str = ""
    sha256: str = ""
    is_hidden: bool = False
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class DraftFolderLine:
    """A folder of the list; `key` ends with a slash."""

    key: str
    name: str
    href: str
    content: str
    size: str
    rename: str


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another part of the list; one without an address is where the reader is."""

    text: str
    href: str
    rel: str = ""


@dataclass(frozen=True, slots=True)
class FileTable:
    """A page of the list; `part` says which one, where there are others."""

    lines: Sequence[DraftFileLine] = ()
    folders: Sequence[DraftFolderLine] = ()
    crumbs: Sequence[Way] = ()
    ways: Sequence[Way] = ()
    part: str = ""
    can_filter: bool = False


def file_table(
    snapshot: Snapshot, draft: Draft, files: FileSet, params: FileParams, words: Translations, language: str
) -> FileTable:
    """Return the page that the address asks for; raise `NotFound` for a folder or a page that is not there."""
    offset = (params.page - 1) * AT_ONCE
    if params.q:
        within = NameRange(params.path, params.path)
        hits = matches_in(snapshot, files.id, within, NameCriteria.of(params.q, None), offset, AT_ONCE, hidden=True)
        folders: Sequence[Folder] = ()
        entries, more, total = hits.entries, hits.after is not None, None
    else:
        page = level_page(snapshot, files.id, params.path, NAME, offset, AT_ONCE, hidden=True, count=files.count)
        folders, entries, total = page.level.folders, page.level.files, page.total
        more = page.level.after is not None if total is None else offset + AT_ONCE < total
    if not folders and not entries and (params.page > 1 or (params.path and not params.q)):
        raise NotFound("The draft has no such folder or page of files.")
    return FileTable(
        [_line(entry, draft, params, language) for entry in entries],
        [_folder(folder, draft, params, words) for folder in folders],
        _crumbs(params, words),
        _ways(params, words, more=more),
        _part(params, len(folders) + len(entries), total, words) if params.page > 1 or more else "",
        can_filter=bool(params.q or params.path or folders or files.count > AT_ONCE),
    )


def _line(entry: FileEntry, draft: Draft, params: FileParams, language: str) -> DraftFileLine:
    file = entry.file
    size = file.size if file is not None else entry.declared_size
    digests = file.digests if file is not None else None
    failure = file.failure or file.fault if file is not None else None
    return DraftFileLine(
        key=entry.key,
        name=entry.key if params.q else entry.key[len(params.path) :],
        size=human_size(size) if size is not None else "",
        state=_state(entry),
        rename=_rename(draft, params, entry.key),
        reason=reason_in(failure, language) if failure else None,
        md5=digests.md5 if digests else "",
        sha256=digests.sha256 if digests else "",
        is_hidden=entry.hidden,
        is_first=draft.default_preview == entry.key,
    )


def _state(entry: FileEntry) -> str:
    file = entry.file
    if file is None:
        return "file_coming" if entry.transfer == PARTS else "file_pending"
    if entry.staged_id is not None:
        return "file_pending"
    if file.state == FileState.FAILED or file.fault:
        return "file_failed"
    return "file_committed" if file.is_verified else "file_read"


def _folder(folder: Folder, draft: Draft, params: FileParams, words: Translations) -> DraftFolderLine:
    return DraftFolderLine(
        folder.key,
        folder.key[len(params.path) : -1],
        params.in_folder(folder.key),
        counted_phrase(words, "folder_files", folder.count),
        human_size(folder.total_bytes),
        _rename(draft, params, folder.key),
    )


def _rename(draft: Draft, params: FileParams, key: str) -> str:
    language = {"lang": params.language} if params.chosen else {}
    return f"/uploads/{draft.id}/files/rename?{urlencode({**language, 'key': key})}"


def _crumbs(params: FileParams, words: Translations) -> Sequence[Way]:
    if not params.path:
        return ()
    names = params.path.rstrip("/").split("/")
    paths = ["/".join(names[: depth + 1]) + "/" for depth in range(len(names))]
    above = [Way(name, params.in_folder(path)) for name, path in zip(names, paths, strict=True)]
    return (Way(words["all_draft_files"], params.in_folder("")), *above[:-1], Way(names[-1], ""))


def _ways(params: FileParams, words: Translations, *, more: bool) -> Sequence[Way]:
    before = [Way(words["previous"], params.at_page(params.page - 1), "prev")] if params.page > 1 else []
    return (*before, *([Way(words["next"], params.at_page(params.page + 1), "next")] if more else []))


def _part(params: FileParams, number: int, total: int | None, words: Translations) -> str:
    first = (params.page - 1) * AT_ONCE + 1
    numbers = {"first": f"{first:,}", "last": f"{first + number - 1:,}"}
    if total is None:
        return words["list_some"].format(**numbers)
    return words["list_range"].format(**numbers, count=f"{total:,}")
