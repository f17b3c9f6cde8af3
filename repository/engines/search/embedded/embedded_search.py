"""The embedded adapter of the search port."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from repository.core.errors import Conflict
from repository.engines.search.embedded import file_rows, fts_tables
from repository.engines.search.embedded.document_rows import PreparedDocument, analysed, drop, put
from repository.engines.search.embedded.facet_counts import TermFields
from repository.engines.search.embedded.file_rows import PreparedFile
from repository.engines.search.embedded.fts_tables import Generation
from repository.engines.search.embedded.highlights import Highlighter
from repository.engines.search.embedded.sql_search import IndexSnapshot
from repository.engines.search.embedded.sqlite_connections import Connections
from repository.engines.search.embedded.summaries import Summaries
from repository.engines.search.port import (
    OUTDATED,
    DocumentKind,
    FileDocument,
    FileEntries,
    IndexDocument,
    IndexEntry,
    Rebuild,
    Search,
    SearchResults,
)

Each = TypeVar("Each")

_AT_ONCE = 200
"""documents in one transaction, so that other writers are not kept waiting"""

_FILES_AT_ONCE = 2000
"""files in one transaction: they are small"""

_READ_AT_ONCE = 1000
"""entries"""


class EmbeddedSearch:
    """An index in the file `path`, which it makes when it is not there.

    A change waits `patience` seconds for another process that writes, and a search may take `longest` seconds;
    what takes longer is `Unavailable`.
    """

    def __init__(self, path: Path, patience: float = 15.0, longest: float = 10.0) -> None:
        self._connections = Connections(path, patience, longest)
        self._fields = TermFields()
        self._summaries = Summaries()
        self._highlighter = Highlighter()

    @property
    def before_empty(self) -> Callable[[], None]:
        return self._connections.before_empty

    @before_empty.setter
    def before_empty(self, tell: Callable[[], None]) -> None:
        self._connections.before_empty = tell

    def put(self, documents: Iterable[IndexDocument]) -> None:
        for batch in _batches(map(analysed, documents), _AT_ONCE):
            with self._changing() as connection:
                _put_everywhere(connection, batch)

    def drop(self, kind: DocumentKind, ids: Iterable[int]) -> None:
        with self._changing() as connection:
            _drop_everywhere(connection, kind, list(ids))

    def put_files(self, documents: Iterable[FileDocument]) -> None:
        for batch in _batches(map(file_rows.analysed, documents), _FILES_AT_ONCE):
            with self._changing() as connection:
                _put_files_everywhere(connection, batch)

    def drop_files(self, record_id: int, before: int | None = None) -> None:
        with self._changing() as connection:
            _drop_files_everywhere(connection, record_id, file_rows.EVERY if before is None else before)

    def find(self, search: Search) -> SearchResults:
        with self._connections.reading() as connection:
            live = fts_tables.live(connection)
            state = live.number, fts_tables.changes(connection, live)
            summaries = partial(self._summaries.of, state)
            return IndexSnapshot(connection, live, self._fields, summaries, self._highlighter).answer(search)

    def entries(self) -> Iterator[IndexEntry]:
        after: tuple[str, int] = ("", 0)
        while batch := self._entries_after(*after):
            yield from batch
            after = (batch[-1].kind.value, batch[-1].id)

    def file_entries(self) -> Iterator[FileEntries]:
        after = (-1, -1)
        while batch := self._file_entries_after(*after):
            yield from batch
            after = (batch[-1].record_id, batch[-1].revision)

    def begin_rebuild(self, resume: bool = False) -> Rebuild:
        """Take over from a rebuild that is running or was interrupted."""
        with self._connections.writing() as connection:
            generation = fts_tables.building(connection)
            if generation is not None and not resume:
                fts_tables.remove(connection, generation)
                generation = None
            if generation is None:
                generation = fts_tables.start(connection, live=False)
            builder, position = fts_tables.take_over(connection, generation)
        return EmbeddedRebuild(self._connections, generation, builder, position)

    def prepare(self) -> None:
        self.describe()  # whoever opens the file makes what is missing in it

    def obstacle(self) -> str:
        return self._connections.obstacle()

    def clear(self) -> str:
        return self._connections.clear()

    def describe(self) -> str:
        with self._connections.reading() as connection:
            count = connection.execute(f"SELECT count(*) FROM {fts_tables.live(connection).docs}")
            summary = f"embedded (SQLite {sqlite3.sqlite_version} FTS5), {count.fetchone()[0]} documents"
            outdated = fts_tables.is_outdated(connection)
        return f"{summary}; {OUTDATED}" if outdated else summary

    def hindrances(self) -> Sequence[str]:
        """Return nothing: an index that takes no change raises `Unavailable`."""
        with self._connections.writing():
            return ()

    def close(self) -> None:
        self._connections.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that changes what searches find."""
        with self._connections.writing() as connection:
            yield connection
            fts_tables.note_change(connection)

    def _entries_after(self, kind: str, id: int) -> list[IndexEntry]:  # noqa: A002
        with self._connections.reading() as connection:
            docs = fts_tables.live(connection).docs
            rows = connection.execute(
                f"SELECT kind, id, revision FROM {docs} WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?",
                (kind, id, _READ_AT_ONCE),
            ).fetchall()
        return [IndexEntry(DocumentKind(of), number, revision) for of, number, revision in rows]

    def _file_entries_after(self, record_id: int, revision: int) -> list[FileEntries]:
        with self._connections.reading() as connection:
            return file_rows.entries(connection, fts_tables.live(connection), (record_id, revision), _READ_AT_ONCE)


