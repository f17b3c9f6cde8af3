"""The formats of items by their prefix: a new format needs only a line here.

Every writer returns one element with all its namespaces, made from an access-filtered `Publication`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from repository.dataset.description import Publication
from repository.dataset.formats import dublin_core, xml_writer
from repository.dataset.formats.datacite import datacite_xml
from repository.dataset.formats.datacite.datacite_json import datacite_xml as datacite
from repository.dataset.formats.dcat.dcat_graph import dcat_rdfxml
from repository.dataset.formats.iso19139 import iso19139_xml
from repository.dataset.formats.marc import marcxml

Write = Callable[[Publication], str]

ENVELOPE = "http://schema.datacite.org/oai/oai-1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_SCHEMA = "http://www.openarchives.org/OAI/2.0/rdf.xsd"
KERNEL = "4.7"
"""the version of DataCite's metadata"""
ENVELOPE_SCHEMA = f"{ENVELOPE}oai.xsd"


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """A format; `schema` and `namespace` stand in the reply to ``ListMetadataFormats``."""

    schema: str
    namespace: str
    write: Write


def in_envelope(write: Write, version: str) -> Write:
    """Return a writer of DataCite's OAI envelope for kernel `version` (DataCite OAI Schema 1.1)."""
    opening = (
        f'<oai_datacite xmlns="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{ENVELOPE} {ENVELOPE_SCHEMA}">{xml_writer.element("schemaVersion", version)}'
    )

    def write_enveloped(publication: Publication) -> str:
        symbol = xml_writer.element("datacentreSymbol", publication.repository_name)
        return f"{opening}{symbol}<payload>{write(publication)}</payload></oai_datacite>"

    return write_enveloped


_DATACITE = MetadataFormat(datacite_xml.LOCATION, datacite_xml.NAMESPACE, datacite)
_MARC = MetadataFormat(marcxml.SCHEMA, marcxml.NAMESPACE, marcxml.marcxml)
_DATACITE_IN_ENVELOPE = MetadataFormat(ENVELOPE_SCHEMA, ENVELOPE, in_envelope(datacite, KERNEL))
FORMATS: Mapping[str, MetadataFormat] = {
    "oai_dc": MetadataFormat(dublin_core.SCHEMA, dublin_core.NAMESPACE, dublin_core.oai_dc),
    "datacite": _DATACITE,
    "oai_datacite": _DATACITE_IN_ENVELOPE,
    "datacite4": _DATACITE,
    "oai_datacite4": _DATACITE_IN_ENVELOPE,
    "iso19139": MetadataFormat(iso19139_xml.SCHEMA, iso19139_xml.NAMESPACE, iso19139_xml.iso19139),
    "dcat": MetadataFormat(RDF_SCHEMA, RDF, dcat_rdfxml),
    "marcxml": _MARC,
    "marc21": _MARC,
}
