"""``index rebuild``, beside raw ``_bulk`` requests with the same documents to indices of the same kind."""

import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from config import search as bodies_of
from repository.engines.search.elasticsearch.bulk_writes import batches, file_line, record_line
from repository.engines.search.elasticsearch.index_bodies import body
from repository.search.index import rebuild
from repository.search.index.file_documents import file_documents, portions, public_sets_after
from repository.search.index.indexing import record_documents
from tests.benchmarks.servers.asking import Plain
from tests.benchmarks.servers.places import Site

AT_ONCE = 500


def measure(place: Site, ids: Sequence[int]) -> dict[str, Any]:
    requests = place.folder / "bulk"
    requests.mkdir()
    documents = _write_requests(place, ids, requests)
    before = _rebuild(place)  # both engines have worked by now, and this process has its largest size but for leaks
    raw = _send(place, requests)
    memory = _peak()
    ours = _rebuild(place)
    again = _send(place, requests)
    straight = (raw + again) / 2
    return {
        "documents": documents,
        "first_rebuild_s": round(before, 1),
        "rebuild_s": round(ours, 1),
        "raw_bulk_s": [round(raw, 1), round(again, 1)],
        "documents_per_s": round(documents / ours),
        "raw_documents_per_s": round(documents / straight),
        "ratio": round(straight / ours, 2),
        "memory_mib": memory,
        "memory_added_by_second_rebuild_mib": _peak() - memory,
    }


def _rebuild(place: Site) -> float:
    began = time.perf_counter()
    rebuild(place.services, lambda _done, _all: None, resume=False)
    return time.perf_counter() - began


def _peak() -> int:
    """The most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _write_requests(place: Site, ids: Sequence[int], folder: Path) -> int:
    """The bodies of bulk requests, cut as the rebuild cuts them; returns how many documents are in them."""
    count = 0
    for part, lines in (("records", _record_lines(place, ids)), ("files", _file_lines(place))):
        for number, batch in enumerate(batches(part, lines)):
            content = b"".join(operation + b"\n" for line in batch.lines for operation in line.operations())
            (folder / f"{part}-{number:05}").write_bytes(content)
            count += len(batch.lines)
    return count


def _record_lines(place: Site, ids: Sequence[int]) -> Iterator[Any]:
    for start in range(0, len(ids), AT_ONCE):
        for document in record_documents(place.services, ids[start : start + AT_ONCE]):
            yield record_line(document, rebuilt=True)


def _file_lines(place: Site) -> Iterator[Any]:
    database, after = place.services.database, 0
    while sets := public_sets_after(database, after, AT_ONCE):
        for portion in portions(sets):
            for document in file_documents(database, portion):
                yield file_line(document, rebuilt=True)
        after = sets[-1].record_id


def _send(place: Site, folder: Path) -> float:
    """Seconds until all is in new indices, sent one request after the other over one connection."""
    server, prefix = place.settings["SEARCH_URL"].rsplit("/", 1)
    call = Plain(server)
    for part in ("records", "files"):
        made = body(bodies_of.read(), part, frozenset(), building=True)
        call("PUT", f"/{prefix}-raw-{part}", orjson.dumps(made))
    began = time.perf_counter()
    for request in sorted(folder.iterdir(), reverse=True):
        reply = call(
            "POST", f"/{prefix}-raw-{request.name.partition('-')[0]}/_bulk?filter_path=errors", request.read_bytes()
        )
        if orjson.loads(reply)["errors"]:
            raise RuntimeError(f"{request.name}: not all documents were taken in")
    call("POST", f"/{prefix}-raw-records,{prefix}-raw-files/_refresh", b"")
    took = time.perf_counter() - began
    call("DELETE", f"/{prefix}-raw-records,{prefix}-raw-files")
    return took
