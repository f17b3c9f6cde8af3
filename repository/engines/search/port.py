"""What every search engine promises.

The index is a copy: the database is the truth, a `IndexDocument` is built from it by `repository.search.documents`,
and an engine returns ids, never records.  Published versions and drafts live in one index, told apart by `kind`,
so that a person's own list is one query.

Promises (tests/contracts/search_contract.py):

* `put` with a `revision` not newer than the stored one changes nothing: a late job never overwrites newer data.
  Where nothing is stored (any more), every revision is newer.
* after `put` or `drop` returns, a following `find` sees the change.
* a two-character Chinese word is found in Chinese text; an English word in any of its inflections and any case;
  accents do not matter.
* facet counts of a facet are computed without that facet's own filter, so its other buckets keep their counts.
* the total is exact; facets are counted from all hits, or from `EXAMINED` of them if the answer says so.
* `highlights` are plain fragments with ``<em>`` around matches, HTML-escaped, in a field of their own.
* `find` never returns or counts a document that the `VisibilityFilter` of the search does not let pass.
* `readers` and `owners` can be neither searched nor counted in facets.
* walking `next_after` cursors visits each document of an unchanging index exactly once, in the sort's order.
* a rebuild (`begin_rebuild` … `finish`) leaves searches answering from the old index until the new one is complete,
  and keeps changes that arrive meanwhile; one that was interrupted can be resumed where it was.
* a record is found by the name of any of its files (`Term` and the like on ``filenames``), however many they are,
  though its document holds only the first `NAMES_IN_RECORD`: the others are found through documents of their own, in
  an index of their own, and only by a query that names the field.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from repository.engines.search.query_tree import Node


class DocumentKind(StrEnum):
    """What a document stands for."""

    RECORD = "record"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One record or draft as the index knows it.  All text is plain (no HTML).

    `id` is the record id; a published record and its edit draft share it, so the key is (`kind`, `id`).
    `revision` grows with every change of what is indexed.  `texts` hold the analysed fields, `keywords` the exact
    ones, each with any number of values; the names are those of `FIELDS`.  Times are UTC ISO 8601 text.
    """

    kind: DocumentKind
    id: int
    concept_id: int
    revision: int
    readers: frozenset[str]
    """the tokens of those who may read it; the index compares them and knows nothing of what they mean"""
    owners: frozenset[str]
    """the tokens of those whom it belongs to"""
    latest: bool
    """the newest version of its concept, or the newest that everybody may read; of a draft: always true"""
    index: int
    """position among the concept's versions, from 1"""
    created: str
    updated: str
    texts: Mapping[str, Sequence[str]]
    keywords: Mapping[str, Sequence[str]]
    numbers: Mapping[str, int] = field(default_factory=dict)


NAMES_IN_RECORD = 1_000
"""So many names of a record's files, the first, stand in its own document under ``filenames``."""


@dataclass(frozen=True, slots=True)
class FileDocument:
    """One file of a published record whose files everybody may have.

    `position` counts the record's files from 0 in the order of their keys; the key of a document is (`record_id`,
    `position`).  `revision` is that of the record's document: file documents of an older revision than the newest put
    are of the past.
    """

    record_id: int
    position: int
    key: str
    extension: str
    media_type: str
    size: int
    revision: int


@dataclass(frozen=True, slots=True, order=True)
class FileEntries:
    """How many file documents of which revision the index holds of one record."""

    record_id: int
    revision: int
    count: int


class FieldType(StrEnum):
    TEXT = "text"
    KEYWORD = "keyword"
    NUMBER = "number"
    DATE = "date"
    """EDTF or ISO text compared as text; kept under `keywords`"""


