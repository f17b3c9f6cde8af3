"""Take the organisations of a dump of ROR into the tables, a few at a time.

The whole file is read before anything is written: one that is damaged or ends too early changes nothing.  Then each
transaction writes a few organisations, so that nobody waits for all of them; a refresh that was stopped is repeated.
Organisations that a list lacks stay: ROR marks those that are gone and removes none.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import cast

import orjson
from sqlalchemy import Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from repository.core.actor import SYSTEM
from repository.core.database.bulk import insert_rows
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database, UnitOfWork
from repository.organisations.facts import OrganisationsRefreshed
from repository.organisations.model import (
    LIST,
    Organisation,
    OrganisationIdentifier,
    OrganisationList,
    OrganisationWord,
)
from repository.organisations.queries import current_list
from repository.organisations.ror_dump import items_of, opened_dump
from repository.organisations.rules import BadEntry, OrganisationEntry, entry_of

AT_ONCE = 200
MOST_EXAMPLES = 20
SNAPSHOT = "snapshot.json"


@dataclass(slots=True)
class Refreshed:
    """What a refresh did: entries read, those kept, funders among them, new or changed, and skipped, some by name."""

    entries: int = 0
    kept: int = 0
    funders: int = 0
    changed: int = 0
    skipped: int = 0
    examples: list[str] = field(default_factory=list)

    def skip(self, place: int, raw: object, reason: str) -> None:
        """Count a bad entry, and name it."""
        self.skipped += 1
        if len(self.examples) < MOST_EXAMPLES:
            name = raw.get("id") if isinstance(raw, dict) else None
            self.examples.append(f"entry {place}, {str(name)[:100]!r}: {reason}")


def refresh(database: Database, path: Path, version: str) -> Refreshed:
    """Take over the dump at `path`; raise `Invalid` for a file that is damaged or no such list."""
    for _ in _entries(path, Refreshed()):
        pass  # it is whole
    _begin(database)
    result = Refreshed()
    rest = _entries(path, result)
    while entries := list(islice(rest, AT_ONCE)):
        with database.transaction(SYSTEM) as unit:
            result.changed += _take(unit, entries)
    with database.transaction(SYSTEM) as unit:
        _tell(unit, version, result)
    return result


def load_snapshot(database: Database) -> Refreshed | None:
    """Take over the list that ships with this release, if no list was taken over before."""
    with database.snapshot(SYSTEM) as snapshot:
        if current_list(snapshot) is not None:
            return None
    with resources.as_file(resources.files(__package__) / SNAPSHOT) as path:
        return refresh(database, path, f"shipped, {path.name}")


def _entries(path: Path, result: Refreshed) -> Iterator[OrganisationEntry]:
    """Yield the entries of a dump; those that cannot be kept are counted and named."""
    with opened_dump(path) as stream:
        for place, raw in enumerate(items_of(stream), 1):
            result.entries += 1
            try:
                entry = entry_of(raw)
            except BadEntry as error:
                result.skip(place, raw, str(error))
            else:
                result.kept, result.funders = result.kept + 1, result.funders + entry.is_funder
                yield entry


_LIST = cast(Table, OrganisationList.__table__)


def _begin(database: Database) -> None:
    """Make the row of the list if there is none: refreshes that run together take turns by it."""
    with database.transaction(SYSTEM) as unit:
        connection = unit.session.connection()
        insert_one = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        row = {"id": LIST, "version": "", "organisations": 0, "funders": 0, "at": unit.now}
        connection.execute(insert_one(_LIST).values(row).on_conflict_do_nothing())


_LOCK = select(OrganisationList.id).where(OrganisationList.id == LIST).with_for_update()
_PRESENT = select(Organisation.id, Organisation.ror, Organisation.digest).where(
    Organisation.ror.in_(bindparam("rors", expanding=True))
)
_REMOVE = delete(Organisation).where(in_list(Organisation.id, "ids"))


def _take(unit: UnitOfWork, entries: Sequence[OrganisationEntry]) -> int:
    """Write the organisations that are new or another; return how many."""
    unit.session.execute(_LOCK).all()
    by_ror = {entry.ror: (entry, _digest(entry)) for entry in entries}
    present = unit.session.execute(_PRESENT, {"rors": sorted(by_ror)}).all()
    same = {ror for _, ror, digest in present if by_ror[ror][1] == digest}
    new = [pair for ror, pair in by_ror.items() if ror not in same]
    if not new:
        return 0
    unit.session.connection().execute(_REMOVE, {"ids": [number for number, ror, _ in present if ror not in same]})
    rows = [
        Organisation(ror=entry.ror, name=entry.name, is_funder=entry.is_funder, digest=digest, body=dict(entry.body))
        for entry, digest in new
    ]
    insert_rows(unit.session, rows)
    _index(unit, [(row.id, entry) for row, (entry, _) in zip(rows, new, strict=True)])
    unit.session.expunge_all()
    return len(new)


def _index(unit: UnitOfWork, numbered: Sequence[tuple[int, OrganisationEntry]]) -> None:
    """Write the identifiers and words of new organisations."""
    identifiers = [
        {"organisation_id": number, "identifier": identifier}
        for number, entry in numbered
        for identifier in dict.fromkeys(entry.identifiers)
    ]
    words = [
        {"organisation_id": number, "word": word, "weight": weight, "is_funder": entry.is_funder}
        for number, entry in numbered
        for word, weight in entry.words.items()
    ]
    connection = unit.session.connection()
    connection.execute(insert(OrganisationIdentifier), identifiers)
    if words:
        connection.execute(insert(OrganisationWord), words)


def _digest(entry: OrganisationEntry) -> str:
    kept = [entry.body, sorted(entry.words.items()), list(entry.identifiers), entry.is_funder]
    return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _tell(unit: UnitOfWork, version: str, result: Refreshed) -> None:
    row = unit.session.get_one(OrganisationList, LIST, with_for_update=True)
    row.version, row.at = version[:100], unit.now
    row.organisations, row.funders = result.kept, result.funders
    unit.emit(OrganisationsRefreshed(LIST, row.version, row.organisations, result.changed))
