"""The sets of OAI-PMH that administrators define, and its formats (InvenioRDM contract, section 1.11)."""

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.paging import Page
from repository.core.web.responses import json_reply, no_content
from repository.core.web.shared_schemas import PageQuery
from repository.faces.api.oai_sets.schemas import (
    FormatListShape,
    SetListShape,
    SetRequest,
    SetShape,
    format_json,
    set_json,
)
from repository.faces.api.routing import Api, ApiCall
from repository.harvest.defined_sets import (
    Definition,
    change_set,
    define_set,
    defined_set,
    defined_sets,
    remove_set,
    require_sound,
)
from repository.harvest.metadata_prefixes import FORMATS

api = Api("oaipmh")
SETS = "/oaipmh/sets"
SET = f"{SETS}/<record:set_id>"


@api.route(
    "GET",
    SETS,
    "List the sets of harvesters that a search defines",
    query=PageQuery,
    replies={200: SetListShape},
    errors=(403,),
)
def list_oai_sets(call: ApiCall) -> Response:
    """Return the sets with their searches, one page at a time."""
    with call.snapshot() as snapshot:
        sets, total = defined_sets(snapshot, Page.of(call.query))
    hits = [set_json(defined, call.services.site) for defined in sets]
    return json_reply({"hits": {"hits": hits, "total": total}})


@api.route(
    "POST",
    SETS,
    "Define a set by a search; it can be harvested once it is filled",
    body=SetRequest,
    replies={201: SetShape},
    errors=(403, 409, 413, 415),
)
def create_oai_set(call: ApiCall) -> Response:
    """Define a set of all public records that a search finds."""
    definition = _definition(call)
    with call.transaction() as unit:
        defined = define_set(unit, definition)
    return json_reply(set_json(defined, call.services.site), 201)


@api.route("GET", SET, "Read a set that a search defines", replies={200: SetShape}, errors=(403, 404))
def read_oai_set(call: ApiCall, set_id: int) -> Response:
    """Return a set with its search and its links for harvesters."""
    with call.snapshot() as snapshot:
        defined = defined_set(snapshot, set_id)
    return json_reply(set_json(defined, call.services.site))


@api.route(
    "PUT",
    SET,
    "Change the search that defines a set, or its description",
    body=SetRequest,
    replies={200: SetShape},
    errors=(403, 404, 409, 413, 415),
)
def update_oai_set(call: ApiCall, set_id: int) -> Response:
    """Change search, name or description; the spec stays."""
    definition = _definition(call)
    with call.transaction() as unit:
        defined = change_set(unit, set_id, definition)
    return json_reply(set_json(defined, call.services.site))


@api.route("DELETE", SET, "Remove a set; its records stay", replies={204: None}, errors=(403, 404, 409))
def delete_oai_set(call: ApiCall, set_id: int) -> Response:
    """Remove the set; harvesters no longer see it."""
    with call.transaction() as unit:
        remove_set(unit, set_id)
    return no_content()


@api.route("GET", "/oaipmh/formats", "List the formats of harvesting", replies={200: FormatListShape})
def list_oai_formats(_call: ApiCall) -> Response:
    """Return the metadata prefixes with their schemas and namespaces."""
    hits = [format_json(prefix, offered) for prefix, offered in FORMATS.items()]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}})


def _definition(call: ApiCall) -> Definition:
    must(call.actor, Action.MANAGE_OAI_SETS, Resource())
    body = call.body
    require_sound(body["search_pattern"])
    return Definition(body["spec"], body["name"], body["search_pattern"], body["description"] or "")
