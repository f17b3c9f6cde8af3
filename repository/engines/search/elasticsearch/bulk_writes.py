"""Documents as lines of bulk requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from repository.engines.search.elasticsearch.elasticsearch_client import ElasticsearchClient, refusal
from repository.engines.search.elasticsearch.text_analysis import divided
from repository.engines.search.folding import clean
from repository.engines.search.port import FACETS, DocumentKind, FieldType, FileDocument, IndexDocument
from repository.engines.search.query_analysis import comparable, keywords_of, refuse_unknown

MARKS = ("\ue000", "\ue001")
"""What the server puts around a match; no text that is indexed holds them."""

_BYTES = 4 << 20
"""of one request, about"""

_MOST = 2_000
"""documents of one request"""

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One action; without a `source` the document is deleted, without a `version` unconditionally written."""

    id: str
    version: int | None = None
    source: bytes | None = None
    or_equal: bool = False
    """a document of the same version is replaced as well"""

    def operations(self) -> Iterator[bytes]:
        """Yield the lines that the bulk API reads."""
        action: dict[str, Any] = {"_id": self.id}
        if self.version is not None:
            action |= {"version": self.version, "version_type": "external_gte" if self.or_equal else "external"}
        if self.source is None:
            yield orjson.dumps({"delete": action})
        else:
            yield orjson.dumps({"index": action})
            yield self.source


def record_line(document: IndexDocument, rebuilt: bool = False) -> Line:
    """Return the line that writes `document`; raise ValueError for a field that is not in `FIELDS`."""
    source = orjson.dumps(_record(document, {"rebuilt": True} if rebuilt else {}))
    return Line(key(document.kind, document.id), document.revision, source)


def file_line(document: FileDocument, rebuilt: bool = False) -> Line:
    """Return the line that writes `document`."""
    source = {
        "record_id": document.record_id,
        "position": document.position,
        "revision": document.revision,
        "key": _plain(document.key),
        "extension": comparable("file_type", document.extension),
        "media_type": comparable("file_type", document.media_type),
        "size": _bounded(document.size),
        **({"rebuilt": True} if rebuilt else {}),
    }
    return Line(f"{document.record_id}-{document.position}", document.revision, orjson.dumps(source))


def key(kind: DocumentKind, id: int) -> str:  # noqa: A002
    """Return the id of a document in its index."""
    return f"{kind.value}-{id}"


@dataclass(slots=True)
class Batch:
    """The lines of one request; after it the rebuild has reached `position`."""

    part: str = ""
    lines: list[Line] = field(default_factory=list)
    size: int = 0
    position: str = ""

    def takes(self, part: str, line: Line) -> bool:
        """Return whether `line` belongs to the same index and there is room for it."""
        if not self.lines:
            return True
        return part == self.part and len(self.lines) < _MOST and self.size + len(line.source or b"") <= _BYTES

    def add(self, part: str, line: Line) -> None:
        self.part = part
        self.lines.append(line)
        self.size += len(line.source or b"")


def batches(part: str, lines: Iterable[Line]) -> Iterator[Batch]:
    """Yield `lines` in batches, each for one request; `lines` is read lazily."""
    batch = Batch()
    for line in lines:
        if not batch.takes(part, line):
            yield batch
            batch = Batch()
        batch.add(part, line)
    if batch.lines:
        yield batch


def send(server: ElasticsearchClient, alias: str, lines: Sequence[Line], *, refresh: bool = False) -> list[Line]:
    """Carry out `lines` behind `alias`; return those that a stored version kept out.

    Raises `Absent` when there is no such alias: an index that was taken away must not come back by itself.
    """
    with server.writing() as client:
        operations: Sequence[Any] = [operation for line in lines for operation in line.operations()]
        reply = client.bulk(
            index=alias,
            operations=operations,
            require_alias=True,
            refresh=refresh,
            filter_path="errors,items.*.status,items.*.error",
        )
    if not reply["errors"]:
        return []
    return [line for line, item in zip(lines, reply["items"], strict=True) if _kept_out(*item.values())]


def _kept_out(item: Mapping[str, Any]) -> bool:
    if "error" not in item:
        return False
    if item["status"] == 409:
        return True
    raise refusal(item["status"], item["error"])


def _record(document: IndexDocument, also: Mapping[str, bool]) -> dict[str, Any]:
    keywords = _filled(keywords_of(document), clean)
    numbers = {"version_index": document.index, **document.numbers}
    body: dict[str, Any] = {
        "document": {
            "kind": document.kind.value,
            "id": document.id,
            "revision": document.revision,
            "readers": sorted(document.readers),
            "owners": sorted(document.owners),
            "latest": document.latest,
            "index": document.index,
            "created": comparable("created", document.created),
            "updated": comparable("updated", document.updated),
            **also,
        },
        **_filled(document.texts, _plain),
        "facets": {name: keywords[name] for name in FACETS if name in keywords},
    }
    refuse_unknown(document.texts, FieldType.TEXT)
    refuse_unknown(keywords, FieldType.KEYWORD, FieldType.DATE)
    refuse_unknown(numbers, FieldType.NUMBER)
    body.update({name: [comparable(name, value) for value in values] for name, values in keywords.items()})
    body.update({name: _bounded(number) for name, number in numbers.items()})
    return body


def _filled(values: Mapping[str, Sequence[str]], plain: Any) -> dict[str, list[str]]:
    """Return only the fields that have text."""
    return {field: kept for field, texts in values.items() if (kept := [plain(text) for text in texts if text.strip()])}


def _plain(text: str) -> str:
    plain = clean(text)
    for mark in MARKS:  # hardly ever there, and looking is quicker than making a copy without them
        if mark in plain:
            plain = plain.replace(mark, "")
    return divided(plain)


def _bounded(number: int) -> int:
    return max(-_LARGEST, min(number, _LARGEST))