FIELDS: Mapping[str, FieldType] = {
    "title": FieldType.TEXT,
    "additional_titles": FieldType.TEXT,
    "description": FieldType.TEXT,
    "additional_descriptions": FieldType.TEXT,
    "creators": FieldType.TEXT,
    "contributors": FieldType.TEXT,
    "affiliations": FieldType.TEXT,
    "subjects": FieldType.TEXT,
    "publisher": FieldType.TEXT,
    "references": FieldType.TEXT,
    "funding": FieldType.TEXT,
    "places": FieldType.TEXT,
    "filenames": FieldType.TEXT,
    "id": FieldType.KEYWORD,
    "concept_id": FieldType.KEYWORD,
    "is_published": FieldType.KEYWORD,
    "status": FieldType.KEYWORD,
    "version": FieldType.KEYWORD,
    "doi": FieldType.KEYWORD,
    "concept_doi": FieldType.KEYWORD,
    "cstr": FieldType.KEYWORD,
    "concept_cstr": FieldType.KEYWORD,
    "handle": FieldType.KEYWORD,
    "concept_handle": FieldType.KEYWORD,
    "communities": FieldType.KEYWORD,
    "creator_identifiers": FieldType.KEYWORD,
    "contributor_identifiers": FieldType.KEYWORD,
    "identifiers": FieldType.KEYWORD,
    "related_identifiers": FieldType.KEYWORD,
    "resource_type": FieldType.KEYWORD,
    "access_status": FieldType.KEYWORD,
    "access_record": FieldType.KEYWORD,
    "access_files": FieldType.KEYWORD,
    "file_type": FieldType.KEYWORD,
    "subject": FieldType.KEYWORD,
    "licence": FieldType.KEYWORD,
    "language": FieldType.KEYWORD,
    "creator": FieldType.KEYWORD,
    "year": FieldType.KEYWORD,
    "publication_date": FieldType.DATE,
    "created": FieldType.DATE,
    "updated": FieldType.DATE,
    "file_count": FieldType.NUMBER,
    "total_bytes": FieldType.NUMBER,
    "version_index": FieldType.NUMBER,
}
"""Every field a query may name, by its name in the index."""

FREE_TEXT: Mapping[str, float] = {
    "title": 5.0,
    "additional_titles": 4.0,
    "creators": 3.0,
    "subjects": 3.0,
    "contributors": 1.5,
    "affiliations": 1.0,
    "description": 1.0,
    "additional_descriptions": 0.8,
    "filenames": 0.8,
    "publisher": 0.5,
    "references": 0.3,
    "funding": 0.3,
    "places": 1.0,
}
"""Fields that text without a field name is looked for in, with their weight in the ranking."""

FACETS: Sequence[str] = (
    *("resource_type", "access_status", "file_type", "year", "subject", "licence", "language", "creator"),
    "is_published",
)

OUTDATED = "made for another version of us: run `repository index rebuild`"
"""What `SearchEngine.describe` says of an index that a release with other fields or another analysis made."""

EXAMINED = 5_000
"""Facets are counted from so many hits where counting all takes too long.  The answer says so."""

WHOLE_FACETS = {"resource_type": 1_000}
"""Facets with more buckets than `Search.facet_size`, because their values form a hierarchy; the most that they have."""


def most_buckets(facet: str, facet_size: int) -> int:
    """Return the number of buckets that a facet has at most."""
    return WHOLE_FACETS.get(facet, facet_size)


class Sort(StrEnum):
    BEST_MATCH = "bestmatch"
    NEWEST = "newest"
    OLDEST = "oldest"
    VERSION = "version"
    UPDATED_DESC = "updated-desc"
    UPDATED_ASC = "updated-asc"


