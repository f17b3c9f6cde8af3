"""Lists and archives of files, written while they are read, however many there are."""

from collections.abc import Iterator
from typing import Any

from flask import Response, request

from repository.core.paging import Page, PageLinks
from repository.core.unit_of_work import Database
from repository.core.web.file_responses import stream_reply
from repository.engines.services import Services
from repository.faces.api.draft_files.serializers import file_json, list_head_json
from repository.files.model import FileSet
from repository.files.queries import EMBEDDED_FILES, streamed_entries
from repository.files.zip_archive import archive

ZIP = "application/zip"


def list_head(
    files: FileSet,
    base: str,
    enabled: bool,
    default_preview: str | None,
    page: int,
    size: int | None,
    *,
    hidden: bool,
) -> dict[str, Any]:
    """Return a list without its entries; a page that is not the last has ``links.next``."""
    head = list_head_json(base, enabled, default_preview)
    if size is not None:
        count, _ = files.totals(hidden=hidden)
        links = PageLinks(base, {}).numbered(Page(page, size), count)
        head["links"] |= {name: address for name, address in links.items() if name == "next"}
    return head


def listed_files(
    database: Database,
    set_id: int,
    base: str,
    draft: bool,
    page: int = 1,
    size: int | None = None,
    *,
    hidden: bool,
) -> Iterator[dict[str, Any]]:
    """Yield the entries of a page, or of the whole set without `size`, as they are read.

    The reader's permission was checked before; no transaction is open while the list is sent.
    """
    offset = 0 if size is None else (page - 1) * size
    for entry in streamed_entries(database, set_id, offset, size, hidden=hidden):
        yield file_json(entry, base, draft)


def archive_reply(services: Services, record_id: int, files: FileSet, *, hidden: bool) -> Response:
    """Return all committed files as one ZIP; of a large set `HEAD` tells neither length nor tag (RFC 9110, 9.3.2).

    Both follow from the names of all files, and `HEAD` should cost no more than a record.
    """
    name = f"{record_id}.zip"
    if request.method == "HEAD" and files.count > EMBEDDED_FILES:
        return stream_reply(iter(()), None, name, ZIP, None)
    entries = streamed_entries(services.database, files.id, hidden=hidden)
    blocks = archive(services.store, entries)
    return stream_reply(blocks, len(blocks), name, ZIP, blocks.tag)
