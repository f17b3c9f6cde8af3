"""Searching over HTTP (InvenioRDM contract, section 1.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from flask import Response, request

from repository.access.policy import Action, Resource, may, must
from repository.access.principals import owned_by, shared_with, visible_to
from repository.core.actor import Actor
from repository.core.errors import Invalid
from repository.core.paging import WINDOW, Page, PageLinks
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.responses import VARY_BY_LANGUAGE, document_reply, json_reply
from repository.dataset.formats.registry import ExportFormat
from repository.deposits.queries import listed_drafts
from repository.engines.search.port import DocumentKind, Hit, Search, SearchResults, Sort, VisibilityFilter
from repository.engines.search.query_tree import Everything
from repository.engines.services import Services
from repository.faces.api.drafts.serializers import draft_json
from repository.faces.api.records.schemas import RecordListShape
from repository.faces.api.records.serializers import cached_hits, hits_json
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.search.aggregations import aggregations_json
from repository.faces.api.search.schemas import OwnSearchQuery, SearchQuery
from repository.faces.content_negotiation import EXPORT_TYPES, LIST_TYPES, representation_for_api
from repository.faces.credentials import SECRETS
from repository.faces.reasons.in_words import reader_language
from repository.records.exports import export_list
from repository.search.facets import FACETS, MOST_SHOWN, OWN_FACETS, Facet, facet_counts, filters, selected
from repository.search.query_syntax import parse
from repository.search.results import find

api = Api("search")
PAGE_PARAMETERS = ("page", "cursor", "size", *SECRETS)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a route searches, with which facets, and in which order if the client names none."""

    visible: VisibilityFilter
    kinds: frozenset[DocumentKind]
    facets: Mapping[str, Facet]
    default_sort: Sort


@api.route(
    "GET",
    "/records",
    "Search published records",
    query=SearchQuery,
    replies={200: (RecordListShape, *EXPORT_TYPES)},
)
@counted_as(CallKind.SEARCH)
def search_records(call: ApiCall) -> Response:
    representation = representation_for_api(call.query["format"], LIST_TYPES)
    sort = Sort.BEST_MATCH if call.query["q"] else Sort.NEWEST
    exported = isinstance(representation, ExportFormat)
    facets = {} if exported else FACETS
    scope = Scope(visible_to(call.actor), frozenset({DocumentKind.RECORD}), facets, sort)
    return _export(call, scope, representation) if isinstance(representation, ExportFormat) else _reply(call, scope)


@api.route(
    "GET",
    "/user/records",
    "Search one's own drafts and records",
    query=OwnSearchQuery,
    replies={200: RecordListShape},
    errors=(403,),
)
@counted_as(CallKind.SEARCH)
def search_own_records(call: ApiCall) -> Response:
    must(call.actor, Action.LIST_OWN, Resource())
    kinds = frozenset({DocumentKind.RECORD, DocumentKind.DRAFT})
    visible = shared_with(call.actor) if call.query["shared_with_me"] else owned_by(call.actor)
    return _reply(call, Scope(visible, kinds, OWN_FACETS, Sort.UPDATED_DESC))


def _export(call: ApiCall, scope: Scope, target: ExportFormat) -> Response:
    """Reply with a page of hits as one document of a format, without facets."""
    results = find(call.services, _search(call, scope, selected(call.query)))
    parts = export_list(call.services, call.actor, [hit.id for hit in results.hits], target)
    links = {name: address for name, address in _links(call, results).items() if name in ("prev", "next")}
    return document_reply((part.encode("utf-8", "replace") for part in parts), target.media_type, links=links)


def _reply(call: ApiCall, scope: Scope) -> Response:
    chosen = selected(call.query)
    search = _search(call, scope, chosen)
    results = find(call.services, search)
    hits = [orjson.Fragment(text) for text in serialize_hits(call.services, call.actor, results)]
    counts = facet_counts(scope.facets, results.facets, chosen, call.services.vocabularies)
    page, links = call.query["page"], _links(call, results)
    counted = {} if results.facets_of is None else {"aggregations_of": results.facets_of}
    more = {"page": page, "aggregations": aggregations_json(counts, reader_language()), **counted}
    body = hits_json(hits, results.total, search.sort.value, links, **more)
    return json_reply(body, headers={"Vary": VARY_BY_LANGUAGE})


def _search(call: ApiCall, scope: Scope, chosen: Mapping[str, Sequence[str]]) -> Search:
    query = call.query
    page = Page.of(query)
    if query["cursor"] is None and page.number * page.size > WINDOW:
        raise Invalid(
            "Invalid querystring parameters.",
            Invalid.field("page", f"Pages reach the first {WINDOW} hits; go on with the cursor in links.next.").errors,
        )
    text = query["q"].strip()
    sort = Sort(query["sort"]) if query["sort"] else scope.default_sort
    return Search(
        query=parse(text) if text else Everything(),
        scope=scope.visible,
        kinds=scope.kinds,
        latest_only=not query["allversions"],
        filters=filters(chosen, call.services.vocabularies),
        facets=[facet.field for facet in scope.facets.values()],
        facet_size=MOST_SHOWN,
        sort=Sort.NEWEST if sort is Sort.BEST_MATCH and not text else sort,
        offset=page.offset,
        size=page.size,
        after=query["cursor"],
        highlight=bool(text),
    )


def _links(call: ApiCall, results: SearchResults) -> dict[str, str]:
    page, cursor = Page.of(call.query), call.query["cursor"]
    parameters: dict[str, Sequence[str]] = {
        name: values for name, values in request.args.lists() if name not in PAGE_PARAMETERS
    }
    pages = PageLinks(call.services.site.api(request.path.removeprefix("/api")), parameters)
    if cursor is None:
        total = results.total if results.next_after else 0
        return pages.numbered(page, total, cursor=results.next_after)
    links = {"self": pages.at(size=page.size, cursor=cursor)}
    return links | ({"next": pages.at(size=page.size, cursor=results.next_after)} if results.next_after else {})


def serialize_hits(services: Services, actor: Actor, results: SearchResults) -> list[bytes]:
    """Return the JSON of existing hits that the actor may see, in a fixed number of queries."""
    records = _records(services, actor, [hit.id for hit in results.hits if hit.kind is DocumentKind.RECORD])
    drafts = _drafts(services, actor, [hit.id for hit in results.hits if hit.kind is DocumentKind.DRAFT])
    of_kind = {DocumentKind.RECORD: records, DocumentKind.DRAFT: drafts}
    return [_with_highlights(of_kind[hit.kind][hit.id], hit) for hit in results.hits if hit.id in of_kind[hit.kind]]


def _records(services: Services, actor: Actor, ids: Sequence[int]) -> Mapping[int, bytes]:
    if not ids:
        return {}
    return {record_id: hit.text for record_id, hit in cached_hits(services, actor, ids).items()}


def _drafts(services: Services, actor: Actor, ids: Sequence[int]) -> Mapping[int, bytes]:
    if not ids:
        return {}
    language = reader_language()
    with services.database.snapshot(actor) as snapshot:
        return {
            draft.view.draft.id: orjson.dumps(draft_json(draft.view, services.site, services.vocabularies, language))
            for draft in listed_drafts(snapshot, ids)
            if may(actor, Action.READ_DRAFT, draft.resource)
        }


def _with_highlights(text: bytes, hit: Hit) -> bytes:
    """Return the JSON object `text` with its highlights as one more member."""
    if not hit.highlights:
        return text
    highlights = {name: list(fragments) for name, fragments in hit.highlights.items()}
    return text[:-1] + b',"highlights":' + orjson.dumps(highlights) + b"}"
