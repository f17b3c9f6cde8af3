"""The Elasticsearch adapter of the search port."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from repository.core.errors import Unavailable
from repository.engines.search.elasticsearch import index_places, rebuild_protocol, updates
from repository.engines.search.elasticsearch.bulk_writes import Batch, batches, file_line, record_line
from repository.engines.search.elasticsearch.elasticsearch_address import ElasticsearchAddress
from repository.engines.search.elasticsearch.elasticsearch_client import (
    NO_ANSWER,
    ElasticsearchClient,
    IndexAbsent,
    RequestRefused,
)
from repository.engines.search.elasticsearch.hindrances import hindrances
from repository.engines.search.elasticsearch.index_bodies import Parts
from repository.engines.search.elasticsearch.index_names import LIVE, IndexNames
from repository.engines.search.elasticsearch.rebuild_protocol import ElasticsearchRebuild
from repository.engines.search.elasticsearch.search_requests import find
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
    tell_nobody,
)

_READ_AT_ONCE = 5_000
"""entries"""

_DROPPED_AT_ONCE = 1_000

Answered = TypeVar("Answered")


class ElasticsearchSearch:
    """Indices below one prefix, made of `parts` (`config.search`) when they are first needed.

    A search may take `longest` seconds, one request that changes something `patience`; what takes longer is
    `Unavailable`.
    """

    def __init__(
        self, address: ElasticsearchAddress, parts: Parts, longest: float = 10.0, patience: float = 60.0
    ) -> None:
        self._server = ElasticsearchClient(address, longest, patience)
        self._places = IndexNames(self._server, address.prefix, parts)
        self._rebuild: ElasticsearchRebuild | None = None
        self.before_empty: Callable[[], None] = tell_nobody

    def put(self, documents: Iterable[IndexDocument]) -> None:
        for batch in batches("records", map(record_line, documents)):
            self._put(batch)

    def put_files(self, documents: Iterable[FileDocument]) -> None:
        for batch in batches("files", map(file_line, documents)):
            self._put(batch)

    def drop(self, kind: DocumentKind, ids: Iterable[int]) -> None:
        rest = iter(ids)
        while batch := list(islice(rest, _DROPPED_AT_ONCE)):
            if self._places.is_building():
                updates.drop_from_next(self._places, kind, batch)
            self._prepared(lambda batch=batch: updates.drop(self._places, kind, batch))  # type: ignore[misc]

    def drop_files(self, record_id: int, before: int | None = None) -> None:
        if self._places.is_building():
            updates.drop_files_from_next(self._places, record_id, before)
        self._prepared(lambda: updates.drop_files(self._places, record_id, before))

    def find(self, search: Search) -> SearchResults:
        records, files = (self._places.live(part) for part in LIVE)
        with _usable():
            return self._prepared(lambda: find(self._server, records, files, search))

    def entries(self) -> Iterator[IndexEntry]:
        after: list[Any] | None = None
        while batch := self._entries_after(after):
            for kind, number, revision in batch:
                yield IndexEntry(DocumentKind(kind), number, revision)
            after = batch[-1]

    def file_entries(self) -> Iterator[FileEntries]:
        after: dict[str, int] = {}
        while batch := self._file_entries_after(after):
            for bucket in batch:
                yield FileEntries(bucket["key"]["record_id"], bucket["key"]["revision"], bucket["doc_count"])
            after = batch[-1]["key"]

    def begin_rebuild(self, resume: bool = False) -> Rebuild:
        if self._rebuild is not None:
            # what this process has still on its way belongs to what is resumed
            self._rebuild.leave()
        self._places.prepare(self.before_empty)
        self._rebuild = rebuild_protocol.begin(self._places, resume)
        return self._rebuild

    def obstacle(self) -> str:
        return index_places.obstacle(self._places)

    def clear(self) -> str:
        index_places.clear(self._places)
        return ""

    def prepare(self) -> None:
        with _usable():
            self._places.prepare(self.before_empty)

    def describe(self) -> str:
        with _usable():
            return self._prepared(self._describe)

    def hindrances(self) -> Sequence[str]:
        return self._prepared(lambda: hindrances(self._server, [self._places.live(part) for part in LIVE]))

    def close(self) -> None:
        if self._rebuild is not None:
            self._rebuild.stop()
        self._server.close()

    def _put(self, batch: Batch) -> None:
        if self._places.is_building():
            updates.put_to_next(self._places, batch.part, batch.lines)
        self._prepared(lambda: updates.put(self._places, batch.part, batch.lines))

    def _prepared(self, act: Callable[[], Answered]) -> Answered:
        """Return what `act` returns; run it again when indices are missing or were swapped meanwhile."""
        try:
            return act()
        except IndexAbsent:
            self._places.prepare(self.before_empty)
        try:
            return act()
        except IndexAbsent as error:
            raise Unavailable(NO_ANSWER) from error

    def _entries_after(self, after: list[Any] | None) -> list[list[Any]]:
        def read() -> list[list[Any]]:
            with self._server.reading() as client:
                reply = client.search(
                    index=self._places.live("records"),
                    sort=["document.kind", "document.id", "document.revision"],
                    search_after=after,
                    size=_READ_AT_ONCE,
                    source=False,
                    track_total_hits=False,
                    allow_partial_search_results=False,
                )
            return [hit["sort"] for hit in reply["hits"]["hits"]]

        return self._prepared(read)

    def _file_entries_after(self, after: dict[str, int]) -> list[Any]:
        sources = [{name: {"terms": {"field": name}}} for name in ("record_id", "revision")]
        composite = {"size": _READ_AT_ONCE, "sources": sources, **({"after": after} if after else {})}

        def read() -> list[Any]:
            with self._server.reading() as client:
                reply = client.search(
                    index=self._places.live("files"),
                    size=0,
                    aggregations={"entries": {"composite": composite}},
                    allow_partial_search_results=False,
                )
            return list(reply["aggregations"]["entries"]["buckets"])

        return self._prepared(read)

    def _describe(self) -> str:
        records, files = (self._places.live(part) for part in LIVE)
        with self._server.reading() as client:
            version = client.info()["version"]["number"]
            counts = [client.count(index=index)["count"] for index in (records, files)]
            health = client.cluster.health(index=[records, files], timeout="1s")["status"]
        summary = f"Elasticsearch {version}, {counts[0]} documents, {counts[1]} files, {health}"
        outdated = any(
            self._places.meta(self._places.live(part)).get("schema") != self._places.schema(part) for part in LIVE
        )
        return f"{summary}; {OUTDATED}" if outdated else summary


@contextmanager
def _usable() -> Iterator[None]:
    """Turn what the server refuses into `Unavailable`, which says what to do."""
    try:
        yield
    except RequestRefused as error:
        raise index_places.unusable() from error
