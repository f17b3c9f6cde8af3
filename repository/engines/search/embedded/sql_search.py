"""One search, answered from one snapshot of the index."""

import json
import sqlite3
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from repository.engines.search import cursor
from repository.engines.search.embedded.document_rows import ID
from repository.engines.search.embedded.fts_queries import FtsQuery
from repository.engines.search.embedded.fts_tables import Generation
from repository.engines.search.embedded.highlights import Highlighter
from repository.engines.search.embedded.ranking import ranked_by, source
from repository.engines.search.port import (
    FACETS,
    FIELDS,
    Bucket,
    DocumentKind,
    FieldType,
    Hit,
    Search,
    SearchResults,
    Sort,
    VisibilityFilter,
    most_buckets,
)
from repository.engines.search.query_tree import Node, Or, Range, Term

_REMEMBERED = 1_000_000
"""terms, those of documents that are gone included; beyond it memory is given back"""


class TermNames:
    """Field and value by term number as in ``docs.facets``, for the generation asked last.

    A term's number means the same for ever (AUTOINCREMENT, and generations are never reused), so what was read once
    from a committed snapshot stays right in every thread and process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._names: dict[int, tuple[str, str]] = {}

    def of(
        self, connection: sqlite3.Connection, generation: Generation, terms: Iterable[int]
    ) -> Mapping[int, tuple[str, str]]:
        """Return the names of all `terms` and perhaps of more."""
        names = self._remembered(generation)
        missing = [term for term in terms if term not in names]
        if missing:
            rows = connection.execute(
                f"SELECT t.id, t.field, t.value FROM json_each(?) w JOIN {generation.terms} t ON t.id = w.value",
                (json.dumps(missing),),
            )
            names.update({term: (field, value) for term, field, value in rows})
        return names

    def _remembered(self, generation: Generation) -> dict[int, tuple[str, str]]:
        with self._lock:
            if self._generation != generation or len(self._names) > _REMEMBERED:
                self._generation, self._names = generation, {}
            return self._names


_ORDER: Mapping[Sort, tuple[str, str]] = {
    Sort.NEWEST: ("d.created", "DESC"),
    Sort.OLDEST: ("d.created", "ASC"),
    Sort.VERSION: ("d.position", "DESC"),
    Sort.UPDATED_DESC: ("d.updated", "DESC"),
    Sort.UPDATED_ASC: ("d.updated", "ASC"),
}

Row = tuple[Any, ...]
"""As SQLite returns it; of a page: doc, the sort's own key, kind, id."""


@dataclass(frozen=True, slots=True)
class IndexSnapshot:
    """One generation of the index as one transaction sees it."""

    connection: sqlite3.Connection
    generation: Generation
    names: TermNames
    highlighter: Highlighter

    def answer(self, search: Search) -> SearchResults:
        """Return hits, total, facets and the next cursor; raise `Invalid` for a cursor of another search."""
        search = replace(search, sort=_sort(search))
        page = self._page(search)
        facets, total = self._facets(search)
        hits, following = page[: search.size], page[search.size :]
        return SearchResults(
            self._hits(search, hits),
            self._count(search) if total is None else total,
            facets,
            cursor.cursor(search.sort, _keys(hits[-1])) if following and hits else None,
        )

    def _page(self, search: Search) -> list[Row]:
        """Return the rows of the page (doc, own key, kind, id), and one more when there is one."""
        question = FtsQuery(self.generation)
        scored = search.sort is Sort.BEST_MATCH
        read = source(question, search.query, scored=scored)
        column, direction = (read.score, "ASC") if scored else _ORDER[search.sort]
        where = f"{read.where} AND {_allowed(question, search)}"
        question.tables.append(
            f"found AS (SELECT d.doc AS doc, {column} AS own, d.kind AS kind, d.id AS id"
            f" FROM {read.tables} WHERE {where})"
        )
        sql = (
            f"SELECT doc, own, kind, id FROM found {_begin(question, search)}"
            f" ORDER BY own {direction}, kind {direction}, id {direction}"
            f" LIMIT {question.bind(search.size + 1)} OFFSET {question.bind(_offset(search))}"
        )
        return self._rows(question, sql)

    def _count(self, search: Search) -> int:
        question = FtsQuery(self.generation)
        read = source(question, search.query, scored=False)
        where = f"{read.where} AND {_allowed(question, search)}"
        total: int = self._rows(question, f"SELECT count(*) FROM {read.tables} WHERE {where}")[0][0]
        return total

    def _facets(self, search: Search) -> tuple[dict[str, Sequence[Bucket]], int | None]:
        """Return buckets by facet, and the number of hits if counting read them all anyway."""
        unfiltered = [facet for facet in search.facets if facet not in search.filters]
        counted: dict[str, list[Bucket]] = {}
        total = None
        if unfiltered:
            sets = self._term_sets(search)
            counted, total = self._buckets(sets, unfiltered, search.facet_size), len(sets)
        for facet in search.facets:
            if facet in search.filters:
                others = {name: v for name, v in search.filters.items() if name != facet}
                sets = self._term_sets(replace(search, filters=others))
                counted |= self._buckets(sets, [facet], search.facet_size)
        return {facet: counted[facet] for facet in search.facets}, total

    def _term_sets(self, search: Search) -> list[bytes]:
        """Return the ids of the facet terms of every hit."""
        question = FtsQuery(self.generation)
        read = source(question, search.query, scored=False)
        where = f"{read.where} AND {_allowed(question, search)}"
        rows = self._rows(question, f"SELECT d.facets FROM {read.tables} WHERE {where}")
        return [row[0] for row in rows]

    def _buckets(self, sets: Iterable[bytes], facets: Sequence[str], size: int) -> dict[str, list[Bucket]]:
        counts = Counter(array(ID, b"".join(sets)))
        names = self.names.of(self.connection, self.generation, counts)
        buckets: dict[str, list[tuple[int, str]]] = {_known(facet): [] for facet in facets}
        for term, count in counts.items():
            field, value = names[term]
            if field in buckets:
                buckets[field].append((-count, value))
        return {
            facet: [Bucket(value, -count) for count, value in sorted(entries)[: most_buckets(facet, size)]]
            for facet, entries in buckets.items()
        }

    def _hits(self, search: Search, page: Sequence[Row]) -> list[Hit]:
        scored = search.sort is Sort.BEST_MATCH
        texts = self._texts([row[0] for row in page]) if search.highlight else {}
        marked = self.highlighter.highlights(search.query, texts)
        return [
            Hit(DocumentKind(kind), id_, 0.0 - float(own) if scored else None, marked.get(doc, {}))
            for doc, own, kind, id_ in page
        ]

    def _texts(self, docs: Sequence[int]) -> dict[int, dict[str, list[str]]]:
        sql = f"SELECT s.doc, s.texts FROM json_each(?) w JOIN {self.generation.sources} s ON s.doc = w.value"
        rows = self.connection.execute(sql, (json.dumps(docs),))
        return {doc: json.loads(texts) for doc, texts in rows}

    def _rows(self, question: FtsQuery, sql: str) -> list[Row]:
        tables = f"WITH {', '.join(question.tables)} " if question.tables else ""
        return self.connection.execute(tables + sql, question.values).fetchall()


