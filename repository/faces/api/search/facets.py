"""Facets of the search: names, labels and filters (InvenioRDM contract, section 1.5)."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.core.errors import Invalid
from repository.dataset.vocabularies import Vocabularies
from repository.engines.search.port import Bucket


@dataclass(frozen=True, slots=True)
class Facet:
    """`field` is the index's name; `vocabulary` names the buckets, if they are controlled terms.

    The terms of a `nested` facet have types: a type's bucket counts all of its terms and has their buckets inside.
    """

    field: str
    label: str
    vocabulary: str | None = None
    nested: bool = False


FACETS: Mapping[str, Facet] = {
    "resource_type": Facet("resource_type", "Resource types", "resourcetypes", nested=True),
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


MOST_SHOWN = 10
"""buckets of a facet"""

_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_TYPE_AND_TERM = re.compile(r"(?:.*::|[a-z]+\+(?=[a-z]+-))")
"""A term of a nested facet may stand after its type: ``image::image-photo``."""


def selected(arguments: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the facet selections among the query's parameters, by index field."""
    chosen: dict[str, list[str]] = {}
    for parameter, field in FILTERS.items():
        values = [value for value in arguments.get(parameter, ()) if value]
        if values:
            chosen.setdefault(field, []).extend(values)
    nested = {facet.field for facet in OWN_FACETS.values() if facet.nested}
    for field in nested & chosen.keys():
        chosen[field] = [_TYPE_AND_TERM.sub("", value) for value in chosen[field]]
    if "publication_date" in chosen:
        chosen["publication_date"] = [_period(value) for value in chosen["publication_date"]]
    return chosen


def filters(chosen: Mapping[str, Sequence[str]], vocabularies: Vocabularies) -> dict[str, list[str]]:
    """Return the selections as filters of the index: a type of a nested facet stands for all of its terms."""
    selections = {field: list(values) for field, values in chosen.items()}
    for facet in OWN_FACETS.values():
        if facet.nested and facet.field in selections:
            types = _types(facet, vocabularies)
            below = (term for value in selections[facet.field] for term, type_ in types.items() if type_ == value)
            selections[facet.field] = list(dict.fromkeys((*selections[facet.field], *below)))
    return selections


def _period(value: str) -> str:
    """Return a period with open ends empty; raise `Invalid` when it is none."""
    ends = [end.strip() for end in value.split("..")]
    ends = ["" if end == "*" else end for end in ends]
    if len(ends) > 2 or not any(ends) or not all(_DATE.fullmatch(end) for end in ends if end):
        raise Invalid.field("publication_date", "Write a date or a range such as 2020 or 2020-05..2022.")
    return "..".join(ends)


def _types(facet: Facet, vocabularies: Vocabularies) -> Mapping[str, str]:
    """Return the type of each term of a nested facet."""
    return {term.id: term.props.get("type") or term.id for term in vocabularies[facet.vocabulary or ""]}


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
            "buckets": _buckets(facet, buckets.get(facet.field, ()), chosen.get(facet.field, ()), vocabularies),
        }
        for name, facet in facets.items()
    }


def _buckets(
    facet: Facet, buckets: Sequence[Bucket], chosen: Sequence[str], vocabularies: Vocabularies
) -> list[dict[str, Any]]:
    if not facet.nested:
        return [_bucket(facet, bucket, chosen, vocabularies) for bucket in buckets]
    types, inner = _types(facet, vocabularies), defaultdict[str, list[Bucket]](list)
    for bucket in buckets:
        inner[types.get(bucket.key, bucket.key)].append(bucket)
    outer = [Bucket(key, sum(bucket.count for bucket in terms)) for key, terms in inner.items()]
    shown = sorted(outer, key=lambda bucket: (-bucket.count, bucket.key))[:MOST_SHOWN]
    return [
        _bucket(facet, bucket, chosen, vocabularies)
        | {
            "inner": {
                "buckets": [
                    _bucket(facet, term, chosen, vocabularies) for term in inner[bucket.key] if term.key != bucket.key
                ]
            }
        }
        for bucket in shown
    ]


def _bucket(facet: Facet, bucket: Bucket, chosen: Sequence[str], vocabularies: Vocabularies) -> dict[str, Any]:
    return {
        "key": bucket.key,
        "doc_count": bucket.count,
        "label": _label(facet, bucket.key, vocabularies),
        "is_selected": bucket.key in chosen,
    }


def _label(facet: Facet, key: str, vocabularies: Vocabularies) -> str:
    if facet.vocabulary:
        entry = vocabularies[facet.vocabulary].get(key)
        if entry is not None:
            return entry.title.get("en", key)
    return _LABELS.get((facet.field, key), key)
