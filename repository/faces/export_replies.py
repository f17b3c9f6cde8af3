"""A record in a format or as a citation, as the API and the pages reply with it."""

from flask import Response

from repository.core.actor import Actor
from repository.core.errors import Gone
from repository.core.web.problems import STATUS
from repository.core.web.responses import document_reply
from repository.dataset.formats.registry import ExportFormat
from repository.engines.services import Services
from repository.faces.content_negotiation import Representation, citation_form
from repository.records.exports import export_citation, export_record
from repository.records.linksets import linkset


def export_reply(
    services: Services,
    actor: Actor,
    record_id: int,
    representation: Representation,
    *,
    style: str | None,
    locale: str | None,
) -> Response:
    """Return the record in the format, else its citation; 410 with its tombstone if it is withdrawn."""
    if isinstance(representation, ExportFormat):
        export = export_record(services, actor, record_id, representation)
    else:
        export = export_citation(services, actor, record_id, *citation_form(style, locale))
    reply = document_reply(export.text, export.media_type, name=export.name)
    if export.withdrawn:
        reply.status_code = STATUS[Gone]
    return reply


def linkset_reply(services: Services, actor: Actor, record_id: int, media_type: str) -> Response:
    """Return all links of the record; 410 with those that remain, and the reason, if it is withdrawn."""
    links = linkset(services, actor, record_id, media_type)
    return Response(links.text, STATUS[Gone] if links.withdrawn else 200, mimetype=media_type)
