"""HTTP of registrations, for administrators."""

from urllib.parse import urlencode

from flask import Response

from repository.engines.facilities import Facilities
from repository.foundation.web.bodies import query
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import json_reply
from repository.identifiers.desk import identifier_json, listed, retry
from repository.identifiers.model import State
from repository.identifiers.schema import RegistrationShape, RegistrationsQuery, RegistrationsShape

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
    accepted()
    wanted = query(RegistrationsQuery)
    facilities: Facilities = current_facilities()
    state, size = State(wanted["state"]) if wanted["state"] else None, wanted["size"]
    with facilities.works.reading(current_actor()) as work:
        found = listed(work, state, after=wanted["after"], limit=size + 1, scheme=wanted["scheme"])
    chosen = {name: wanted[name] for name in ("state", "scheme") if wanted[name]}

    def at(after: int) -> str:
        return facilities.site.api(f"/identifiers?{urlencode({**chosen, 'size': size, 'after': after})}")

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
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        return json_reply(identifier_json(retry(work, identifier_id)), 202)
