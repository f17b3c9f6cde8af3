"""HTTP of controlled terms (InvenioRDM contract, section 1.10)."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Response

from repository.dataset.vocabularies import Entry, Vocabulary
from repository.engines.facilities import Facilities
from repository.foundation.errors import NotFound
from repository.foundation.paging import Page
from repository.foundation.site import Site
from repository.foundation.web.bodies import query
from repository.foundation.web.context import current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import json_reply
from repository.vocabularies.schema import (
    TermListShape,
    TermShape,
    TermsQuery,
    VocabularyListShape,
)

api = Api("vocabularies")


@api.route("GET", "/vocabularies/", "List the vocabularies", answers={200: VocabularyListShape})
def list_vocabularies() -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    base = facilities.site.api("/vocabularies")
    hits = [
        {"id": kind, "count": len(facilities.vocabularies[kind]), "links": {"self": f"{base}/{kind}"}}
        for kind in facilities.vocabularies.types
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
    accepted()
    wanted = query(TermsQuery)
    facilities: Facilities = current_facilities()
    vocabulary = _vocabulary(facilities, kind)
    terms, sort = _terms(vocabulary, wanted)
    page = Page(wanted["page"], wanted["size"])
    shown = terms[page.offset : page.offset + page.size]
    body = {
        "hits": {
            "hits": [_term_json(facilities.site, kind, term) for term in shown],
            "total": len(terms),
        },
        "sortBy": sort,
        "page": page.number,
        "links": _links(facilities.site, kind, wanted, page, len(terms)),
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
    accepted()
    facilities: Facilities = current_facilities()
    term = _vocabulary(facilities, kind).get(term_id)
    if term is None:
        raise NotFound("The persistent identifier does not exist.")
    return json_reply(_term_json(facilities.site, kind, term))


def _vocabulary(facilities: Facilities, kind: str) -> Vocabulary:
    vocabulary = facilities.vocabularies.get(kind)
    if vocabulary is None:
        raise NotFound
    return vocabulary


def _terms(vocabulary: Vocabulary, wanted: dict[str, Any]) -> tuple[list[Entry], str]:
    if wanted["suggest"]:
        return vocabulary.suggest(wanted["suggest"]), "bestmatch"
    terms = vocabulary.search(wanted["q"] or None, tag=wanted["tags"])
    return terms, "bestmatch" if wanted["q"] else "title"


def _term_json(site: Site, kind: str, term: Entry) -> dict[str, Any]:
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
