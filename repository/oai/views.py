"""HTTP of OAI-PMH: arguments in the query or in a form; errors of the protocol are answers, with status 200."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from repository.engines.facilities import Facilities
from repository.foundation.actor import ANONYMOUS
from repository.foundation.web.context import current_facilities
from repository.oai.answers import Provider, answer

pages = Blueprint("oai", __name__)
FORM = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 64 << 10


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
