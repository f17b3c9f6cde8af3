"""The export formats of a record, one line each; negotiation, ``?format=`` and the landing page offer them.

The JSON of the InvenioRDM contract is not among them: it is made from the stored record, not from its public view.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from repository.dataset.description import Publication
from repository.dataset.formats.citation.availability import data_availability
from repository.dataset.formats.citation.bibtex import biblatex, bibtex
from repository.dataset.formats.citation.csl import csl_json, csl_list
from repository.dataset.formats.citation.endnote import endnote
from repository.dataset.formats.citation.jats import jats, jats_ref
from repository.dataset.formats.citation.ris import ris
from repository.dataset.formats.codemeta.codemeta_json import codemeta
from repository.dataset.formats.cstr.cstr_metadata import cstr_metadata
from repository.dataset.formats.datacite.datacite_json import datacite_json, datacite_xml
from repository.dataset.formats.dcat.dcat_graph import (
    dcat_catalogue_jsonld,
    dcat_catalogue_rdfxml,
    dcat_catalogue_turtle,
    dcat_jsonld,
    dcat_rdfxml,
    dcat_turtle,
)
from repository.dataset.formats.dublin_core import oai_dc
from repository.dataset.formats.geojson.geojson_features import all_features, geojson
from repository.dataset.formats.iso19139.iso19139_xml import iso19139
from repository.dataset.formats.json_text import ReadFiles, as_json
from repository.dataset.formats.marc.marcxml import COLLECTION, marcxml
from repository.dataset.formats.packages.croissant import croissant, whole_croissant
from repository.dataset.formats.packages.ro_crate import ro_crate, whole_ro_crate
from repository.dataset.formats.schema_org.schema_org_json import schema_org
from repository.dataset.formats.tables.csv_tables import csv_row, csv_table
from repository.dataset.formats.xml_writer import writable

Combine = Callable[[Iterable[Publication]], Iterator[str]]
"""Writes any number of publications, also none, as one well-formed document, part by part."""

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

_PROFILE = re.compile(r"""profile\s*=\s*(?:"([^"]*)"|([^\s;"]+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One way to write a record.

    `name` stands in ``?format=``, `label` is for people, `extension` has no dot. `write` makes a whole document,
    `combine` one of a list. `also` are other media types for the same format. A format that lists files and has
    `write_whole` writes that of a publication with more files than it names, in parts, while all are read. It
    `tells_columns` of tables, if they are known.
    """

    name: str
    media_type: str
    extension: str
    label: str
    write: Callable[[Publication], str | bytes]
    combine: Combine
    also: tuple[str, ...] = ()
    write_whole: Callable[[Publication, ReadFiles], Iterator[str]] | None = None
    tells_columns: bool = False


def joiner(write: Callable[[Publication], str], opening: str = "", between: str = "\n", closing: str = "") -> Combine:
    """Return a function that writes documents one after another, with texts before, between and after them."""

    def combine(publications: Iterable[Publication]) -> Iterator[str]:
        begun = False
        for publication in publications:
            yield (between if begun else opening) + write(publication)
            begun = True
        yield closing if begun else opening + closing

    return combine


def json_format(
    name: str,
    media_type: str,
    label: str,
    make: Callable[[Publication], Mapping[str, Any]],
    *,
    extension: str = "json",
    also: tuple[str, ...] = (),
    write_whole: Callable[[Publication, ReadFiles], Iterator[str]] | None = None,
    tells_columns: bool = False,
) -> ExportFormat:
    """Return a format of JSON objects; a list of them is a JSON array, which in JSON-LD is a graph."""

    def write(publication: Publication) -> str:
        return as_json(make(publication))

    combine = joiner(write, "[", ",\n", "]")
    return ExportFormat(name, media_type, extension, label, write, combine, also, write_whole, tells_columns)


def xml_format(
    name: str,
    media_type: str,
    label: str,
    element: Callable[[Publication], str],
    *,
    wrapper: str = "records",
    member: Callable[[Publication], str] | None = None,
    also: tuple[str, ...] = (),
) -> ExportFormat:
    """Return a format of XML elements that declare their own namespaces.

    A list stands in an element `wrapper`; each record in it is the element `member`, by default `element`.
    """

    def write(publication: Publication) -> str:
        return DECLARATION + element(publication)

    combine = joiner(member or element, f"{DECLARATION}<{wrapper}>\n", "\n", f"\n</{wrapper}>\n")
    return ExportFormat(name, media_type, "xml", label, write, combine, also)


def text_format(
    name: str,
    media_type: str,
    label: str,
    write: Callable[[Publication], str],
    *,
    extension: str,
    also: tuple[str, ...] = (),
) -> ExportFormat:
    """Return a format whose entries follow one another in a file, as in a bibliography, without control characters."""

    def clean(publication: Publication) -> str:
        return writable(write(publication))

    return ExportFormat(name, media_type, extension, label, clean, joiner(clean), also)


_CSL_ITEM = json_format(
    "csl-item",
    "application/vnd.citationstyles.csl+json",
    "CSL JSON",
    csl_json,
    also=("application/citeproc+json",),
)
"""What a program gets that asks a record for this media type: one item, as resolvers of DOIs answer.

A file of CSL-JSON, which people save, is a list: ``?format=csl``.
"""


def _one_collection(features: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Write the places of all records as one collection: GeoJSON knows no list of collections."""
    begin = '{"type":"FeatureCollection","features":['
    for feature in features:
        yield begin + as_json(feature)
        begin = ",\n"
    yield "]}" if begin == ",\n" else begin + "]}"


