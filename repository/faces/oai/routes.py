"""OAI-PMH over HTTP: arguments in the query or in a form; errors of the protocol are replies with status 200."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.core.actor import ANONYMOUS
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.request_parsing import refuse_encoded_body
from repository.faces.oai.verbs import Provider, answer
from repository.faces.request_context import current_services

pages = Blueprint("oai", __name__)
FORM = "application/x-www-form-urlencoded"
XML = "text/xml; charset=utf-8"
MAX_FORM_BYTES = 64 << 10


@pages.route("/oai2d", methods=["GET", "POST"])
@counted_as(CallKind.EXPORT)
def provide() -> Response:
    """Answer a harvester; every client gets the public view."""
    if request.method == "POST":
        refuse_encoded_body()
        if request.mimetype not in ("", FORM):
            raise UnsupportedMediaType(f"Send the arguments as {FORM}.")
    request.max_content_length = MAX_FORM_BYTES
    if request.method == "HEAD":
        return Response(iter(()), content_type=XML)  # a list costs as much as its page
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    services = current_services()
    safe_until = services.database.safe_until()
    with services.database.snapshot(ANONYMOUS) as snapshot:
        reply = answer(Provider(snapshot, safe_until, services.site, services.vocabularies), pairs)
    return Response(reply, content_type=XML)
