"""The formats that items come in, by their prefix: a line here is all that a new one needs.

Every writer gives one element with all the namespaces that it needs, made of an access-filtered `Publication`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from repository.dataset.description import Publication
from repository.dataset.formats import datacite_xml, dublin_core, iso19139, xml
from repository.dataset.formats.datacite import datacite_xml as datacite
from repository.dataset.formats.dcat import dcat_rdfxml
from repository.oai.rules import Code, Refused

Write = Callable[[Publication], str]

ENVELOPE = "http://schema.datacite.org/oai/oai-1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_SCHEMA = "http://www.openarchives.org/OAI/2.0/rdf.xsd"
KERNEL = "4.7"
"""the version of DataCite's metadata"""
ENVELOPE_SCHEMA = f"{ENVELOPE}oai.xsd"


@dataclass(frozen=True, slots=True)
class Format:
    """`schema` and `namespace` are what ``ListMetadataFormats`` tells of it."""

    schema: str
    namespace: str
    write: Write


def in_envelope(write: Write, version: str) -> Write:
    """DataCite's metadata of kernel `version` as its own harvesters expect it (DataCite OAI Schema 1.1)."""
    opening = (
        f'<oai_datacite xmlns="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{ENVELOPE} {ENVELOPE_SCHEMA}">{xml.element("schemaVersion", version)}'
    )

    def written(publication: Publication) -> str:
        symbol = xml.element("datacentreSymbol", publication.repository_name)
        return f"{opening}{symbol}<payload>{write(publication)}</payload></oai_datacite>"

    return written


_DATACITE = Format(datacite_xml.LOCATION, datacite_xml.NAMESPACE, datacite)
_ENVELOPED = Format(ENVELOPE_SCHEMA, ENVELOPE, in_envelope(datacite, KERNEL))
FORMATS: Mapping[str, Format] = {
    "oai_dc": Format(dublin_core.SCHEMA, dublin_core.NAMESPACE, dublin_core.oai_dc),
    "datacite": _DATACITE,
    "oai_datacite": _ENVELOPED,
    "datacite4": _DATACITE,
    "oai_datacite4": _ENVELOPED,
    "iso19139": Format(iso19139.SCHEMA, iso19139.NAMESPACE, iso19139.iso19139),
    "dcat": Format(RDF_SCHEMA, RDF, dcat_rdfxml),
}


def require_format(prefix: str | None) -> None:
    """Raises `Refused` unless items come in this format."""
    if prefix not in FORMATS:
        raise Refused.by(Code.NO_FORMAT, f"Items come as: {', '.join(FORMATS)}.")
