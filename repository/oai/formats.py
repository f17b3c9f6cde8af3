"""The formats that items come in, by their prefix: a line here is all that a new one needs.

Every writer gives one element with all the namespaces that it needs, made of an access-filtered `Publication`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from repository.dataset.description import Publication
from repository.dataset.formats import dublin_core, xml
from repository.dataset.formats import iso19139 as iso
from repository.dataset.formats.datacite import datacite_xml
from repository.oai.rules import Code, Refused

Write = Callable[[Publication], str]

KERNEL = "http://datacite.org/schema/kernel-4"
KERNEL_SCHEMA = "https://schema.datacite.org/meta/kernel-4.7/metadata.xsd"
KERNEL_VERSION = "4.7"
ENVELOPE = "http://schema.datacite.org/oai/oai-1.1/"
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


FORMATS: Mapping[str, Format] = {
    "oai_dc": Format(dublin_core.SCHEMA, dublin_core.NAMESPACE, dublin_core.oai_dc),
    "oai_datacite": Format(ENVELOPE_SCHEMA, ENVELOPE, in_envelope(datacite_xml, KERNEL_VERSION)),
    "datacite": Format(KERNEL_SCHEMA, KERNEL, datacite_xml),
    "iso19139": Format(iso.SCHEMA, iso.NAMESPACE, iso.iso19139),
}


def require_format(prefix: str | None) -> None:
    """Raises `Refused` unless items come in this format."""
    if prefix not in FORMATS:
        raise Refused.by(Code.NO_FORMAT, f"Items come as: {', '.join(FORMATS)}.")
