"""Names of people over HTTP (InvenioRDM contract, section 1.10): those here who show themselves.

Where an operator chose it, ORCID's public records follow on the first page; without them while ORCID is away.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from flask import Response

from repository.core.errors import Unavailable
from repository.core.paging import Page
from repository.core.web.responses import json_reply
from repository.engines.public_names.port import PublicName
from repository.faces.api.names.schemas import NameListShape, NamesQuery
from repository.faces.api.routing import Api, ApiCall
from repository.organisations.queries import names_at
from repository.people.finding import find_people
from repository.people.profiles import PersonView

api = Api("names")
log = structlog.get_logger()


@api.route(
    "GET",
    "/names",
    "Suggest people here as creators and contributors",
    query=NamesQuery,
    replies={200: NameListShape},
    errors=(403,),
)
def list_names(call: ApiCall) -> Response:
    """Return public people and oneself, with proved ORCID iDs and the names of their affiliations."""
    page = Page.of(call.query)
    with call.snapshot() as snapshot:
        views, total = find_people(snapshot, call.query["suggest"] or call.query["q"], page)
        rors = {entry["id"] for view in views for entry in view.profile.affiliations if entry.get("id")}
        names = names_at(snapshot, rors) if rors else {}
    hits = [_shown(view, {ror: name for ror, (name, _) in names.items()}) for view in views if view.person.name]
    known = {hit["id"] for hit in hits}
    public = _public(call, page, len(hits))
    more = [_from_orcid(person) for person in public or () if person.orcid not in known]
    body: dict[str, Any] = {"hits": {"hits": [*hits, *more], "total": total + len(more)}, "sortBy": "bestmatch"}
    return json_reply({**body, "page": page.number, **({"unavailable": ["orcid"]} if public is None else {})})


def _public(call: ApiCall, page: Page, shown: int) -> Sequence[PublicName] | None:
    """Return people of the public register for what is left of the first page; None while it is away."""
    words, left = call.query["suggest"] or call.query["q"], page.size - shown
    public_names = call.services.public_names
    if public_names is None or page.number != 1 or left <= 0 or not words:
        return ()
    try:
        return public_names.suggest(words, left)
    except Unavailable as error:
        log.warning("no names of the public register", cause=error.reason)
        return None


def _from_orcid(person: PublicName) -> dict[str, Any]:
    names = {"family_name": person.family_name, "given_name": person.given_name}
    return {
        "id": person.orcid,
        "name": ", ".join(filter(None, names.values())),
        **{part: name for part, name in names.items() if name},
        "identifiers": [{"identifier": person.orcid, "scheme": "orcid"}],
        "affiliations": [{"name": name} for name in person.organisations],
    }


def _shown(view: PersonView, names: Mapping[str, str]) -> dict[str, Any]:
    person, profile = view.person, view.profile
    orcid = profile.orcid if profile.orcid_verified else None
    family_name, comma, given_name = (part.strip() for part in person.name.partition(","))
    return {
        "id": orcid or str(person.id),
        "internal_id": str(person.id),
        "name": person.name,
        **({"family_name": family_name, "given_name": given_name} if comma else {}),
        "identifiers": [{"identifier": orcid, "scheme": "orcid"}] if orcid else [],
        "affiliations": [_affiliation(entry, names) for entry in profile.affiliations],
    }


def _affiliation(entry: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    ror = entry.get("id", "")
    return {**entry, "name": names[ror]} if ror in names and "name" not in entry else dict(entry)
