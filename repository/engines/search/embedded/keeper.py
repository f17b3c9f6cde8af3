"""The embedded keeper of the search port."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from repository.engines.search.embedded import schema
from repository.engines.search.embedded.connections import Connections
from repository.engines.search.embedded.finding import Snapshot
from repository.engines.search.embedded.highlights import Highlighter
from repository.engines.search.embedded.schema import Generation
from repository.engines.search.embedded.terms import TermNames
from repository.engines.search.embedded.writing import Prepared, analysed, drop, put
from repository.engines.search.port import Answer, Document, Entry, Kind, Rebuild, Search
from repository.foundation.errors import Conflict

_AT_ONCE = 200
"""documents in one transaction, so that other writers are not kept waiting"""

_READ_AT_ONCE = 1000
"""entries"""


class EmbeddedSearch:
    """An index in the file `path`, which it makes when it is not there.

    A change waits `patience` seconds for another process that writes, and a search may take `longest` seconds;
    what takes longer is `Unavailable`.
    """

    def __init__(self, path: Path, patience: float = 15.0, longest: float = 10.0) -> None:
        self._connections = Connections(path, patience, longest)
        self._names = TermNames()
        self._highlighter = Highlighter()

    def put(self, documents: Iterable[Document]) -> None:
        for batch in _batches(documents):
            with self._connections.writing() as connection:
                _put_everywhere(connection, batch)

    def drop(self, kind: Kind, ids: Iterable[int]) -> None:
        with self._connections.writing() as connection:
            _drop_everywhere(connection, kind, list(ids))

    def find(self, search: Search) -> Answer:
        with self._connections.reading() as connection:
            live = schema.live(connection)
            return Snapshot(connection, live, self._names, self._highlighter).answer(search)

    def entries(self) -> Iterator[Entry]:
        after: tuple[str, int] = ("", 0)
        while batch := self._entries_after(*after):
            yield from batch
            after = (batch[-1].kind.value, batch[-1].id)

    def begin_rebuild(self) -> Rebuild:
        """Takes the place of a rebuild that is under way or was interrupted."""
        with self._connections.writing() as connection:
            interrupted = schema.building(connection)
            if interrupted is not None:
                schema.remove(connection, interrupted)
            generation = schema.start(connection, live=False)
        return EmbeddedRebuild(self._connections, generation)

    def describe(self) -> str:
        with self._connections.reading() as connection:
            count = connection.execute(f"SELECT count(*) FROM {schema.live(connection).docs}")
            return f"embedded (SQLite {sqlite3.sqlite_version} FTS5), {count.fetchone()[0]} documents"

    def close(self) -> None:
        self._connections.close()

    def _entries_after(self, kind: str, id: int) -> list[Entry]:  # noqa: A002
        with self._connections.reading() as connection:
            docs = schema.live(connection).docs
            rows = connection.execute(
                f"SELECT kind, id, revision FROM {docs} WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?",
                (kind, id, _READ_AT_ONCE),
            ).fetchall()
        return [Entry(Kind(of), number, revision) for of, number, revision in rows]


class EmbeddedRebuild:
    """A second generation in the same file; all processes write to both until one of them is gone."""

    def __init__(self, connections: Connections, generation: Generation) -> None:
        self._connections = connections
        self._generation = generation

    def put(self, documents: Iterable[Document]) -> None:
        """Raises `Conflict` when another rebuild has taken this one's place."""
        for batch in _batches(documents):
            with self._connections.writing() as connection:
                self._require_current(connection)
                self._put(connection, batch)

    def finish(self) -> None:
        """Raises `Conflict` when another rebuild has taken this one's place."""
        with self._connections.writing() as connection:
            self._require_current(connection)
            schema.make_live(connection, self._generation)

    def abandon(self) -> None:
        with self._connections.writing() as connection:
            if schema.building(connection) == self._generation:
                schema.remove(connection, self._generation)

    def _require_current(self, connection: sqlite3.Connection) -> None:
        if schema.building(connection) != self._generation:
            raise Conflict("This rebuild of the search index is over, or another one took its place.")

    def _put(self, connection: sqlite3.Connection, batch: Sequence[Prepared]) -> None:
        deleted = set(connection.execute(f"SELECT kind, id FROM {self._generation.deleted}"))
        for prepared in batch:
            if (prepared.document.kind.value, prepared.document.id) not in deleted:
                put(connection, self._generation, prepared)


def _put_everywhere(connection: sqlite3.Connection, batch: Sequence[Prepared]) -> None:
    live, building = schema.live(connection), schema.building(connection)
    for prepared in batch:
        put(connection, live, prepared)
        if building is not None:
            key = (prepared.document.kind.value, prepared.document.id)
            connection.execute(f"DELETE FROM {building.deleted} WHERE kind = ? AND id = ?", key)
            put(connection, building, prepared)


def _drop_everywhere(connection: sqlite3.Connection, kind: Kind, ids: Sequence[int]) -> None:
    live, building = schema.live(connection), schema.building(connection)
    for each in ids:
        drop(connection, live, kind, each)
        if building is not None:
            drop(connection, building, kind, each)
            key = (kind.value, each)
            connection.execute(f"INSERT OR IGNORE INTO {building.deleted} VALUES (?, ?)", key)


def _batches(documents: Iterable[Document]) -> Iterator[list[Prepared]]:
    prepared = map(analysed, documents)
    while batch := list(islice(prepared, _AT_ONCE)):
        yield batch
