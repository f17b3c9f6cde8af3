"""HTTP of searching (InvenioRDM contract, section 1.5)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request

from repository.access.policy import Action, Resource, must
from repository.access.visibility import owned_by, visible_to
from repository.core.errors import Invalid
from repository.core.paging import WINDOW, Page
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.openapi import Api
from repository.core.web.request_parsing import parse_query
from repository.core.web.responses import document_reply, json_reply
from repository.dataset.formats.registry import ExportFormat
from repository.engines.search.port import DocumentKind, Search, SearchResults, Sort, VisibilityFilter
from repository.engines.search.query_tree import Everything
from repository.engines.services import Services
from repository.faces.api.records.schemas import RecordListShape
from repository.faces.api.records.serializers import hits_json
from repository.faces.api.search.facets import FACETS, OWN_FACETS, Facet, aggregations, selected
from repository.faces.api.search.results import serialize_hits
from repository.faces.api.search.schemas import OwnSearchQuery, SearchQuery
from repository.faces.content_negotiation import LIST_TYPES, WRITTEN_TYPES, representation_for_api
from repository.records.exports import export_list
from repository.search.query_syntax import parse

api = Api("search")
Arguments = Mapping[str, Any]


@api.route(
    "GET",
    "/records",
    "Search published records",
    query=SearchQuery,
    answers={200: (RecordListShape, *WRITTEN_TYPES)},
)
def search_records() -> Response:
    arguments = parse_query(SearchQuery)
    form = representation_for_api(arguments["format"], LIST_TYPES)
    default = Sort.BEST_MATCH if arguments["q"] else Sort.NEWEST
    scope = visible_to(current_actor())
    if isinstance(form, ExportFormat):
        return _written(arguments, scope, default, form)
    return _reply(arguments, FACETS, scope, frozenset({DocumentKind.RECORD}), default)


@api.route(
    "GET",
    "/user/records",
    "Search one's own drafts and records",
    query=OwnSearchQuery,
    answers={200: RecordListShape},
    errors=(403,),
)
def search_own_records() -> Response:
    require_acceptable()
    arguments = parse_query(OwnSearchQuery)
    must(current_actor(), Action.LIST_OWN, Resource())
    kinds = frozenset({DocumentKind.RECORD, DocumentKind.DRAFT})
    return _reply(arguments, OWN_FACETS, owned_by(current_actor()), kinds, Sort.UPDATED_DESC)


def _written(arguments: Arguments, scope: VisibilityFilter, default: Sort, form: ExportFormat) -> Response:
    """A page of hits as one document of a format, without facets."""
    services: Services = current_services()
    answer = services.search.find(_search(arguments, {}, scope, frozenset({DocumentKind.RECORD}), default))
    page = Page(arguments["page"], arguments["size"])
    links = _links(services.site.api("/records"), arguments, page, answer)
    parts = export_list(services, current_actor(), [hit.id for hit in answer.hits], form)
    following = {name: target for name, target in links.items() if name in ("prev", "next")}
    return document_reply((part.encode("utf-8", "replace") for part in parts), form.media_type, links=following)


def _reply(
    arguments: Arguments,
    facets: Mapping[str, Facet],
    scope: VisibilityFilter,
    kinds: frozenset[DocumentKind],
    default: Sort,
) -> Response:
    services: Services = current_services()
    search = _search(arguments, facets, scope, kinds, default)
    answer = services.search.find(search)
    hits = [orjson.Fragment(text) for text in serialize_hits(services, current_actor(), answer)]
    page = Page(arguments["page"], arguments["size"])
    body = hits_json(
        hits,
        answer.total,
        search.sort.value,
        _links(services.site.api(request.path.removeprefix("/api")), arguments, page, answer),
        page=page.number,
        aggregations=aggregations(facets, answer.facets, search.filters, services.vocabularies),
    )
    return json_reply(body)


def _search(
    arguments: Arguments,
    facets: Mapping[str, Facet],
    scope: VisibilityFilter,
    kinds: frozenset[DocumentKind],
    default: Sort,
) -> Search:
    page = Page(arguments["page"], arguments["size"])
    if arguments["cursor"] is None and page.number * page.size > WINDOW:
        raise Invalid(
            "Invalid querystring parameters.",
            Invalid.field("page", f"Pages reach the first {WINDOW} hits; go on with the cursor in links.next.").errors,
        )
    text = arguments["q"].strip()
    sort = Sort(arguments["sort"]) if arguments["sort"] else default
    if sort is Sort.BEST_MATCH and not text:
        sort = Sort.NEWEST
    return Search(
        query=parse(text) if text else Everything(),
        scope=scope,
        kinds=kinds,
        latest_only=not arguments["allversions"],
        filters=selected(arguments),
        facets=[facet.field for facet in facets.values()],
        sort=sort,
        offset=page.offset,
        size=page.size,
        after=arguments["cursor"],
        highlight=bool(text),
    )


def _links(base: str, arguments: Arguments, page: Page, answer: SearchResults) -> dict[str, str]:
    def at(**position: Any) -> str:
        kept: dict[str, Sequence[str] | str] = {
            name: values
            for name, values in request.args.lists()
            if name not in ("page", "cursor", "size", "access_token")
        }
        return f"{base}?{urlencode({**kept, 'size': page.size, **position}, doseq=True)}"

    if arguments["cursor"] is not None:
        links = {"self": at(cursor=arguments["cursor"])}
        return links | ({"next": at(cursor=answer.next_after)} if answer.next_after else {})
    links = {"self": at(page=page.number)}
    if page.number > 1:
        links["prev"] = at(page=page.number - 1)
    if page.has_next(answer.total) and answer.next_after:
        within = (page.number + 1) * page.size <= WINDOW
        links["next"] = at(page=page.number + 1) if within else at(cursor=answer.next_after)
    return links
