"""unAPI: the formats in which reference managers fetch the records that a page names.

Source: unAPI version 1 (2006): the list of formats, its optional ``id``, the marks of a page.
"""

from collections.abc import Mapping
from types import MappingProxyType

from repository.dataset.formats.registry import DECLARATION, FORMATS, ExportFormat
from repository.dataset.formats.xml_writer import attribute

OFFERED: Mapping[str, ExportFormat] = MappingProxyType(
    {
        "ris": FORMATS["ris"],
        "bibtex": FORMATS["bibtex"],
        "biblatex": FORMATS["biblatex"],
        "refer": FORMATS["endnote"],
        "csl": FORMATS["csl"],
        "oai_dc": FORMATS["dublin-core"],
        "datacite": FORMATS["datacite-xml"],
    }
)
"""The name by which clients know a format -> the format, the one with the most reliable people first."""

_DOCUMENTATION = {
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    "datacite": "https://schema.datacite.org/meta/kernel-4/metadata.xsd",
}


def formats_xml(identifier: str = "") -> str:
    """Return the list of formats, of the record `identifier` if one is given."""
    lines = [
        f"<format{attribute('name', name)}{attribute('type', export.media_type)}"
        f"{attribute('docs', _DOCUMENTATION[name]) if name in _DOCUMENTATION else ''}/>"
        for name, export in OFFERED.items()
    ]
    record = attribute("id", identifier) if identifier else ""
    return f"{DECLARATION}<formats{record}>{''.join(lines)}</formats>"
