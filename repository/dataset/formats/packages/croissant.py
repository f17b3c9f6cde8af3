"""Croissant 1.0, which loads tables into frameworks of machine learning.

Source: MLCommons, Croissant Format Specification 1.0 (2024-03-01), "Dataset-level Information", "FileObject",
"RecordSet", "Field", "DataSource".
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from repository.dataset.description import Agent, FileOf, Publication, RelatedId
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.bibtex import bibtex
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.json_text import ReadFiles, with_lists
from repository.dataset.formats.plain_text import plain, printable
from repository.dataset.formats.schema_org.schema_org_json import schema_org_members
from repository.dataset.formats.schema_org.schema_org_texts import alternate_names, printed, without_empty

Json = dict[str, Any]

MEDIA_TYPE = 'application/ld+json;profile="http://mlcommons.org/croissant/1.0"'
PROFILE = "http://mlcommons.org/croissant/1.0"

TABLES = MappingProxyType(
    {
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "tab": "text/tab-separated-values",
        "parquet": "application/vnd.apache.parquet",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xls": "application/vnd.ms-excel",
    }
)
"""Extension of a table -> its media type."""

_TABULAR = frozenset({*TABLES.values(), "application/x-parquet", "application/parquet", "application/csv", "text/tsv"})

_OF_SCHEMA_ORG_ALONE = frozenset({"headline", "encoding", "includedInDataCatalog"})
"""Members of schema.org that repeat others for the readers of its own documents."""

_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def is_tabular(publication: Publication) -> bool:
    """Return whether a file is a table that Croissant's readers open: CSV, TSV, Parquet or Excel."""
    return any(media_type_of(file) in _TABULAR for file in publication.files)


def media_type_of(file: FileOf) -> str:
    """Return the media type of a table from its extension: stores often know only bytes or plain text."""
    _, dot, extension = file.key.rpartition(".")
    return (
        (TABLES.get(extension.lower()) if dot else None)
        or file.media_type.partition(";")[0].strip()
        or "application/octet-stream"
    )


def croissant(publication: Publication) -> Json:
    """Return Croissant metadata of a publication, with its context inlined: what schema.org tells, and the files.

    Every file of `publication.files` is a FileObject; a comment says where the others are, if there are more. A table
    whose columns are known is a RecordSet too. The function accepts any resource; `is_tabular` tells for which ones it
    is useful.
    """
    description = publication.description
    title = printable(description.title)
    shared = {
        name: printed(value)
        for name, value in schema_org_members(publication).items()
        if name not in _OF_SCHEMA_ORG_ALONE
    }
    members = {
        **shared,
        "@context": {**_CONTEXT, "@language": csl.language(publication) or "en"},
        "@type": "sc:Dataset",
        "@id": csl.address(publication),
        "conformsTo": PROFILE,
        "name": title,
        "description": printable(plain(description.description)) or title,
        "url": publication.url,
        "sameAs": _addresses(publication),
        "identifier": [*_addresses(publication), *map(_address, description.identifiers)],
        "citeAs": bibtex(publication),
        "creator": [_agent(agent) for agent in description.creators],
        "publisher": _named_thing("sc:Organization", csl.publisher(publication)),
        "datePublished": first_date(description.publication_date) or publication.created[:10],
        "dateModified": publication.updated[:10],
        "version": csl.bare_version(publication),
        "keywords": [printable(subject.subject) for subject in description.subjects],
        "inLanguage": list(csl.languages(publication)),
        "isLiveDataset": False,
        "distribution": [_file(file) for file in publication.files],
        "recordSet": list(_record_sets(publication.files)),
        "comment": [*shared.get("comment", ()), *filter(None, [publication.unlisted_files])],
    }
    return without_empty(members)


def whole_croissant(publication: Publication, files: ReadFiles) -> Iterator[str]:
    """Yield the text of the same document with all `files`, of which `publication` names the first ones."""
    members = croissant(replace(publication, file_count=len(publication.files)))
    for name in ("distribution", "recordSet"):
        members.pop(name, None)
    return with_lists(members, {"distribution": map(_file, files()), "recordSet": _record_sets(files())})


def _addresses(publication: Publication) -> list[str]:
    addresses = [identifier_urls.doi_url(publication.doi)] if publication.doi else []
    return [*addresses, identifier_urls.cstr_url(publication.cstr)] if publication.cstr else addresses


def _address(identifier: RelatedId) -> str:
    return identifier_urls.link_to(identifier.scheme, identifier.identifier) or printable(identifier.identifier)


def _agent(agent: Agent) -> Json:
    if not agent.personal:
        ror = identifier_urls.ror_url(agent.identifier("ror"))
        organisation = _named_thing("sc:Organization", person_names.display_name(agent), ror)
        return without_empty({**organisation, "alternateName": printed(alternate_names(agent))})
    orcid = agent.identifier("orcid")
    family_name, given_name = person_names.parts(agent)
    person = _named_thing(
        "sc:Person", person_names.display_name(agent), identifier_urls.link_to("orcid", orcid) if orcid else None
    )
    names = {"givenName": given_name, "familyName": family_name if given_name else ""}
    return without_empty({**person, **names, "alternateName": printed(alternate_names(agent))})


def _named_thing(kind: str, name: str, address: str | None = None) -> Json:
    return without_empty({"@type": kind, "name": name, "url": address})


def _file(file: FileOf) -> Json:
    members = {
        "@type": "cr:FileObject",
        "@id": _id_of(file),
        "name": printable(file.key),
        "alternateName": printable(file.words.title),
        "description": printable(file.words.description),
        "contentUrl": file.url,
        "contentSize": f"{file.size} B",
        "encodingFormat": media_type_of(file),
        "sha256": file.sha256,
    }
    return without_empty(members)


def _id_of(file: FileOf) -> str:
    return quote(file.key.encode("utf-8", "replace"), safe="/!$'()*+,;=@~")


def _record_sets(files: Iterable[FileOf]) -> Iterator[Json]:
    """Yield a RecordSet for each table whose columns have names: readers find a column by nothing else."""
    for file in files:
        names = dict.fromkeys(column.name for column in file.columns)
        if names and all(names) and len(names) == len(file.columns) and media_type_of(file) in _TABULAR:
            yield _record_set(file)


def _record_set(file: FileOf) -> Json:
    own = _id_of(file)
    return {
        "@type": "cr:RecordSet",
        "@id": f"{own}#records",  # no file has such an id: its "#" would be escaped
        "name": printable(file.key),
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{own}#records/{quote(column.name.encode('utf-8', 'replace'), safe='')}",
                "name": printable(column.name),
                "dataType": _DATA_TYPES.get(column.type, "sc:Text"),
                "source": {"fileObject": {"@id": own}, "extract": {"column": printable(column.name)}},
            }
            for column in file.columns
        ],
    }


_DATA_TYPES = MappingProxyType(
    {
        "integer": "sc:Integer",
        "number": "sc:Float",
        "boolean": "sc:Boolean",
        "date": "sc:Date",
        "datetime": "sc:DateTime",
    }
)
"""Type of a column in a preview -> that of Croissant; text for all others."""
