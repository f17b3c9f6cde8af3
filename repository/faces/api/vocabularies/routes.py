"""HTTP of controlled terms (InvenioRDM contract, section 1.10)."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Response

from repository.core.errors import NotFound
from repository.core.paging import Page
from repository.core.site import Site
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_services
from repository.core.web.openapi import Api
from repository.core.web.request_parsing import parse_query
from repository.core.web.responses import json_reply
from repository.dataset.vocabularies import Vocabulary, VocabularyEntry
from repository.engines.services import Services
from repository.faces.api.vocabularies.schemas import TermListShape, TermShape, TermsQuery, VocabularyListShape

api = Api("vocabularies")


@api.route("GET", "/vocabularies/", "List the vocabularies", answers={200: VocabularyListShape})
def list_vocabularies() -> Response:
    require_acceptable()
    services: Services = current_services()
    base = services.site.api("/vocabularies")
    hits = [
        {"id": kind, "count": len(services.vocabularies[kind]), "links": {"self": f"{base}/{kind}"}}
        for kind in services.vocabularies.types
    ]
    links = {"self": f"{base}/"}
    return json_reply({"hits": {"hits": hits, "total": len(hits)}, "sortBy": "id", "links": links})


@api.route(
    "GET",
    "/vocabularies/<kind>",
    "List, search or suggest terms",
    query=TermsQuery,
    answers={200: TermListShape},
    errors=(404,),
)
def list_terms(kind: str) -> Response:
    require_acceptable()
    wanted = parse_query(TermsQuery)
    services: Services = current_services()
    vocabulary = _vocabulary(services, kind)
    terms, sort = _terms(vocabulary, wanted)
    page = Page(wanted["page"], wanted["size"])
    shown = terms[page.offset : page.offset + page.size]
    body = {
        "hits": {
            "hits": [_term_json(services.site, kind, term) for term in shown],
            "total": len(terms),
        },
        "sortBy": sort,
        "page": page.number,
        "links": _links(services.site, kind, wanted, page, len(terms)),
    }
    return json_reply(body)


@api.route(
    "GET",
    "/vocabularies/<kind>/<path:term_id>",
    "Read a term",
    answers={200: TermShape},
    errors=(404,),
)
def read_term(kind: str, term_id: str) -> Response:
    require_acceptable()
    services: Services = current_services()
    term = _vocabulary(services, kind).get(term_id)
    if term is None:
        raise NotFound("The persistent identifier does not exist.")
    return json_reply(_term_json(services.site, kind, term))


def _vocabulary(services: Services, kind: str) -> Vocabulary:
    vocabulary = services.vocabularies.get(kind)
    if vocabulary is None:
        raise NotFound
    return vocabulary


def _terms(vocabulary: Vocabulary, wanted: dict[str, Any]) -> tuple[list[VocabularyEntry], str]:
    if wanted["suggest"]:
        return vocabulary.suggest(wanted["suggest"]), "bestmatch"
    terms = vocabulary.search(wanted["q"] or None, tag=wanted["tags"])
    return terms, "bestmatch" if wanted["q"] else "title"


def _term_json(site: Site, kind: str, term: VocabularyEntry) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": term.id,
        "title": dict(term.title),
        "tags": list(term.tags),
        "props": dict(term.props),
        "type": kind,
        "revision_id": 1,
        "links": {"self": site.api(f"/vocabularies/{kind}/{quote(term.id)}")},
    }
    if term.description:
        body["description"] = dict(term.description)
    if term.icon:
        body["icon"] = term.icon
    return body


def _links(site: Site, kind: str, wanted: dict[str, Any], page: Page, total: int) -> dict[str, str]:
    kept = {k: v for k, v in wanted.items() if k not in ("page", "size") and v is not None}

    def at(number: int) -> str:
        query_string = urlencode({**kept, "page": number, "size": page.size})
        return site.api(f"/vocabularies/{kind}?{query_string}")

    links = {"self": at(page.number)}
    if page.number > 1:
        links["prev"] = at(page.number - 1)
    if page.has_next(total):
        links["next"] = at(page.number + 1)
    return links
