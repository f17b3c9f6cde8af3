"""How far files are that this server fetches from elsewhere, in the JSON of a draft's files."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database
from repository.deposits.fetch_places import fetches_of
from repository.deposits.model import FetchedFile, FetchState
from repository.faces.reasons.in_words import told_reason
from repository.files.model import FileEntry

BATCH = 100


def with_fetches(database: Database, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, FetchedFile | None]]:
    """Yield entries, each with how far it is if it is fetched; files that are sent cost nothing more."""
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        with database.snapshot(SYSTEM) as snapshot:
            fetches = fetches_of(snapshot, batch)
        yield from ((entry, fetches.get(entry.id)) for entry in batch)


def told_fetch(body: dict[str, Any], fetch: FetchedFile | None, language: str) -> dict[str, Any]:
    """Return a file's JSON with the state of its fetch, if it has one.  Its address is told to nobody."""
    if fetch is None:
        return body
    transfer: dict[str, Any] = {**body["transfer"], "state": fetch.state, "bytes": fetch.received}
    if fetch.total is not None:
        transfer["size"] = fetch.total
    is_failed = fetch.state == FetchState.FAILED
    if fetch.reason:
        transfer |= told_reason(fetch.reason, language, "error" if is_failed else "reason")
    return {**body, "transfer": transfer, **({"status": "failed"} if is_failed else {})}
