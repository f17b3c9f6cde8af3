"""The documented paths of a record, and the field of the index that each means.

The API's documentation is generated from `PATHS`, so a path that stands here is one that people may use.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from repository.search.pasted_identifiers import FIELDS_OF, OTHER_FIELDS, identify

FREE = "*"
"""Instead of an index field: all text together."""

_PARTS = ("name", "family_name", "given_name")
_AGENT = (
    *(f"person_or_org.{part}" for part in _PARTS),
    *(f"person_or_org.alternate_names.{part}" for part in _PARTS),
)

_RECORD = {
    "id": "id",
    "created": "created",
    "updated": "updated",
    "is_published": "is_published",
    "status": "status",
    "versions.index": "version_index",
    "parent.id": "concept_id",
    "parent.pids.doi.identifier": "concept_doi",
    "parent.pids.cstr.identifier": "concept_cstr",
    "parent.pids.handle.identifier": "concept_handle",
    "parent.communities.ids": "communities",
    "parent.communities.entries.id": "communities",
    "parent.communities.entries.slug": "communities",
    "pids.doi.identifier": "doi",
    "pids.cstr.identifier": "cstr",
    "pids.handle.identifier": "handle",
    "access.status": "access_status",
    "access.record": "access_record",
    "access.files": "access_files",
    "files.count": "file_count",
    "files.total_bytes": "total_bytes",
    "files.types": "file_type",
    "files.entries.key": "filenames",
    "files.entries.ext": "file_type",
}

_METADATA = {
    "metadata.*": FREE,
    "metadata.title": "title",
    "metadata.additional_titles.title": "additional_titles",
    "metadata.description": "description",
    "metadata.additional_descriptions.description": "additional_descriptions",
    **{f"metadata.creators.{name}": "creators" for name in _AGENT},
    "metadata.creators.person_or_org.identifiers.identifier": "creator_identifiers",
    "metadata.creators.affiliations.name": "affiliations",
    "metadata.creators.affiliations.alternate_names.name": "affiliations",
    **{f"metadata.contributors.{name}": "contributors" for name in _AGENT},
    "metadata.contributors.person_or_org.identifiers.identifier": "contributor_identifiers",
    "metadata.contributors.affiliations.name": "affiliations",
    "metadata.contributors.affiliations.alternate_names.name": "affiliations",
    "metadata.subjects.subject": "subjects",
    "metadata.subjects.id": "subject",
    "metadata.publisher": "publisher",
    "metadata.publication_date": "publication_date",
    "metadata.version": "version",
    "metadata.languages.id": "language",
    "metadata.rights.id": "licence",
    "metadata.resource_type.id": "resource_type",
    "metadata.resource_type.title.*": "resource_type",
    "metadata.identifiers.identifier": "identifiers",
    "metadata.related_identifiers.identifier": "related_identifiers",
    "metadata.references.reference": "references",
    "metadata.funding.*": "funding",
    "metadata.locations.features.place": "places",
}

_ALIASES = {
    "doi": "doi",
    "conceptdoi": "concept_doi",
    "cstr": "cstr",
    "conceptcstr": "concept_cstr",
    "recid": "id",
    "conceptrecid": "concept_id",
    "title": "title",
    "description": "description",
    "creators": "creators",
    "creators.name": "creators",
    "creators.affiliation": "affiliations",
    "creators.orcid": "creator_identifiers",
    "communities": "communities",
    "contributors": "contributors",
    "contributors.name": "contributors",
    "keywords": "subjects",
    "subjects": "subjects",
    "resource_type": "resource_type",
    "resource_type.type": "resource_type",
    "resource_type.id": "resource_type",
    "access_right": "access_status",
    "publication_date": "publication_date",
    "grants.code": "funding",
    "license": "licence",
    "license.id": "licence",
    "license.identifier": "licence",
    "version": "version",
    "publisher": "publisher",
    "language": "language",
    "filename": "filenames",
    "files.key": "filenames",
    "related.identifier": "related_identifiers",
}

PATHS: Mapping[str, str] = MappingProxyType({**_RECORD, **_METADATA, **_ALIASES})
"""Path as typed before the colon -> a field of the index, or `FREE`; ``.*`` stands for any path below."""

NOT_SEARCHABLE = frozenset({"owners"})
"""Names that are understood as fields and refused; owners are nobody's business but their own."""

ROOTS = ("metadata", "access", "parent", "pids", "files", "versions", "custom_fields", "stats")
"""What begins with one of these and a dot is a path; one not in `PATHS` is refused."""

_PREFIXES = tuple(path[:-1] for path in PATHS if path.endswith(".*"))
_ANY_CASE = frozenset({"doi", "cstr"})


@cache
def names_pattern() -> str:
    """Return a regular expression for everything that is a path when a colon follows."""
    names = sorted({*PATHS, *NOT_SEARCHABLE}, key=lambda name: (-len(name), name))
    exact = [re.escape(name) for name in names if name not in _ANY_CASE]
    pasted = [f"(?i:{name})" for name in sorted(_ANY_CASE)]
    below = rf"(?:{'|'.join(ROOTS)})\.[\w.*\\-]+"
    return "|".join(("_exists_", below, *exact, *pasted))


def index_field(path: str) -> str | None:
    """Return the field that `path` names, `FREE` for all text, None when it is not indexed."""
    path = path.replace("\\", "")
    if path.casefold() in _ANY_CASE:
        path = path.casefold()
    if path in PATHS:
        return PATHS[path]
    prefixes = [prefix for prefix in _PREFIXES if path.startswith(prefix) and prefix != "metadata."]
    return PATHS[f"{max(prefixes, key=len)}*"] if prefixes else None


_IDENTIFIERS = frozenset({*OTHER_FIELDS, *(field for fields in FIELDS_OF.values() for field in fields)})
"""Fields whose values are identifiers, kept in their normal form."""

_MARK = re.compile(
    r"^(?:https?://)?(?:(?:dx\.|www\.)?doi\.org/|(?:www\.)?cstr\.cn/|hdl\.handle\.net/|orcid\.org/|(?:doi|cstr|hdl):\s*)",
    re.IGNORECASE,
)


def value_of(field: str | None, text: str) -> str:
    """Return `text`, a value or a part of one, as the index keeps values of `field`: identifiers in normal form."""
    if field not in _IDENTIFIERS:
        return text
    known = identify(text)
    return known[1] if known else _MARK.sub("", text).casefold()
