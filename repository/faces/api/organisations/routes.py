"""Affiliations and funders over HTTP (InvenioRDM contract, section 1.10); everybody may read them."""

from typing import Any
from urllib.parse import quote

from flask import Response

from repository.core.errors import NotFound
from repository.core.paging import WINDOW, Page, PageLinks
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.core.web.responses import json_reply
from repository.faces.api.organisations.schemas import OrganisationListShape, OrganisationShape, OrganisationsQuery
from repository.faces.api.routing import Api, ApiCall
from repository.organisations.model import Organisation
from repository.organisations.queries import current_list, organisation_at, organisations_on
from repository.organisations.suggestions import Suggestions, suggestions

api = Api("organisations")
AFFILIATIONS, FUNDERS = "/affiliations", "/funders"


@api.route(
    "GET",
    AFFILIATIONS,
    "Suggest organisations of ROR as affiliations",
    query=OrganisationsQuery,
    replies={200: OrganisationListShape},
)
def list_affiliations(call: ApiCall) -> Response:
    """Return organisations whose names have all words of the query, the likeliest first."""
    return _listed(call, AFFILIATIONS)


@api.route(
    "GET",
    f"{AFFILIATIONS}/<path:organisation_id>",
    "Read an affiliation by its ROR id, bare or as an address",
    replies={200: OrganisationShape},
    errors=(404,),
)
def read_affiliation(call: ApiCall, organisation_id: str) -> Response:
    """Return an organisation with its names in all languages."""
    return _read(call, AFFILIATIONS, organisation_id)


@api.route(
    "GET",
    FUNDERS,
    "Suggest organisations of ROR that fund research",
    query=OrganisationsQuery,
    replies={200: OrganisationListShape},
)
def list_funders(call: ApiCall) -> Response:
    """Return funders whose names have all words of the query, the likeliest first."""
    return _listed(call, FUNDERS)


@api.route(
    "GET",
    f"{FUNDERS}/<path:organisation_id>",
    "Read a funder by its ROR id, or by its id of the Crossref Funder Registry",
    replies={200: OrganisationShape},
    errors=(404,),
)
def read_funder(call: ApiCall, organisation_id: str) -> Response:
    """Return a funder with its names in all languages."""
    return _read(call, FUNDERS, organisation_id)


def _listed(call: ApiCall, kind: str) -> Response:
    site, page = call.services.site, Page.of(call.query)
    text = call.query["suggest"] or call.query["q"]
    with call.snapshot() as snapshot:
        known = current_list(snapshot)
        listed = _page(snapshot, text, page, funders=kind == FUNDERS)
    filters = {name: call.query[name] for name in ("suggest", "q") if call.query[name]}
    return json_reply(
        {
            "hits": {"hits": [_shown(site, kind, row) for row in listed.organisations], "total": listed.total},
            "sortBy": "bestmatch" if text else "oldest",
            "page": page.number,
            "version": known.version if known else None,
            "links": PageLinks(site.api(kind), filters).numbered(page, min(listed.total, WINDOW)),
        }
    )


def _page(snapshot: Snapshot, text: str | None, page: Page, *, funders: bool) -> Suggestions:
    """Return the organisations on a page, of all that there are or of those that answer."""
    if text:
        return suggestions(snapshot, text, page.offset, page.size, funders=funders)
    known = current_list(snapshot)
    total = (known.funders if funders else known.organisations) if known else 0
    rows = organisations_on(snapshot, page.offset, page.size, funders=funders) if page.offset < WINDOW else ()
    return Suggestions(rows, total)


def _read(call: ApiCall, kind: str, organisation_id: str) -> Response:
    with call.snapshot() as snapshot:
        row = organisation_at(snapshot, organisation_id)
    if row is None or (kind == FUNDERS and not row.is_funder):
        raise NotFound("The persistent identifier does not exist.")
    return json_reply(_shown(call.services.site, kind, row))


def _shown(site: Site, kind: str, row: Organisation) -> dict[str, Any]:
    return {**row.body, "links": {"self": site.api(f"{kind}/{quote(row.ror)}")}}
