"""unAPI: reference managers ask here for the record that a page marks, in a format that they know.

Source: unAPI version 1 (2006): a list of formats (200), those of an identifier (300), the record itself (302).
"""

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotAcceptable
from werkzeug.routing import Map

from repository.core.actor import SYSTEM
from repository.core.errors import NotFound
from repository.core.web.request_parsing import UNKNOWN_RECORD_ID, RecordIdConverter
from repository.core.web.responses import redirect_to
from repository.dataset.formats.unapi_formats import OFFERED, formats_xml
from repository.faces.request_context import current_services
from repository.records.queries import is_published

pages = Blueprint("unapi", __name__)
_of_path = RecordIdConverter(Map()).to_python


@pages.get("/unapi")
def read() -> Response:
    """List the formats, or lead to the record with this ``id`` in this ``format``."""
    identifier, name = request.args.get("id", ""), request.args.get("format", "")
    if not identifier:
        return Response(formats_xml(), mimetype="application/xml")
    record_id = _record_id(identifier)
    if not name:
        return Response(formats_xml(identifier), 300, mimetype="application/xml")
    if name not in OFFERED:
        raise NotAcceptable(f"This record comes as: {', '.join(OFFERED)}.")
    return redirect_to(f"{current_services().site.page(f'/records/{record_id}')}?format={OFFERED[name].name}")


def _record_id(identifier: str) -> int:
    """Return the number of the published record with this page; raise `NotFound` for anything else."""
    services = current_services()
    number = _of_path(identifier.removeprefix(services.site.page("/records/")))
    with services.database.snapshot(SYSTEM) as snapshot:
        if number == UNKNOWN_RECORD_ID or not is_published(snapshot, number):
            raise NotFound("There is no published record with this identifier.")
    return number
