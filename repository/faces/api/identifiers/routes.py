"""Registrations over HTTP, for administrators."""

from flask import Response

from repository.core.paging import PageLinks
from repository.core.web.responses import json_reply
from repository.faces.api.identifiers.schemas import RegistrationShape, RegistrationsQuery, RegistrationsShape
from repository.faces.api.routing import Api, ApiCall
from repository.identifiers.admin import find_identifiers, identifier_json, retry_registration
from repository.identifiers.model import RegistrationState

api = Api("identifiers")


@api.route(
    "GET",
    "/identifiers",
    "List identifiers by the state of their registration",
    query=RegistrationsQuery,
    replies={200: RegistrationsShape},
    errors=(403,),
)
def list_identifiers(call: ApiCall) -> Response:
    """Return identifiers with the state and the last failure of their registration."""
    state, scheme, size, after = (call.query[name] for name in ("state", "scheme", "size", "after"))
    with call.snapshot() as snapshot:
        chosen = RegistrationState(state) if state else None
        identifiers = find_identifiers(snapshot, chosen, after=after, limit=size + 1, scheme=scheme)
    filters = {name: call.query[name] for name in ("state", "scheme") if call.query[name]}
    pages = PageLinks(call.services.site.api("/identifiers"), {**filters, "size": size})
    links = {"self": pages.at(after=after)}
    if len(identifiers) > size:
        links["next"] = pages.at(after=identifiers[size - 1].id)
    return json_reply({"hits": [identifier_json(identifier) for identifier in identifiers[:size]], "links": links})


@api.route(
    "POST",
    "/identifiers/<record:identifier_id>/retry",
    "Try a registration again now",
    replies={202: RegistrationShape},
    errors=(403, 404, 409),
)
def retry_identifier(call: ApiCall, identifier_id: int) -> Response:
    """Try the registration again before its time."""
    with call.transaction() as unit:
        identifier = retry_registration(unit, identifier_id)
    return json_reply(identifier_json(identifier), 202)
