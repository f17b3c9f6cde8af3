"""One search, answered from one snapshot of the index.

`EXAMINED` hits are ranked and have their facets counted: of more hits, the newest; the others follow unranked.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from repository.engines.search import cursor
from repository.engines.search.embedded.facet_counts import TermFields, buckets
from repository.engines.search.embedded.fts_queries import FtsQuery
from repository.engines.search.embedded.fts_tables import Generation
from repository.engines.search.embedded.highlights import Highlighter
from repository.engines.search.embedded.ranking import Source, ranked_by, source
from repository.engines.search.embedded.summaries import Summary
from repository.engines.search.port import (
    EXAMINED,
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
)
from repository.engines.search.query_tree import Everything, Node, Or, Range, Term

Summarise = Callable[[Search, Callable[[Search], Summary]], Summary]
"""Return the kept summary of a search, or what the function makes."""

_ORDER: Mapping[Sort, tuple[str, str]] = {
    Sort.NEWEST: ("d.created", "DESC"),
    Sort.OLDEST: ("d.created", "ASC"),
    Sort.VERSION: ("d.position", "DESC"),
    Sort.UPDATED_DESC: ("d.updated", "DESC"),
    Sort.UPDATED_ASC: ("d.updated", "ASC"),
}

_FREQUENT = 20
Row = tuple[Any, ...]
"""As SQLite returns it; of a page: doc, the sort's own key, kind, id."""


@dataclass(frozen=True, slots=True)
class IndexSnapshot:
    """One generation of the index as one transaction sees it."""

    connection: sqlite3.Connection
    generation: Generation
    fields: TermFields
    summaries: Summarise
    highlighter: Highlighter

    def answer(self, search: Search) -> SearchResults:
        """Return hits, total, facets and the next cursor; raise `Invalid` for a cursor of another search."""
        search = replace(search, sort=_sort(search))
        summary = self.summaries(search, self._summary)
        walks = not ranked_by(search.query) and self._is_frequent(summary.total)
        page = self._page(search, probing=walks)
        hits, following = page[: search.size], page[search.size :]
        return SearchResults(
            self._hits(search, hits),
            summary.total,
            summary.facets,
            cursor.cursor(search.sort, _keys(hits[-1])) if following and hits else None,
            summary.facets_of,
        )

    def _is_frequent(self, total: int) -> bool:
        """Return whether one in `_FREQUENT` documents is a hit.  Then few are walked past for a page by time."""
        [(last,)] = self.connection.execute(f"SELECT coalesce(max(doc), 0) FROM {self.generation.docs}")
        return bool(total * _FREQUENT >= last)

    def _page(self, search: Search, *, probing: bool) -> list[Row]:
        """Return the rows of the page (doc, own key, kind, id), and one more when there is one."""
        question = FtsQuery(self.generation, probing=probing)
        if search.sort is not Sort.BEST_MATCH:
            read = source(question, search.query, scored=False)
            return self._part(question, search, read, _ORDER[search.sort][0])
        read = source(question, search.query, scored=True)
        last = self._last_ranked(search) if read.is_of_text else None
        if last is None:
            return self._part(question, search, read, read.score)
        ranked = replace(read, where=f"{read.where} AND f.rowid >= {question.bind(last)}")
        rows = self._part(question, search, ranked, read.score)
        return rows if len(rows) > search.size else [*rows, *self._unranked(search, last, len(rows))]

    def _unranked(self, search: Search, last: int, ranked: int) -> list[Row]:
        """Return what of a page follows the ranked hits."""
        question = FtsQuery(self.generation)
        read = source(question, search.query, scored=False)
        read = replace(read, where=f"{read.where} AND f.rowid < {question.bind(last)}")
        rest = replace(search, size=search.size - ranked, offset=max(0, search.offset - EXAMINED))
        return self._part(question, rest, read, "0.0")

    def _last_ranked(self, search: Search) -> int | None:
        """Return the document that is the last to be ranked; None if all hits are."""
        question = FtsQuery(self.generation)
        read = source(question, search.query, scored=False)
        where = f"{read.where} AND {_allowed(question, search)}"
        sql = f"SELECT d.doc FROM {read.tables} WHERE {where} ORDER BY {read.newest} LIMIT 2 OFFSET {EXAMINED - 1}"
        rows = self._rows(question, sql)
        return int(rows[0][0]) if len(rows) > 1 else None

    def _part(self, question: FtsQuery, search: Search, read: Source, column: str) -> list[Row]:
        direction = _direction(search.sort)
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
        where = f"{read.where} AND {_allowed(question, search, by_index=_lists_everything(search))}"
        total: int = self._rows(question, f"SELECT count(*) FROM {read.tables} WHERE {where}")[0][0]
        return total

    def _summary(self, search: Search) -> Summary:
        """Return the total, and buckets by facet."""
        unfiltered = [facet for facet in search.facets if facet not in search.filters]
        counted: dict[str, Sequence[Bucket]] = {}
        sets = self._term_sets(search) if unfiltered else []
        counted |= self._buckets(sets, unfiltered, search.facet_size)
        all_sets = [sets]
        for facet in search.facets:
            if facet in search.filters:
                others = {name: v for name, v in search.filters.items() if name != facet}
                all_sets.append(self._term_sets(replace(search, filters=others)))
                counted |= self._buckets(all_sets[-1], [facet], search.facet_size)
        is_whole = bool(unfiltered) and len(sets) <= EXAMINED
        return Summary(
            len(sets) if is_whole else self._count(search),
            {facet: counted[facet] for facet in search.facets},
            EXAMINED if max(map(len, all_sets)) > EXAMINED else None,
        )

    def _term_sets(self, search: Search) -> list[bytes]:
        """Return the ids of the facet terms of every hit, or of the newest `EXAMINED` hits and one more."""
        question = FtsQuery(self.generation)
        read = source(question, search.query, scored=False)
        where = f"{read.where} AND {_allowed(question, search)}"
        sql = f"SELECT d.facets FROM {read.tables} WHERE {where} ORDER BY {read.newest} LIMIT {EXAMINED + 1}"
        return [row[0] for row in self._rows(question, sql)]

    def _buckets(self, sets: Sequence[bytes], facets: Sequence[str], size: int) -> Mapping[str, Sequence[Bucket]]:
        known = [_known(facet) for facet in facets]
        return buckets(self.connection, self.generation, self.fields, sets[:EXAMINED], known, size)

    def _hits(self, search: Search, page: Sequence[Row]) -> list[Hit]:
        scored = search.sort is Sort.BEST_MATCH
        texts = self._texts([row[0] for row in page] if search.highlight else ())
        marked = self.highlighter.highlights(search.query, texts)
        return [
            Hit(DocumentKind(kind), id_, 0.0 - float(own) if scored else None, marked.get(doc, {}))
            for doc, own, kind, id_ in page
        ]

    def _texts(self, docs: Sequence[int]) -> Iterator[tuple[int, dict[str, list[str]]]]:
        """Yield the texts of documents, of which only one at a time is in memory."""
        if not docs:
            return
        sql = f"SELECT s.doc, s.texts FROM json_each(?) w JOIN {self.generation.sources} s ON s.doc = w.value"
        for doc, texts in self.connection.execute(sql, (json.dumps(docs),)):
            yield doc, json.loads(texts)

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
    return f"WHERE (own, kind, id) {'<' if _direction(search.sort) == 'DESC' else '>'} ({keys})"


