"""Listing the files of a set while they are sent, however many there are."""

from collections.abc import Iterator
from typing import Any

from repository.core.actor import ANONYMOUS
from repository.core.unit_of_work import Database
from repository.faces.api.draft_files.serializers import file_json, list_head_json
from repository.files.model import FileSet
from repository.files.queries import all_entries, first_entries


def list_head(files: FileSet, base: str, enabled: bool, page: int, size: int | None) -> dict[str, Any]:
    """All of a list but its entries; a page says by ``links.next`` that it is not the last."""
    head = list_head_json(base, enabled)
    if size is not None and page * size < files.count:
        head["links"]["next"] = f"{base}?page={page + 1}&size={size}"
    return head


def listed(
    database: Database, set_id: int, base: str, draft: bool, page: int, size: int | None
) -> Iterator[dict[str, Any]]:
    """The entries of a page, or of the whole set without `size`, as they are read.

    The reader's permission was checked before; a transaction of its own lives as long as the list is sent.
    """
    with database.snapshot(ANONYMOUS) as snapshot:
        entries = (
            all_entries(snapshot, set_id) if size is None else first_entries(snapshot, set_id, size, (page - 1) * size)
        )
        for entry in entries:
            yield file_json(entry, base, draft)
