"""Lists and archives of files, written while they are read, however many there are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, request

from repository.core.errors import Invalid
from repository.core.paging import PageLinks
from repository.core.unit_of_work import Database
from repository.core.web.file_responses import long_list_reply, ranged_reply, stream_reply
from repository.core.web.responses import json_reply
from repository.engines.services import Services
from repository.faces.api.draft_files.fetch_states import told_fetch, with_fetches
from repository.faces.api.draft_files.serializers import file_json, list_head_json
from repository.faces.api.routing import ApiCall
from repository.files.archived_files import FileSelection, require_selected
from repository.files.file_places import Totals, range_of
from repository.files.folder_levels import Folder, level_of
from repository.files.model import FileEntry, FileSet
from repository.files.name_search import NameCriteria, matches
from repository.files.queries import EMBEDDED_FILES, streamed_entries
from repository.files.zip_archive import ZipArchive

ZIP = "application/zip"
LEVEL_SIZE, MOST_OF_A_LEVEL = 100, 1_000


@dataclass(frozen=True, slots=True)
class ListedSet:
    """The files of a draft or record as one reader learns of them; `base` is their list's URL."""

    files: FileSet
    totals: Totals
    base: str
    enabled: bool
    default_preview: str | None
    draft: bool
    hidden: bool
    words: bool
    language: str = "en"

    def head(self) -> dict[str, Any]:
        """Return a list without its entries."""
        return {**list_head_json(self.base, self.enabled, self.default_preview), **asdict(self.totals)}

    def file(self, entry: FileEntry) -> dict[str, Any]:
        """Return an entry of the list."""
        return file_json(entry, self.base, self.draft, words=self.words, language=self.language)

    def files_of(self, database: Database, entries: Iterable[FileEntry]) -> Iterator[dict[str, Any]]:
        """Yield entries of the list, as they are read; those of a draft may be on their way."""
        if not self.draft:
            yield from map(self.file, entries)
            return
        for entry, fetch in with_fetches(database, entries):
            yield told_fetch(self.file(entry), fetch, self.language)


def list_reply(call: ApiCall, listed: ListedSet) -> Response:
    """Return the part of the list that the query asks for.

    The reader's permission was checked before; no transaction is open while the list is sent.
    """
    query = call.query
    prefix = _prefix(query)
    if query["q"] or query["type"]:
        return _matching(call.services.database, listed, query, prefix or "")
    if prefix is not None:
        return _level(call, listed, prefix)
    return _page(call.services.database, listed, query)


def _prefix(query: Mapping[str, Any]) -> str | None:
    """Return what names begin with; None for the plain list."""
    folder: str | None = query["folder"]
    prefix: str | None = query["prefix"]
    if folder is None:
        return prefix
    if prefix is not None:
        raise Invalid.field("folder", "Name a prefix or a folder, not both.")
    return f"{folder.rstrip('/')}/" if folder.rstrip("/") else ""


def _page(database: Database, listed: ListedSet, query: Mapping[str, Any]) -> Response:
    size, after = query["size"], query["after"]
    head = listed.head()
    if size is None:
        entries = streamed_entries(database, listed.files.id, hidden=listed.hidden, after=after or "")
        return long_list_reply(head, "entries", listed.files_of(database, entries))
    links, more = head.pop("links"), _Page(size)
    offset = (query["page"] - 1) * size
    entries = streamed_entries(database, listed.files.id, offset, size + 1, hidden=listed.hidden, after=after or "")
    return long_list_reply(
        head,
        "entries",
        listed.files_of(database, more.cut(entries)),
        tail=lambda: {"links": links | _next(listed, query, size, more.after)},
    )


class _Page:
    """A page of a list that is read one entry further.

    `after` is its last entry, once it was read and if others follow."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.after: str | None = None

    def cut(self, entries: Iterator[FileEntry]) -> Iterator[FileEntry]:
        last = None
        for number, entry in enumerate(entries):
            if number == self._size:
                self.after = last
                return
            yield entry
            last = entry.key


def _next(listed: ListedSet, query: Mapping[str, Any], size: int, after: str | None) -> dict[str, str]:
    if after is None:
        return {}
    kept = {name: query[name] for name in ("prefix", "folder", "q", "type") if query[name] is not None}
    return {"next": PageLinks(listed.base, kept).at(size=size, after=after)}


def _level(call: ApiCall, listed: ListedSet, prefix: str) -> Response:
    query = call.query
    size = min(query["size"] or LEVEL_SIZE, MOST_OF_A_LEVEL)
    offset, within = (query["page"] - 1) * size, range_of(prefix, query["after"])
    with call.snapshot() as snapshot:
        level = level_of(snapshot, listed.files.id, within, offset, size, hidden=listed.hidden)
    head = listed.head()
    head["links"] |= _next(listed, query, size, level.after)
    folders = [_folder_json(folder, listed.base, prefix) for folder in level.folders]
    entries = list(listed.files_of(call.services.database, level.files))
    return json_reply({**head, "prefix": prefix, "folders": folders, "entries": entries})


def _folder_json(folder: Folder, base: str, prefix: str) -> dict[str, Any]:
    return {
        "key": folder.key,
        "name": folder.key[prefix.rfind("/") + 1 : -1],
        "count": folder.count,
        "total_bytes": folder.total_bytes,
        "links": {"self": PageLinks(base, {}).at(prefix=folder.key)},
    }


def _matching(database: Database, listed: ListedSet, query: Mapping[str, Any], prefix: str) -> Response:
    size = min(query["size"] or LEVEL_SIZE, MOST_OF_A_LEVEL)
    offset, within = (query["page"] - 1) * size, range_of(prefix, query["after"])
    criteria = NameCriteria.of(query["q"], query["type"])
    page = matches(database, listed.files.id, within, criteria, offset, size, hidden=listed.hidden)
    head = listed.head()
    head["links"] |= _next(listed, query, size, page.after)
    return json_reply({**head, "entries": list(listed.files_of(database, page.entries))})


def listed_entries(database: Database, files: FileSet, base: str) -> Iterator[dict[str, Any]]:
    """Yield all entries of a draft's set, as they are read."""
    return (file_json(entry, base, draft=True) for entry in streamed_entries(database, files.id, hidden=True))


def archive_reply(services: Services, files: FileSet, selection: FileSelection) -> Response:
    """Return the selected files as one ZIP; of a large set `HEAD` tells neither length nor tag (RFC 9110, 9.3.2).

    Both follow from the names of all files, and `HEAD` should cost no more than a record.  Raises `Invalid` for a
    selection by both prefix and keys, `NotFound` for one of nothing.
    """
    if selection.prefix and selection.keys:
        raise Invalid.field("key", "Choose files by 'prefix' or by 'key', not by both.")
    require_selected(services.database, selection)
    name = _archive_name(selection)
    if request.method == "HEAD" and files.count > EMBEDDED_FILES and not selection.keys:
        reply = stream_reply(iter(()), None, name, ZIP, None)
        reply.headers["Accept-Ranges"] = "bytes"
        return reply
    return ranged_reply(ZipArchive(services.database, services.store, selection), name, ZIP)


def _archive_name(selection: FileSelection) -> str:
    """Return the record's id, and the innermost folder of the prefix; names of people and titles may be hidden."""
    if selection.keys:
        return f"{selection.record_id}-selection.zip"
    folder = selection.prefix.strip("/").rpartition("/")[2].strip(". ")
    return f"{selection.record_id}-{folder}.zip" if folder else f"{selection.record_id}.zip"