@dataclass(frozen=True, slots=True)
class VisibilityFilter:
    """Which documents a search may return; `access.visibility` makes it and every adapter obeys it.

    A document passes when `readers_any_of` and its readers share a token and, unless `owners_any_of` is None, when that
    set and its owners share one too.  An empty set lets nothing pass.  A document whose owners share a token with
    `owners_none_of` does not pass, nor does one whose id is among `closed`: the index has not heard of its state.
    """

    readers_any_of: frozenset[str]
    owners_any_of: frozenset[str] | None = None
    owners_none_of: frozenset[str] = frozenset()
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Search:
    """One question.

    `filters` are facet selections: values of one facet are alternatives, facets restrict each other.  A filter on
    ``publication_date`` takes ``from..to``.  `after` is the `next_after` of an earlier answer, else `offset` applies.
    """

    query: Node
    scope: VisibilityFilter
    kinds: frozenset[DocumentKind] = frozenset({DocumentKind.RECORD})
    latest_only: bool = True
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    facets: Sequence[str] = ()
    facet_size: int = 10
    sort: Sort = Sort.NEWEST
    offset: int = 0
    size: int = 25
    after: str | None = None
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    kind: DocumentKind
    id: int
    score: float | None = None
    highlights: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bucket:
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResults:
    hits: Sequence[Hit]
    total: int
    facets: Mapping[str, Sequence[Bucket]] = field(default_factory=dict)
    next_after: str | None = None
    """opaque; None when the hits end here"""
    facets_of: int | None = None
    """number of hits that facets were counted from, the newest or the best by the adapter; None for all"""


@dataclass(frozen=True, slots=True, order=True)
class IndexEntry:
    """What the index holds, for comparison with the database."""

    kind: DocumentKind
    id: int
    revision: int


class Rebuild(Protocol):
    """A new index that is filled while the old one answers; every act may raise `Conflict` after a takeover.

    What is dropped meanwhile is not brought back by a document that was read before: `put` ignores what was dropped
    since the rebuild began, unless `SearchEngine.put` brought it back, and `put_files` what is older than a drop.
    """

    @property
    def position(self) -> str:
        """Return the `position` of the last `put` of the resumed rebuild, empty for a new one."""

    def put(self, documents: Iterable[IndexDocument], position: str = "") -> None:
        """Add documents; `position` says, in the caller's words, how far the caller has come with them."""

    def put_files(self, documents: Iterable[FileDocument], position: str = "") -> None:
        """Add file documents, as `put` does."""

    def finish(self) -> None:
        """Put the new index in the old one's place, with all changes that arrived since the rebuild began."""

    def abandon(self) -> None: ...


def tell_nobody() -> None:
    """Do nothing: what `SearchEngine.before_empty` is until somebody wants to know."""


class SearchEngine(Protocol):
    before_empty: Callable[[], None]
    """called before an index that answers is made empty, or anew; whoever knows the database sets it"""

    def put(self, documents: Iterable[IndexDocument]) -> None:
        """Add or replace; documents of an older or the same revision than the stored are ignored."""

    def drop(self, kind: DocumentKind, ids: Iterable[int]) -> None:
        """Forget documents; of records also all of their file documents."""

    def put_files(self, documents: Iterable[FileDocument]) -> None:
        """Add or replace file documents, read lazily and sent in batches.

        A document that is not newer than the stored one of its key is ignored.
        """

    def drop_files(self, record_id: int, before: int | None = None) -> None:
        """Forget a record's file documents: all, or those of a revision older than `before`."""

    def find(self, search: Search) -> SearchResults:
        """Return the page; raise `Invalid` for a cursor that is not ours, `Unavailable` when the engine is silent."""

    def entries(self) -> Iterator[IndexEntry]:
        """Yield everything indexed, ordered by (kind, id), read in batches."""

    def file_entries(self) -> Iterator[FileEntries]:
        """Yield what is indexed of files, ordered by (record_id, revision), read in batches."""

    def begin_rebuild(self, resume: bool = False) -> Rebuild:
        """Take over from a running or interrupted rebuild; `resume` continues at its position."""

    def obstacle(self) -> str:
        """Return in words what lies in the index's place and is no whole index of ours."""

    def clear(self) -> str:
        """Make an empty index without `before_empty`; return the name that what was there is kept under, if it is."""

    def prepare(self) -> None:
        """Create what the engine needs before its first document; may run again."""

    def describe(self) -> str:
        """Return name and version for `doctor`; raise `Unavailable`."""

    def hindrances(self) -> Sequence[str]:
        """Return what keeps the engine from taking documents, now or soon, a sentence each; raise `Unavailable`."""

    def close(self) -> None: ...
