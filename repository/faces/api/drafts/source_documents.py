"""Descriptions in forms of others, by the media type of a request."""

from collections.abc import Mapping

from repository.crosswalks.source_formats import SourceFormat
from repository.faces.api.routing import ApiCall, SentDocument
from repository.imports.begin import ReadSource, read_source
from repository.imports.rules import IdentifierUse

SOURCE_TYPES: Mapping[str, SourceFormat | None] = {
    "application/x-bibtex": SourceFormat.BIBTEX,
    "application/x-biblatex": SourceFormat.BIBTEX,
    "application/x-research-info-systems": SourceFormat.RIS,
    "application/vnd.datacite.datacite+xml": SourceFormat.DATACITE_XML,
    "application/vnd.datacite.datacite+json": SourceFormat.DATACITE_JSON,
    "application/vnd.citationstyles.csl+json": SourceFormat.CSL,
    "application/ld+json": SourceFormat.CRATE,
    "application/vnd.codemeta.ld+json": SourceFormat.SCHEMA_ORG,
    "application/yaml": SourceFormat.CFF,
    "text/x-yaml": SourceFormat.CFF,
    "application/x-yaml": SourceFormat.CFF,
    "text/yaml": SourceFormat.CFF,
    "text/plain": None,
}
"""By media type, the form of a document; a plain text is recognised by its content."""


def read_document(call: ApiCall, sent: SentDocument) -> ReadSource:
    """Return what a document describes; raise `Invalid` for one that is not of its type."""
    use = IdentifierUse(call.query["identifier_use"])
    return read_source(call.services, call.actor, sent.content, use, SOURCE_TYPES[sent.media_type])
