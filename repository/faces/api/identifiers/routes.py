"""HTTP of registrations, for administrators."""

from urllib.parse import urlencode

from flask import Response

from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.openapi import Api
from repository.core.web.request_parsing import parse_query
from repository.core.web.responses import json_reply
from repository.engines.services import Services
from repository.faces.api.identifiers.schemas import RegistrationShape, RegistrationsQuery, RegistrationsShape
from repository.identifiers.admin import find_identifiers, identifier_json, retry_registration
from repository.identifiers.model import RegistrationState

api = Api("identifiers")


@api.route(
    "GET",
    "/identifiers",
    "List identifiers by how far their registration is",
    query=RegistrationsQuery,
    answers={200: RegistrationsShape},
    errors=(403,),
)
def list_identifiers() -> Response:
    require_acceptable()
    wanted = parse_query(RegistrationsQuery)
    services: Services = current_services()
    state, size = RegistrationState(wanted["state"]) if wanted["state"] else None, wanted["size"]
    with services.database.snapshot(current_actor()) as snapshot:
        found = find_identifiers(snapshot, state, after=wanted["after"], limit=size + 1, scheme=wanted["scheme"])
    chosen = {name: wanted[name] for name in ("state", "scheme") if wanted[name]}

    def at(after: int) -> str:
        return services.site.api(f"/identifiers?{urlencode({**chosen, 'size': size, 'after': after})}")

    links = {"self": at(wanted["after"])}
    if len(found) > size:
        links["next"] = at(found[size - 1].id)
    return json_reply({"hits": [identifier_json(each) for each in found[:size]], "links": links})


@api.route(
    "POST",
    "/identifiers/<record:identifier_id>/retry",
    "Try a registration again now",
    answers={202: RegistrationShape},
    errors=(403, 404, 409),
)
def retry_identifier(identifier_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        return json_reply(identifier_json(retry_registration(unit, identifier_id)), 202)
