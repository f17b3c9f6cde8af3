"""HTTP of OAI-PMH: arguments in the query or in a form; errors of the protocol are answers, with status 200.

Beside it, as JSON, the sets that administrators define, and the formats.
"""

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.access.policy import Action, Thing, must
from repository.engines.facilities import Facilities
from repository.foundation.actor import ANONYMOUS
from repository.foundation.paging import Page
from repository.foundation.web.bodies import json_object, load, query
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import json_reply, nothing
from repository.foundation.web.shapes import PageQuery
from repository.oai.answers import Provider, answer
from repository.oai.formats import FORMATS
from repository.oai.schema import FormatListShape, SetListShape, SetRequest, SetShape, format_json, set_json
from repository.oai.sets import Definition, change_set, define_set, defined_set, defined_sets, remove_set

pages = Blueprint("oai", __name__)
api = Api("oaipmh")
FORM = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 64 << 10
SETS = "/oaipmh/sets"
SET = f"{SETS}/<record:set_id>"


@pages.route("/oai2d", methods=["GET", "POST"])
def provide() -> Response:
    """Answer a harvester; whoever asks gets what the public gets."""
    if request.method == "POST" and request.mimetype not in ("", FORM):
        raise UnsupportedMediaType(f"Send the arguments as {FORM}.")
    request.max_content_length = MAX_FORM_BYTES
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    facilities: Facilities = current_facilities()
    settled = facilities.works.settled()
    with facilities.works.reading(ANONYMOUS) as work:
        said = answer(Provider(work, settled, facilities.site, facilities.vocabularies), pairs)
    return Response(said, content_type="text/xml; charset=utf-8")


@api.route(
    "GET",
    SETS,
    "List the sets of harvesters that a search defines",
    query=PageQuery,
    answers={200: SetListShape},
    errors=(403,),
)
def list_oai_sets() -> Response:
    accepted()
    arguments = query(PageQuery)
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        found, total = defined_sets(work, Page(arguments["page"], arguments["size"]))
    hits = [set_json(each, facilities.site) for each in found]
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
    accepted()
    definition = _definition()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        made = define_set(work, definition)
        return json_reply(set_json(made, facilities.site), 201)


@api.route("GET", SET, "Read a set that a search defines", answers={200: SetShape}, errors=(403, 404))
def read_oai_set(set_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.reading(current_actor()) as work:
        return json_reply(set_json(defined_set(work, set_id), facilities.site))


@api.route(
    "PUT",
    SET,
    "Change the search that defines a set, or what is said of it",
    body=SetRequest,
    answers={200: SetShape},
    errors=(403, 404, 409, 413, 415),
)
def update_oai_set(set_id: int) -> Response:
    accepted()
    definition = _definition()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        changed = change_set(work, set_id, definition)
        return json_reply(set_json(changed, facilities.site))


@api.route("DELETE", SET, "Remove a set; what was in it stays", answers={204: None}, errors=(403, 404, 409))
def delete_oai_set(set_id: int) -> Response:
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        remove_set(work, set_id)
    return nothing()


@api.route("GET", "/oaipmh/formats", "List the formats of harvesting", answers={200: FormatListShape})
def list_oai_formats() -> Response:
    accepted()
    hits = [format_json(prefix, each) for prefix, each in FORMATS.items()]
    return json_reply({"hits": {"hits": hits, "total": len(hits)}})


def _definition() -> Definition:
    must(current_actor(), Action.MANAGE_OAI_SETS, Thing())
    wanted = load(SetRequest(), json_object())
    return Definition(wanted["spec"], wanted["name"], wanted["search_pattern"], wanted["description"] or "")