def _direction(sort: Sort) -> str:
    return _ORDER.get(sort, ("", "ASC"))[1]


def _lists_everything(search: Search) -> bool:
    """Return whether the hits are all that a reader may see."""
    return (
        isinstance(search.query, Everything)
        and not search.filters
        and search.scope.owners_any_of is None
        and not search.scope.closed
    )


def _allowed(question: FtsQuery, search: Search, *, by_index: bool = False) -> str:
    """Return the condition of scope, kinds, versions and filters; unary + keeps a column from choosing an index."""
    own = "" if by_index else "+"
    kinds = ", ".join(question.bind(kind.value) for kind in sorted(search.kinds))
    conditions = [f"{own}d.kind IN ({kinds})", f"{own}{_visible(question, search.scope)}"]
    if search.latest_only:
        conditions.append(f"{own}d.latest = 1")
    for field, values in search.filters.items():
        chosen: tuple[Node, ...] = tuple(_choice(field, value) for value in values)
        if chosen:
            conditions.append(question.condition(Or(chosen)))
    return " AND ".join(conditions)


def _visible(question: FtsQuery, scope: VisibilityFilter) -> str:
    """Return the condition of `scope`: the scan compares set ids with those of few sets, owners use their index."""
    readers = f"d.readers IN ({_sets_with(question, scope.readers_any_of)})"
    if scope.owners_none_of:
        readers += f" AND d.owners NOT IN ({_sets_with(question, scope.owners_none_of)})"
    if scope.closed:
        named = question.bind(json.dumps(sorted(scope.closed)))
        readers += f" AND d.id NOT IN (SELECT value FROM json_each({named}))"
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