_TABLE = (
    json_format("datacite-json", "application/vnd.datacite.datacite+json", "DataCite JSON", datacite_json),
    xml_format(
        "datacite-xml",
        "application/vnd.datacite.datacite+xml",
        "DataCite XML",
        datacite_xml,
        also=("application/x-datacite+xml",),
    ),
    json_format(
        "schema-org",
        "application/ld+json",
        "schema.org JSON-LD",
        schema_org,
        extension="jsonld",
        also=("application/vnd.schemaorg.ld+json", 'application/ld+json; profile="https://schema.org/"'),
    ),
    ExportFormat(
        "dcat-turtle",
        "text/turtle",
        "ttl",
        "DCAT-AP Turtle",
        dcat_turtle,
        dcat_catalogue_turtle,
    ),
    ExportFormat(
        "dcat-jsonld",
        'application/ld+json; profile="http://www.w3.org/ns/dcat#"',
        "jsonld",
        "DCAT-AP JSON-LD",
        lambda publication: as_json(dcat_jsonld(publication)),
        dcat_catalogue_jsonld,
    ),
    ExportFormat(
        "dcat-rdfxml",
        "application/rdf+xml",
        "rdf",
        "DCAT-AP RDF/XML",
        lambda publication: DECLARATION + dcat_rdfxml(publication),
        dcat_catalogue_rdfxml,
        ("application/dcat+xml",),
    ),
    json_format("cstr", "application/vnd.cstr+json", "CSTR metadata", cstr_metadata),
    xml_format("iso19139", "application/vnd.iso.19139+xml", "ISO 19139 XML", iso19139),
    xml_format("dublin-core", "application/x-dc+xml", "Dublin Core XML", oai_dc),
    replace(_CSL_ITEM, name="csl", write=lambda publication: as_json(csl_list(publication))),
    text_format(
        "bibtex",
        "application/x-bibtex",
        "BibTeX",
        bibtex,
        extension="bib",
        also=("text/x-bibtex",),
    ),
    text_format("biblatex", "application/x-biblatex", "BibLaTeX", biblatex, extension="bib"),
    text_format("ris", "application/x-research-info-systems", "RIS", ris, extension="ris"),
    text_format("endnote", "application/x-endnote-refer", "EndNote", endnote, extension="enw"),
    xml_format(
        "jats",
        "application/jats+xml",
        "JATS reference",
        jats,
        wrapper="ref-list",
        member=jats_ref,
        also=("application/vnd.jats+xml",),
    ),
    text_format(
        "data-availability",
        "text/x-data-availability",
        "Data availability statement",
        data_availability,
        extension="txt",
    ),
    json_format(
        "ro-crate",
        'application/ld+json; profile="https://w3id.org/ro/crate"',
        "RO-Crate metadata",
        ro_crate,
        write_whole=whole_ro_crate,
    ),
    json_format(
        "croissant",
        'application/ld+json; profile="http://mlcommons.org/croissant/1.0"',
        "Croissant",
        croissant,
        write_whole=whole_croissant,
        tells_columns=True,
    ),
    json_format(
        "codemeta",
        'application/ld+json; profile="https://w3id.org/codemeta/3.0"',
        "CodeMeta",
        codemeta,
        also=("application/vnd.codemeta.ld+json",),
    ),
    ExportFormat(
        "geojson",
        "application/geo+json",
        "geojson",
        "GeoJSON",
        lambda publication: as_json(geojson(publication)),
        lambda publications: _one_collection(all_features(publications)),
        ("application/vnd.geo+json",),
    ),
    ExportFormat(
        "marcxml",
        "application/marcxml+xml",
        "xml",
        "MARCXML",
        lambda publication: DECLARATION + marcxml(publication),
        joiner(marcxml, f"{DECLARATION}{COLLECTION}\n", "\n", "\n</collection>\n"),
        ("application/marc+xml",),
    ),
    ExportFormat(
        "csv",
        "text/csv",
        "csv",
        "CSV",
        csv_row,
        csv_table,
        ("application/vnd.inveniordm.v1.full+csv", "application/vnd.inveniordm.v1.simple+csv"),
    ),
)
"""In the order of the menu."""

FORMATS: Mapping[str, ExportFormat] = MappingProxyType({export.name: export for export in _TABLE})
"""Every format by its name."""


def of_media_type(media_type: str) -> ExportFormat | None:
    """Return the format of a media type in any case of its letters, under that type, or None.

    The only parameter that counts is ``profile``, and only where a format has that profile (RFC 6906: a client that
    does not know a profile loses nothing by it).
    """
    kind, profile = _kind_and_profile(media_type)
    return _BY_MEDIA_TYPE.get((kind, profile)) or _BY_MEDIA_TYPE.get((kind, ""))


def write_list(export: ExportFormat, publications: Iterable[Publication]) -> Iterator[str]:
    """Return `publications`, read one by one, as one well-formed document in parts of about one record."""
    return export.combine(publications)


def _kind_and_profile(media_type: str) -> tuple[str, str]:
    kind, _, parameters = media_type.partition(";")
    profile = _PROFILE.search(parameters)
    return kind.strip().lower(), (profile[1] or profile[2] or "") if profile else ""


_BY_MEDIA_TYPE = {
    _kind_and_profile(media_type): replace(export, media_type=media_type)
    for export in (*reversed(_TABLE), _CSL_ITEM)
    for media_type in (*export.also, export.media_type)
}
