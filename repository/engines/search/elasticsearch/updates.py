"""Changes of the index that answers, and of the index under construction."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import Any

import orjson

from repository.core.errors import Unavailable
from repository.engines.search.elasticsearch.bulk_writes import Line, key, send
from repository.engines.search.elasticsearch.elasticsearch_client import ElasticsearchClient, IndexAbsent
from repository.engines.search.elasticsearch.index_names import IndexNames
from repository.engines.search.elasticsearch.query_dsl import Query
from repository.engines.search.port import DocumentKind

_FORGETTING = 0.2
"""seconds; the server's clock for what it deleted ticks that often"""

_TRIES = 25


def put(places: IndexNames, part: str, lines: Sequence[Line]) -> None:
    _put(places.server, places.live(part), lines, refresh=True)


def put_to_next(places: IndexNames, part: str, lines: Sequence[Line]) -> None:
    """Overwrite a document of equal version too, so that it loses its `rebuilt` mark.

    Without the mark, `finish` does not delete it because of an earlier drop."""
    with suppress(IndexAbsent):  # the rebuild is over, and what was built is what answers
        _put(places.server, places.next(part), [replace(line, or_equal=True) for line in lines], refresh=False)


def drop(places: IndexNames, kind: DocumentKind, ids: Sequence[int]) -> None:
    lines = _present(places.server, places.live("records"), [Line(key(kind, id_)) for id_ in ids])
    if lines:
        send(places.server, places.live("records"), lines, refresh=True)
    if kind is DocumentKind.RECORD:
        remove(places.server, places.live("files"), {"terms": {"record_id": list(ids)}})


def drop_from_next(places: IndexNames, kind: DocumentKind, ids: Sequence[int]) -> None:
    """Note the drop before deleting, since the rebuild may have read the documents and not yet put them."""
    notes = [_note(kind.value, id_) for id_ in ids]
    if kind is DocumentKind.RECORD:
        notes += [_note("files", id_) for id_ in ids]
    with suppress(IndexAbsent):  # the rebuild is over, and what was built is what answers
        send(places.server, places.next("dropped"), notes)
        send(places.server, places.next("records"), [Line(key(kind, id_)) for id_ in ids])
        if kind is DocumentKind.RECORD:
            _remove_unseen(places, {"terms": {"record_id": list(ids)}})


def drop_files(places: IndexNames, record_id: int, before: int | None) -> None:
    remove(places.server, places.live("files"), _files(record_id, before))


def drop_files_from_next(places: IndexNames, record_id: int, before: int | None) -> None:
    note = _note("files", record_id) if before is None else _note("files-before", record_id, before)
    with suppress(IndexAbsent):  # the rebuild is over, and what was built is what answers
        send(places.server, places.next("dropped"), [note])
        _remove_unseen(places, _files(record_id, before))


def remove(server: ElasticsearchClient, index: str, query: Query) -> None:
    """Delete what matches; what another changes meanwhile is left to it."""
    with server.writing() as client:
        reply = client.delete_by_query(index=index, query=query, conflicts="proceed", refresh=True)
    if reply["timed_out"] or any(failure.get("status") != 409 for failure in reply["failures"]):
        raise Unavailable("The search engine could not delete all that it was asked to.")


def refresh(server: ElasticsearchClient, indices: Iterable[str]) -> None:
    """Make searches see all that was written."""
    with server.writing() as client:
        client.indices.refresh(index=list(indices))


def _files(record_id: int, before: int | None) -> Query:
    bounds: list[Query] = [] if before is None else [{"range": {"revision": {"lt": before}}}]
    return {"bool": {"filter": [{"term": {"record_id": record_id}}, *bounds]}}


def _note(kind: str, number: int, before: int | None = None) -> Line:
    """Return the line that notes a drop; of two bounds the higher stays."""
    source: Mapping[str, Any] = {"kind": kind, "id": number, **({} if before is None else {"before": before})}
    return Line(f"{kind}-{number}", before, orjson.dumps(source), or_equal=True)


def _remove_unseen(places: IndexNames, query: Query) -> None:
    """Delete what matches in the index under construction, which must be refreshed first."""
    refresh(places.server, [places.next("files")])
    remove(places.server, places.next("files"), query)


def _put(server: ElasticsearchClient, index: str, lines: Sequence[Line], *, refresh: bool) -> None:
    """Write documents, and retry those that the version of a document deleted a moment ago kept out."""
    for _ in range(_TRIES):
        lines = _not_there(server, index, send(server, index, lines, refresh=refresh))
        if not lines:
            return
        Event().wait(_FORGETTING)
        with server.writing() as client:
            client.indices.refresh(index=index)
    raise Unavailable("The search engine still remembers what was deleted.")


def _present(server: ElasticsearchClient, index: str, lines: Sequence[Line]) -> list[Line]:
    """Return the lines whose documents exist or may exist.

    Drafts are often published before the index hears of them: to make it show that what it never held is gone would
    cost it ten times what it costs to ask.
    """
    documents = _stored(server, index, lines)
    return [line for line, there in zip(lines, documents, strict=True) if there.get("found") or "error" in there]


def _not_there(server: ElasticsearchClient, index: str, lines: Sequence[Line]) -> list[Line]:
    if not lines:
        return []
    documents = _stored(server, index, lines)
    return [line for line, there in zip(lines, documents, strict=True) if not there.get("found")]


def _stored(server: ElasticsearchClient, index: str, lines: Sequence[Line]) -> Sequence[Mapping[str, Any]]:
    """Return what the server stores of the documents, including those that searches do not show yet."""
    with server.writing() as client:
        return list(client.mget(index=index, ids=[line.id for line in lines], source=False)["docs"])
