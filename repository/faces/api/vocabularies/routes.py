"""Controlled terms over HTTP (InvenioRDM contract, section 1.10)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response

from repository.core.errors import NotFound
from repository.core.paging import Page, PageLinks
from repository.core.site import Site
from repository.core.web.responses import json_reply
from repository.dataset.vocabularies import Vocabulary, VocabularyEntry
from repository.engines.services import Services
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.vocabularies.schemas import TermListShape, TermShape, TermsQuery, VocabularyListShape
from repository.search.term_queries import is_plain, terms_matching

api = Api("vocabularies")


@api.route("GET", "/vocabularies/", "List the vocabularies", replies={200: VocabularyListShape})
def list_vocabularies(call: ApiCall) -> Response:
    """Return the kinds of controlled terms with links to their lists."""
    vocabularies, base = call.services.vocabularies, call.services.site.api("/vocabularies")
    hits = [
        {"id": kind, "count": len(vocabularies[kind]), "links": {"self": f"{base}/{kind}"}}
        for kind in vocabularies.types
    ]
    links = {"self": f"{base}/"}
    return json_reply({"hits": {"hits": hits, "total": len(hits)}, "sortBy": "id", "links": links})


@api.route(
    "GET",
    "/vocabularies/<kind>",
    "List, search or suggest terms",
    query=TermsQuery,
    replies={200: TermListShape},
    errors=(404,),
)
def list_terms(call: ApiCall, kind: str) -> Response:
    """Return terms by page; `q` searches in names and `suggest` in their beginnings."""
    site, page = call.services.site, Page.of(call.query)
    terms, sort = _terms(_vocabulary(call.services, kind), call.query)
    hits = [_term_json(site, kind, term) for term in terms[page.offset : page.offset + page.size]]
    filters = {k: v for k, v in call.query.items() if k not in ("page", "size") and v is not None}
    links = PageLinks(site.api(f"/vocabularies/{kind}"), filters).numbered(page, len(terms))
    return json_reply(
        {"hits": {"hits": hits, "total": len(terms)}, "sortBy": sort, "page": page.number, "links": links}
    )


@api.route(
    "GET",
    "/vocabularies/<kind>/<path:term_id>",
    "Read a term",
    replies={200: TermShape},
    errors=(404,),
)
def read_term(call: ApiCall, kind: str, term_id: str) -> Response:
    """Return a term with its names in all languages and its properties."""
    term = _vocabulary(call.services, kind).get(term_id)
    if term is None:
        raise NotFound("The persistent identifier does not exist.")
    return json_reply(_term_json(call.services.site, kind, term))


def _vocabulary(services: Services, kind: str) -> Vocabulary:
    vocabulary = services.vocabularies.get(kind)
    if vocabulary is None:
        raise NotFound
    return vocabulary


def _terms(vocabulary: Vocabulary, query: Mapping[str, Any]) -> tuple[list[VocabularyEntry], str]:
    if query["suggest"]:
        return vocabulary.suggest(query["suggest"]), "bestmatch"
    text, tag = query["q"], query["tags"]
    if not text or is_plain(text):
        return vocabulary.search(text or None, tag=tag), "bestmatch" if text else "title"
    terms = terms_matching(text, vocabulary.type, vocabulary.search("", tag=tag))
    return terms, "bestmatch"


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
