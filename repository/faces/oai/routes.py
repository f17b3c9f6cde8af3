"""HTTP of OAI-PMH: arguments in the query or in a form; errors of the protocol have status 200.

Also, as JSON, the sets that administrators define, and the formats.
"""

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.access.policy import Action, Resource, must
from repository.core.actor import ANONYMOUS
from repository.core.paging import Page
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.openapi import Api
from repository.core.web.request_parsing import json_object, load_schema, parse_query
from repository.core.web.responses import json_reply, no_content
from repository.core.web.shared_schemas import PageQuery
from repository.engines.services import Services
from repository.faces.oai.metadata_prefixes import FORMATS
from repository.faces.oai.schemas import FormatListShape, SetListShape, SetRequest, SetShape, format_json, set_json
from repository.faces.oai.verbs import Provider, answer
from repository.harvest.defined_sets import Definition, change_set, define_set, defined_set, defined_sets, remove_set

pages = Blueprint("oai", __name__)
api = Api("oaipmh")
FORM = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 64 << 10
SETS = "/oaipmh/sets"
SET = f"{SETS}/<record:set_id>"


@pages.route("/oai2d", methods=["GET", "POST"])
def provide() -> Response:
    """Answer a harvester; every client gets the public view."""
    if request.method == "POST" and request.mimetype not in ("", FORM):
        raise UnsupportedMediaType(f"Send the arguments as {FORM}.")
    request.max_content_length = MAX_FORM_BYTES
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    services: Services = current_services()
    safe_until = services.database.safe_until()
    with services.database.snapshot(ANONYMOUS) as snapshot:
        xml = answer(Provider(snapshot, safe_until, services.site, services.vocabularies), pairs)
    return Response(xml, content_type="text/xml; charset=utf-8")


@api.route(
    "GET",
    SETS,
    "List the sets of harvesters that a search defines",
    query=PageQuery,
    answers={200: SetListShape},
    errors=(403,),
)
def list_oai_sets() -> Response:
    require_acceptable()
    arguments = parse_query(PageQuery)
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        entries, total = defined_sets(snapshot, Page(arguments["page"], arguments["size"]))
    hits = [set_json(entry, services.site) for entry in entries]
    return json_reply({"hits": {"hits": hits, "total": total}})


@api.route(
    "POST",
    SETS,
    "Define a set by a search; it can be harvested once it is filled",
    body=SetRequest,
    answers={201: SetShape},
    errors=(403, 409, 413, 415),
)
def create_oai_set() -> Response:
    require_acceptable()
    definition = _definition()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        entry = define_set(unit, definition)
        return json_reply(set_json(entry, services.site), 201)


@api.route("GET", SET, "Read a set that a search defines", answers={200: SetShape}, errors=(403, 404))
def read_oai_set(set_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        return json_reply(set_json(defined_set(snapshot, set_id), services.site))


@api.route(
    "PUT",
    SET,
    "Change the search that defines a set, or what is said of it",
    body=SetRequest,
    answers={200: SetShape},
    errors=(403, 404, 409, 413, 415),
)
def update_oai_set(set_id: int) -> Response:
    require_acceptable()
    definition = _definition()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        entry = change_set(unit, set_id, definition)
        return json_reply(set_json(entry, services.site))


@api.route("DELETE", SET, "Remove a set; what was in it stays", answers={204: None}, errors=(403, 404, 409))
def delete_oai_set(set_id: int) -> Response:
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        remove_set(unit, set_id)
    return no_content()


@api.route("GET", "/oaipmh/formats", "List the formats of harvesting", answers={200: FormatListShape})
def list_oai_formats() -> Response:
    require_acceptable()
    hits = [format_json(prefix, entry) for prefix, entry in FORMATS.items()]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}})


def _definition() -> Definition:
    must(current_actor(), Action.MANAGE_OAI_SETS, Resource())
    body = load_schema(SetRequest(), json_object())
    return Definition(body["spec"], body["name"], body["search_pattern"], body["description"] or "")