def _sort(search: Search) -> Sort:
    """Return the sort that applies: without words nothing can be ranked, and the newest come first."""
    if search.sort is Sort.BEST_MATCH and not ranked_by(search.query):
        return Sort.NEWEST
    return search.sort


def _offset(search: Search) -> int:
    return search.offset if search.after is None else 0


def _begin(question: FtsQuery, search: Search) -> str:
    if search.after is None:
        return ""
    keys = ", ".join(question.bind(key) for key in cursor.read(search.after, search.sort))
    descending = _ORDER.get(search.sort, ("", "ASC"))[1] == "DESC"
    return f"WHERE (own, kind, id) {'<' if descending else '>'} ({keys})"


def _allowed(question: FtsQuery, search: Search) -> str:
    """Return the condition of scope, kinds, versions and filters; unary + keeps a column from choosing an index."""
    kinds = ", ".join(question.bind(kind.value) for kind in sorted(search.kinds))
    conditions = [f"+d.kind IN ({kinds})", _visible(question, search.scope)]
    if search.latest_only:
        conditions.append("+d.latest = 1")
    for field, values in search.filters.items():
        chosen: tuple[Node, ...] = tuple(_choice(field, value) for value in values)
        if chosen:
            conditions.append(question.condition(Or(chosen)))
    return " AND ".join(conditions)


def _visible(question: FtsQuery, scope: VisibilityFilter) -> str:
    """Return the condition of `scope`: the scan compares set ids with those of few sets, owners use their index."""
    readers = f"+d.readers IN ({_sets_with(question, scope.readers_any_of)})"
    if scope.owners_none_of:
        readers += f" AND +d.owners NOT IN ({_sets_with(question, scope.owners_none_of)})"
    if scope.owners_any_of is None:
        return readers
    return f"{readers} AND d.owners IN ({_sets_with(question, scope.owners_any_of)})"


def _sets_with(question: FtsQuery, tokens: frozenset[str]) -> str:
    named = question.bind(json.dumps(sorted(tokens)))
    return f"SELECT set_id FROM {question.on.set_tokens} WHERE token IN (SELECT value FROM json_each({named}))"


def _choice(field: str, value: str) -> Node:
    low, interval, high = value.partition("..")
    if interval and FIELDS[field] is FieldType.DATE:
        return Range(field, low or None, high or None)
    return Term(value, field)


def _keys(row: Row) -> cursor.Keys:
    return row[1], row[2], row[3]


def _known(facet: str) -> str:
    if facet not in FACETS:
        raise ValueError(f"no facet: {facet}")
    return facet
