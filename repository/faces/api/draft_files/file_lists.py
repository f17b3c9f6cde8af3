"""Lists of files, written while they are read, however many there are."""

from collections.abc import Iterator
from typing import Any

from repository.core.actor import ANONYMOUS
from repository.core.paging import Page, PageLinks
from repository.core.unit_of_work import Database
from repository.faces.api.draft_files.serializers import file_json, list_head_json
from repository.files.model import FileSet
from repository.files.queries import all_entries, first_entries


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

    The reader's permission was checked before; a transaction of its own lives as long as the list is sent.
    """
    with database.snapshot(ANONYMOUS) as snapshot:
        entries = (
            all_entries(snapshot, set_id, hidden=hidden)
            if size is None
            else first_entries(snapshot, set_id, size, (page - 1) * size, hidden=hidden)
        )
        for entry in entries:
            yield file_json(entry, base, draft)
