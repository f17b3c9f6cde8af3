"""Terms of DCAT-AP for our vocabularies, and the builder that all parts of one description share.

Sources: DCAT-AP 3.0.1, section 8 (controlled vocabularies); the authority tables of the Publications Office of the EU;
COAR Resource Types 3; DataCite to DCAT-AP mapping (CiteDCAT-AP, European Commission).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from repository.dataset.description import Label, Publication, Text
from repository.dataset.formats.datacite.datacite_terms import text_language
from repository.dataset.formats.rdf.triples import Graph, Iri, Literal, RdfResource, blank, iri, literal

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_COAR = "http://purl.org/coar/resource_type/"

_RIGHTS = {"open": "PUBLIC", "embargoed": "RESTRICTED", "restricted": "RESTRICTED", "metadata-only": "NON_PUBLIC"}

RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "cites": "dct:references",
        "references": "dct:references",
        "iscitedby": "dct:isReferencedBy",
        "isreferencedby": "dct:isReferencedBy",
        "isdescribedby": "foaf:page",
        "isdocumentedby": "foaf:page",
        "ispartof": "dct:isPartOf",
        "haspart": "dct:hasPart",
        "isversionof": "dct:isVersionOf",
        "hasversion": "dct:hasVersion",
        "isnewversionof": "dcat:previousVersion",
        "ispreviousversionof": "dcat:nextVersion",
        "obsoletes": "dct:replaces",
        "isobsoletedby": "dct:isReplacedBy",
        "requires": "dct:requires",
        "isrequiredby": "dct:isRequiredBy",
        "isvariantformof": "dct:isFormatOf",
        "isoriginalformof": "dct:hasFormat",
        "isderivedfrom": "prov:wasDerivedFrom",
        "issourceof": "prov:hadDerivation",
        "isidenticalto": "owl:sameAs",
    }
)
"""Relation -> property, ``dct:relation`` for others.

``dct:source`` is missing, because DCAT-AP requires a dataset as its object.
"""

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "dataset": "c_ddb1",
        "software": "c_5ce6",
        "workflow": "c_393c",
        "image": "c_c513",
        "image-figure": "c_ecc8",
        "image-plot": "c_ecc8",
        "image-diagram": "c_ecc8",
        "image-drawing": "c_ecc8",
        "image-photo": "c_ecc8",
        "video": "c_12ce",
        "audio": "c_18cc",
        "publication": "c_18cf",
        "publication-article": "c_6501",
        "publication-datapaper": "c_beb9",
        "publication-preprint": "c_816b",
        "publication-dissertation": "c_46ec",
        "publication-conferencepaper": "c_5794",
        "publication-conferenceproceeding": "c_f744",
        "publication-report": "c_93fc",
        "publication-technicalnote": "c_71bd",
        "publication-workingpaper": "c_8042",
        "publication-deliverable": "c_18op",
        "publication-proposal": "c_baaf",
        "publication-datamanagementplan": "c_ab20",
        "publication-softwaredocumentation": "c_71bd",
        "publication-book": "c_2f33",
        "publication-section": "c_3248",
        "publication-journal": "c_0640",
        "publication-peerreview": "H9BQ-739P",
        "publication-patent": "c_15cd",
        "poster": "c_6670",
        "presentation": "R60J-J5BD",
        "lesson": "c_e059",
        "other": "c_1843",
    }
)
"""Resource type -> concept of COAR; a type without its own line has the concept of its general type."""

FILE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "application/geo+json": "GEOJSON",
        "application/geopackage+sqlite3": "GPKG",
        "application/gzip": "GZIP",
        "application/json": "JSON",
        "application/ld+json": "JSON_LD",
        "application/pdf": "PDF",
        "application/rdf+xml": "RDF_XML",
        "application/vnd.apache.parquet": "PARQUET",
        "application/vnd.google-earth.kml+xml": "KML",
        "application/vnd.ms-excel": "XLS",
        "application/vnd.oasis.opendocument.spreadsheet": "ODS",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
        "application/x-hdf": "HDF",
        "application/x-hdf5": "HDF",
        "application/x-netcdf": "NETCDF",
        "application/netcdf": "NETCDF",
        "application/x-tar": "TAR",
        "application/xml": "XML",
        "application/zip": "ZIP",
        "image/jpeg": "JPEG",
        "image/png": "PNG",
        "image/tiff": "TIFF",
        "text/csv": "CSV",
        "text/html": "HTML",
        "text/plain": "TXT",
        "text/tab-separated-values": "TSV",
        "text/turtle": "RDF_TURTLE",
        "text/xml": "XML",
    }
)
"""Media type -> term of the authority table ``file-type``."""

_LANGUAGE = re.compile("[a-z]{3}")


@dataclass(frozen=True, slots=True)
class DcatBuilder:
    """The graph of one publication under construction; `declared` are the ISO 639-3 codes of its languages."""

    graph: Graph
    dataset: RdfResource
    publication: Publication
    declared: Sequence[str]

    def text(self, text: str, code: str | None = None) -> Literal | None:
        """Return `text` with the tag of its ISO 639-3 `code`, or of its script."""
        return literal(text, text_language(text, code, self.declared))

    def added(self, text: Text) -> Literal | None:
        """Return a text beside the main one, with the language that was told or that its script tells."""
        return literal(text.text, text_language(text.text, text.language, self.declared, added=True))

    def name(self, text: str) -> Literal | None:
        """Return a name, with a language only where its script tells one."""
        return literal(text, text_language(text, None, self.declared, added=True))

    def part(self, name: str) -> Iri:
        """Return the address of a part of the description: a fragment of the page; `name` is escaped already."""
        return Iri(f"{page_of(self.publication)}#{name}")


def page_of(publication: Publication) -> Iri:
    """Return the landing page."""
    return iri(publication.url) or Iri(f"urn:record:{publication.id}")


def address(doi: Iri | None, cstr: Iri | None, url: str) -> Iri:
    """Return the name of a dataset: its DOI, else its CSTR, else the subject of its page."""
    return doi or cstr or Iri(f"{iri(url) or 'urn:record'}#dataset")


def authority(table: str, term: str) -> Iri:
    """Return a term of an authority table of the EU, as in ``language/ZHO``."""
    return Iri(f"{_AUTHORITY}{table}/{term}")


def access_right(status: str) -> Iri | None:
    return authority("access-right", _RIGHTS[status]) if status in _RIGHTS else None


def language(code: str) -> Iri | None:
    """Return the language of an ISO 639-3 code, None for codes that name no language."""
    known = _LANGUAGE.fullmatch(code) and code not in ("und", "zxx", "mul", "mis")
    return authority("language", code.upper()) if known else None


def resource_type(kind: str) -> Iri | None:
    term = TYPES.get(kind) or TYPES.get(kind.partition("-")[0])
    return Iri(_COAR + term) if term else None


def concept(graph: Graph, address: Iri | None, label: Label, *types: str) -> RdfResource:
    """Return a controlled term with its names in all languages."""
    term = graph.resource(address, "skos:Concept", *types) if address else blank("skos:Concept", *types)
    term.add("skos:prefLabel", *(literal(text, text_language("", tag, ())) for tag, text in label.title.items()))
    if not term.statements:
        term.add("skos:prefLabel", literal(label.id) or literal("-"))
    return term
