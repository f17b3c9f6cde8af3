"""A record in a format or as a citation, as the API and the pages reply with it."""

from collections.abc import Iterator, Mapping

from flask import Response
from werkzeug.http import parse_options_header

from repository.core.actor import Actor
from repository.core.errors import Gone
from repository.core.web.problems import STATUS
from repository.core.web.responses import document_reply, name_stream
from repository.dataset.formats.registry import ExportFormat
from repository.engines.services import Services
from repository.faces.content_negotiation import BIBLIOGRAPHY, Representation, accepted_ranges, citation_fault
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
        export = export_citation(services, actor, record_id, *_citation_form(style, locale))
    reply = document_reply(export.text, export.media_type, name=export.name)
    if export.withdrawn:
        reply.status_code = STATUS[Gone]
    return reply if export.tag is None else name_stream(reply, export.tag)


def linkset_reply(services: Services, actor: Actor, record_id: int, media_type: str) -> Response:
    """Return all links of the record; 410 with those that remain, and the reason, if it is withdrawn."""
    links = linkset(services, actor, record_id, media_type)
    return Response(links.text, STATUS[Gone] if links.withdrawn else 200, mimetype=media_type)


def _citation_form(style: str | None, locale: str | None) -> tuple[str, str]:
    """Return style and locale of a citation: those of the address, else of the accepted media type, else APA.

    The media type is ``text/x-bibliography; style=…; locale=…``, as DOI registration agencies have it
    (https://citation.crosscite.org/docs.html).
    """
    accepted = next(_accepted_citations(), {})
    return style or accepted.get("style") or "apa", locale or accepted.get("locale") or "en-US"


def _accepted_citations() -> Iterator[Mapping[str, str]]:
    for media_range in accepted_ranges():
        kind, parameters = parse_options_header(media_range)
        if kind.lower() == BIBLIOGRAPHY and not citation_fault(parameters):
            yield parameters
