"""Facets of the search: names, labels and filters (InvenioRDM contract, section 1.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.core.errors import Invalid
from repository.dataset.vocabularies import Vocabularies
from repository.engines.search.port import Bucket


@dataclass(frozen=True, slots=True)
class Facet:
    """`field` is the index's name; `vocabulary` names the buckets, if they are controlled terms."""

    field: str
    label: str
    vocabulary: str | None = None


FACETS: Mapping[str, Facet] = {
    "resource_type": Facet("resource_type", "Resource types", "resourcetypes"),
    "access_status": Facet("access_status", "Access status"),
    "file_type": Facet("file_type", "File types"),
    "year": Facet("year", "Publication years"),
    "subject": Facet("subject", "Subjects"),
    "license": Facet("licence", "Licences", "licenses"),
    "language": Facet("language", "Languages", "languages"),
    "creator": Facet("creator", "Creators"),
}
OWN_FACETS: Mapping[str, Facet] = {**FACETS, "is_published": Facet("is_published", "State")}
FILTERS: Mapping[str, str] = {
    **{name: facet.field for name, facet in OWN_FACETS.items()},
    "licence": "licence",
    "publication_date": "publication_date",
}
"""Query parameter -> index field."""
_LABELS = {
    ("access_status", "open"): "Open",
    ("access_status", "embargoed"): "Embargoed",
    ("access_status", "restricted"): "Restricted",
    ("access_status", "metadata-only"): "Metadata-only",
    ("is_published", "true"): "Published",
    ("is_published", "false"): "Draft",
}


def selected(arguments: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the facet selections among the query's parameters, by index field."""
    chosen: dict[str, list[str]] = {}
    for parameter, field in FILTERS.items():
        values = [value for value in arguments.get(parameter, ()) if value]
        if values:
            chosen.setdefault(field, []).extend(values)
    for value in chosen.get("publication_date", ()):
        if ".." not in value:
            raise Invalid.field("publication_date", "Write a range such as 2020..2022.")
    return chosen


def aggregations(
    facets: Mapping[str, Facet],
    buckets: Mapping[str, Sequence[Bucket]],
    chosen: Mapping[str, Sequence[str]],
    vocabularies: Vocabularies,
) -> dict[str, Any]:
    """Return the `aggregations` object."""
    return {
        name: {
            "label": facet.label,
            "buckets": [
                {
                    "key": bucket.key,
                    "doc_count": bucket.count,
                    "label": _label(facet, bucket.key, vocabularies),
                    "is_selected": bucket.key in chosen.get(facet.field, ()),
                }
                for bucket in buckets.get(facet.field, ())
            ],
        }
        for name, facet in facets.items()
    }


def _label(facet: Facet, key: str, vocabularies: Vocabularies) -> str:
    if facet.vocabulary:
        entry = vocabularies[facet.vocabulary].get(key)
        if entry is not None:
            return entry.title.get("en", key)
    return _LABELS.get((facet.field, key), key)