class EmbeddedRebuild:
    """A second generation in the same file; all processes write to both until one of them is gone.

    `builder` tells it from those that built the same generation before.
    """

    def __init__(self, connections: Connections, generation: Generation, builder: int, position: str) -> None:
        self._connections = connections
        self._generation = generation
        self._builder = builder
        self.position = position

    def put(self, documents: Iterable[IndexDocument], position: str = "") -> None:
        for batch in _batches(map(analysed, documents), _AT_ONCE):
            with self._building() as connection:
                self._put(connection, batch)
        self._note(position)

    def put_files(self, documents: Iterable[FileDocument], position: str = "") -> None:
        for batch in _batches(map(file_rows.analysed, documents), _FILES_AT_ONCE):
            with self._building() as connection:
                file_rows.put(connection, self._generation, file_rows.not_dropped(connection, self._generation, batch))
        self._note(position)

    def finish(self) -> None:
        with self._building() as connection:
            fts_tables.make_live(connection, self._generation)

    def abandon(self) -> None:
        with self._connections.writing() as connection:
            if fts_tables.is_built_by(connection, self._generation, self._builder):
                fts_tables.remove(connection, self._generation)

    @contextmanager
    def _building(self) -> Iterator[sqlite3.Connection]:
        """Open the transaction of one change; raise `Conflict` when another rebuild took over."""
        with self._connections.writing() as connection:
            if not fts_tables.is_built_by(connection, self._generation, self._builder):
                raise Conflict("This rebuild of the search index is over, or another one took its place.")
            yield connection

    def _note(self, position: str) -> None:
        if position:
            with self._building() as connection:
                fts_tables.note_position(connection, self._generation, position)

    def _put(self, connection: sqlite3.Connection, batch: Sequence[PreparedDocument]) -> None:
        deleted = set(connection.execute(f"SELECT kind, id FROM {self._generation.deleted}"))
        for prepared in batch:
            if (prepared.document.kind.value, prepared.document.id) not in deleted:
                put(connection, self._generation, prepared)


def _put_everywhere(connection: sqlite3.Connection, batch: Sequence[PreparedDocument]) -> None:
    live, building = fts_tables.live(connection), fts_tables.building(connection)
    for prepared in batch:
        put(connection, live, prepared)
        if building is not None:
            key = (prepared.document.kind.value, prepared.document.id)
            connection.execute(f"DELETE FROM {building.deleted} WHERE kind = ? AND id = ?", key)
            put(connection, building, prepared)


def _drop_everywhere(connection: sqlite3.Connection, kind: DocumentKind, ids: Sequence[int]) -> None:
    live, building = fts_tables.live(connection), fts_tables.building(connection)
    for id_ in ids:
        drop(connection, live, kind, id_)
        if building is not None:
            drop(connection, building, kind, id_)
            key = (kind.value, id_)
            connection.execute(f"INSERT OR IGNORE INTO {building.deleted} VALUES (?, ?)", key)
        if kind is DocumentKind.RECORD:
            _drop_files_everywhere(connection, id_, file_rows.EVERY)


def _put_files_everywhere(connection: sqlite3.Connection, batch: Sequence[PreparedFile]) -> None:
    building = fts_tables.building(connection)
    file_rows.put(connection, fts_tables.live(connection), batch)
    if building is not None:
        file_rows.forget_drops(connection, building, batch)
        file_rows.put(connection, building, batch)


def _drop_files_everywhere(connection: sqlite3.Connection, record_id: int, before: int) -> None:
    building = fts_tables.building(connection)
    file_rows.drop(connection, fts_tables.live(connection), record_id, before)
    if building is not None:
        file_rows.drop(connection, building, record_id, before)
        file_rows.note_drop(connection, building, record_id, before)


def _batches(prepared: Iterable[Each], size: int) -> Iterator[list[Each]]:
    source = iter(prepared)
    while batch := list(islice(source, size)):
        yield batch
