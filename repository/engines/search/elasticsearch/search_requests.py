"""One search as one request, and its answer.

The first page of a search is what most people ask for, and many for the same: the server keeps it until the index
changes.  Facets of words are counted from the `EXAMINED` best hits, since a common word has very many; those of
searches without words from all hits, since the kept answer serves nearly everybody.
"""

import html
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from repository.core.errors import Invalid, Unavailable
from repository.core.paging import WINDOW
from repository.engines.search import cursor
from repository.engines.search.elasticsearch.bulk_writes import MARKS
from repository.engines.search.elasticsearch.elasticsearch_client import ElasticsearchClient
from repository.engines.search.elasticsearch.query_dsl import EsQuery, Query, names_in
from repository.engines.search.elasticsearch.text_analysis import BORDER
from repository.engines.search.port import (
    EXAMINED,
    FACETS,
    FIELDS,
    FREE_TEXT,
    NAMES_IN_RECORD,
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
from repository.engines.search.query_analysis import is_text, positive_leaves, ranks
from repository.engines.search.query_tree import Node, Range, Term

_ORDER: Mapping[Sort, tuple[str, str, str]] = {
    Sort.BEST_MATCH: ("_score", "desc", "asc"),
    Sort.NEWEST: ("document.created", "desc", "desc"),
    Sort.OLDEST: ("document.created", "asc", "asc"),
    Sort.VERSION: ("document.index", "desc", "desc"),
    Sort.UPDATED_DESC: ("document.updated", "desc", "desc"),
    Sort.UPDATED_ASC: ("document.updated", "asc", "asc"),
}
"""Field, its direction, and that of kind and id, which decide between equals."""

_RECORDS_OF_A_NAME = 10_000
_FRAGMENT = 140
"""characters"""

_FRAGMENTS = 3
"""of a field"""

_MARKED = 200_000
"""characters of a field that are searched for what to mark"""


def find(server: ElasticsearchClient, records: str, files: str, search: Search) -> SearchResults:
    """Ask the index behind `records`; one that names files asks that behind `files` first."""
    search = replace(search, sort=_sort(search))
    if search.after is None and search.offset + search.size > WINDOW:
        raise Invalid.field("page", f"Pages reach the first {WINDOW} hits.")
    question = EsQuery(_records_of(server, files, names_in(search.query)))
    preference = str(zlib.crc32(repr(search.query).encode()))
    reply = _ask(server, records, body_of(question, search), preference, request_cache=_is_first(search))
    return _answer(search, reply)


def _is_first(search: Search) -> bool:
    """Return whether this is the first page of what others may ask for, too."""
    return search.after is None and search.offset == 0 and search.scope.owners_any_of is None


def _ask(
    server: ElasticsearchClient, index: str, body: Mapping[str, Any], preference: str, *, request_cache: bool = False
) -> Mapping[str, Any]:
    """Return the reply to one request; all pages of a search ask one copy, since copies may score differently."""
    with server.reading() as client:
        reply = client.search(
            index=index,
            **body,
            preference=preference,
            request_cache=request_cache,
            timeout=f"{server.seconds * 900:.0f}ms",
            allow_partial_search_results=False,
        )
    if reply["timed_out"]:
        raise Unavailable("The search takes too long.")
    body_of_reply: Mapping[str, Any] = reply.body
    return body_of_reply


def _records_of(server: ElasticsearchClient, files: str, leaves: Sequence[Node]) -> dict[Node, list[int]]:
    """Return for each leaf the records with such a file name beyond the names in their own documents."""
    if not leaves:
        return {}
    question = EsQuery(names="key")
    counted = {"records": {"terms": {"field": "record_id", "size": _RECORDS_OF_A_NAME}}}
    body = {
        "size": 0,
        "query": {"range": {"position": {"gte": NAMES_IN_RECORD}}},
        "aggregations": {
            str(at): {"filter": question.query(leaf), "aggregations": counted} for at, leaf in enumerate(leaves)
        },
    }
    aggregations = _ask(server, files, body, "files")["aggregations"]
    return {
        leaf: [bucket["key"] for bucket in aggregations[str(at)]["records"]["buckets"]]
        for at, leaf in enumerate(leaves)
    }


def _sort(search: Search) -> Sort:
    """Return the sort that applies: without words nothing can be ranked, and the newest come first."""
    return Sort.NEWEST if search.sort is Sort.BEST_MATCH and not ranks(search.query) else search.sort


def body_of(question: EsQuery, search: Search) -> dict[str, Any]:
    """Return the members of the search request, by the names that the client gives them."""
    matching = question.query(search.query)
    narrowing = {name: _choices(question, name, values) for name, values in search.filters.items() if values}
    late = {name: query for name, query in narrowing.items() if name in search.facets}
    allowed = [*_allowed(search), *(query for name, query in narrowing.items() if name not in late)]
    ranked = search.sort is Sort.BEST_MATCH
    matched = {"must": [matching], "filter": allowed} if ranked else {"filter": [matching, *allowed]}
    own, direction, tie = _ORDER[search.sort]
    body: dict[str, Any] = {
        "query": {"bool": matched},
        "sort": [{own: direction}, {"document.kind": tie}, {"document.id": tie}],
        "size": search.size + 1,
        "track_total_hits": True,
        "source": False,
        "aggregations": _aggregations(search, late, sampled=ranked),
    }
    if late:
        body["post_filter"] = {"bool": {"filter": list(late.values())}}
    if search.after is None:
        body["from_"] = search.offset
    else:
        body["search_after"] = list(cursor.read(search.after, search.sort))
    if search.highlight and (fields := _looked_at(search.query)):
        body["highlight"] = _highlight(matching, fields)
    return body


def _choices(question: EsQuery, name: str, values: Sequence[str]) -> Query:
    return {"bool": {"should": [question.query(_choice(name, value)) for value in values], "minimum_should_match": 1}}


def _choice(name: str, value: str) -> Node:
    low, interval, high = value.partition("..")
    if interval and FIELDS[name] is FieldType.DATE:
        return Range(name, low or None, high or None)
    return Term(value, name)


def _allowed(search: Search) -> list[Query]:
    """Return the filters for scope, kinds and versions."""
    allowed: list[Query] = [{"terms": {"document.kind": sorted(kind.value for kind in search.kinds)}}]
    allowed += _visible(search.scope)
    if search.latest_only:
        allowed.append({"term": {"document.latest": True}})
    return allowed


def _visible(scope: VisibilityFilter) -> list[Query]:
    allowed: list[Query] = [{"terms": {"document.readers": sorted(scope.readers_any_of)}}]
    if scope.owners_any_of is not None:
        allowed.append({"terms": {"document.owners": sorted(scope.owners_any_of)}})
    if scope.owners_none_of:
        allowed.append({"bool": {"must_not": {"terms": {"document.owners": sorted(scope.owners_none_of)}}}})
    if scope.closed:
        allowed.append({"bool": {"must_not": {"terms": {"document.id": sorted(scope.closed)}}}})
    return allowed


_REST = "rest"
"""The group of the facets without a filter of their own; another group has the name of its facet."""


def _aggregations(search: Search, late: Mapping[str, Query], *, sampled: bool) -> dict[str, Any]:
    """Return the facets in groups that are counted from the same hits: each one's own filter does not narrow it."""
    groups: dict[str, list[str]] = {}
    for name in search.facets:
        groups.setdefault(name if name in late else _REST, []).append(name)
    return {
        group: _group(
            {name: _facet(name, search.facet_size) for name in names},
            [query for other, query in late.items() if other != group],
            sampled=sampled,
        )
        for group, names in groups.items()
    }


def _group(facets: Mapping[str, Any], filters: Sequence[Query], *, sampled: bool) -> dict[str, Any]:
    counted: dict[str, Any] = {"sampler": {"shard_size": EXAMINED}} if sampled else {"filter": {"match_all": {}}}
    return {
        "filter": {"bool": {"filter": list(filters)}},
        "aggregations": {"hits": {**counted, "aggregations": dict(facets)}},
    }


def _facet(name: str, size: int) -> dict[str, Any]:
    if name not in FACETS:
        raise ValueError(f"no facet: {name}")
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": {"field": f"facets.{name}", "size": most_buckets(name, size), "order": order}}


def _looked_at(query: Node) -> list[str]:
    """Return the text fields in which words can be marked."""
    fields = {leaf.field for leaf in positive_leaves(query) if is_text(leaf.field)}
    return list(FREE_TEXT) if None in fields else [name for name in FREE_TEXT if name in fields]


def _highlight(query: Query, fields: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "unified",
        "highlight_query": query,
        "require_field_match": True,
        "pre_tags": [MARKS[0]],
        "post_tags": [MARKS[1]],
        "number_of_fragments": _FRAGMENTS,
        "fragment_size": _FRAGMENT,
        "max_analyzed_offset": _MARKED,
        "fields": {name: {} for name in fields},
    }


def _answer(search: Search, reply: Mapping[str, Any]) -> SearchResults:
    hits = reply["hits"]["hits"]
    page, more = hits[: search.size], len(hits) > search.size
    groups = list(reply.get("aggregations", {}).values())
    buckets = {name: facet for group in groups for name, facet in group["hits"].items() if name in FACETS}
    return SearchResults(
        hits=[_hit(search.sort, hit) for hit in page],
        total=reply["hits"]["total"]["value"],
        facets={name: _buckets(buckets[name]) for name in search.facets},
        next_after=cursor.cursor(search.sort, _keys(page[-1])) if more and page else None,
        facets_of=EXAMINED if any(group["hits"]["doc_count"] < group["doc_count"] for group in groups) else None,
    )


def _buckets(facet: Mapping[str, Any]) -> list[Bucket]:
    return [Bucket(bucket["key"], bucket["doc_count"]) for bucket in facet["buckets"]]


def _keys(hit: Mapping[str, Any]) -> cursor.Keys:
    own, kind, number = hit["sort"]
    return own, kind, number


def _hit(sort: Sort, hit: Mapping[str, Any]) -> Hit:
    own, kind, number = hit["sort"]
    marked = {name: tuple(map(_escaped, parts)) for name, parts in hit.get("highlight", {}).items()}
    return Hit(DocumentKind(kind), number, float(own) if sort is Sort.BEST_MATCH else None, marked)


def _escaped(fragment: str) -> str:
    begin, end = MARKS
    plain = fragment.strip().replace(BORDER, "")
    return html.escape(plain).replace(begin, "<em>").replace(end, "</em>")
