"""File documents into tables and out of them again.

A row of ``files`` stands for every file; its name is kept for searches only where the record's own document does not
hold it, so that a record with few files costs no more than its rows.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repository.engines.search.embedded.fts_tables import Generation
from repository.engines.search.folding import clean
from repository.engines.search.port import NAMES_IN_RECORD, FileDocument, FileEntries
from repository.engines.search.tokenizer import index_tokens, words

EVERY = 2**63 - 1
"""Before this revision are all."""


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file document analysed; without a name where its record's document says it."""

    record_id: int
    position: int
    revision: int
    name: str
    words: frozenset[str]


def analysed(document: FileDocument) -> PreparedFile:
    """Return `document` ready to be written, so that no lock is held while its name is analysed."""
    if document.position < NAMES_IN_RECORD:
        return PreparedFile(document.record_id, document.position, document.revision, "", frozenset())
    key = clean(document.key)
    name = " ".join(index_tokens(key))
    return PreparedFile(document.record_id, document.position, document.revision, name, frozenset(words(key)))


def put(connection: sqlite3.Connection, to: Generation, batch: Iterable[PreparedFile]) -> None:
    """Add or replace files unless the stored ones are as new."""
    for file in batch:
        written = connection.execute(
            f"INSERT INTO {to.files} (record_id, position, revision) VALUES (?, ?, ?)"
            " ON CONFLICT (record_id, position) DO UPDATE SET revision = excluded.revision"
            " WHERE excluded.revision > revision RETURNING file",
            (file.record_id, file.position, file.revision),
        ).fetchone()
        if written is not None and file.name:
            _write_name(connection, to, written[0], file)


def drop(connection: sqlite3.Connection, to: Generation, record_id: int, before: int) -> None:
    """Remove a record's files of revisions older than `before`."""
    gone = f"FROM {to.files} WHERE record_id = ? AND revision < ?"
    connection.execute(
        f"DELETE FROM {to.names} WHERE rowid IN (SELECT file {gone} AND position >= {NAMES_IN_RECORD})",
        (record_id, before),
    )
    connection.execute(f"DELETE {gone}", (record_id, before))


def entries(connection: sqlite3.Connection, of: Generation, after: tuple[int, int], limit: int) -> list[FileEntries]:
    """Return the counts of files by record and revision, beyond `after`."""
    rows = connection.execute(
        f"SELECT record_id, revision, count(*) FROM {of.files} WHERE (record_id, revision) > (?, ?)"
        " GROUP BY record_id, revision ORDER BY record_id, revision LIMIT ?",
        (*after, limit),
    )
    return [FileEntries(*row) for row in rows]


def note_drop(connection: sqlite3.Connection, building: Generation, record_id: int, before: int) -> None:
    """Write down a drop, so that the builder does not bring back what it read earlier."""
    connection.execute(
        f"INSERT INTO {building.dropped} VALUES (?, ?)"
        " ON CONFLICT (record_id) DO UPDATE SET before = max(before, excluded.before)",
        (record_id, before),
    )


def forget_drops(connection: sqlite3.Connection, building: Generation, batch: Iterable[PreparedFile]) -> None:
    """Forget the drops of files that were put again; the builder may put them too."""
    put_again = dict(sorted(((file.record_id, file.revision) for file in batch), reverse=True))
    connection.executemany(
        f"UPDATE {building.dropped} SET before = min(before, ?2) WHERE record_id = ?1", put_again.items()
    )


def not_dropped(
    connection: sqlite3.Connection, building: Generation, batch: Sequence[PreparedFile]
) -> list[PreparedFile]:
    """Return the files of `batch` that were not dropped after the builder read them."""
    records = json.dumps(list({file.record_id for file in batch}))
    dropped: dict[int, int] = dict(
        connection.execute(
            f"SELECT d.record_id, d.before FROM json_each(?) w JOIN {building.dropped} d ON d.record_id = w.value",
            (records,),
        ).fetchall()
    )
    return [file for file in batch if file.revision >= dropped.get(file.record_id, 0)]


def _write_name(connection: sqlite3.Connection, to: Generation, file: int, prepared: PreparedFile) -> None:
    connection.execute(f"DELETE FROM {to.names} WHERE rowid = ?", (file,))
    connection.execute(f"INSERT INTO {to.names} (rowid, filenames) VALUES (?, ?)", (file, prepared.name))
    connection.executemany(f"INSERT OR IGNORE INTO {to.words} VALUES (?)", [(word,) for word in sorted(prepared.words)])
