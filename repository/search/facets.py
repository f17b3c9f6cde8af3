"""Facets of the search: names, labels in the reader's language, and filters (InvenioRDM contract, section 1.5)."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from repository.core.errors import Invalid
from repository.dataset.description import Label
from repository.dataset.vocabularies import Vocabularies
from repository.engines.search.port import Bucket


@dataclass(frozen=True, slots=True)
class Facet:
    """`field` is the index's name; `vocabulary` names the buckets, if they are controlled terms.

    `label` is its name in English and Chinese.  The terms of a `nested` facet have types: a type's bucket counts all
    of its terms and has their buckets inside.
    """

    field: str
    label: tuple[str, str]
    vocabulary: str | None = None
    nested: bool = False


FACETS: Mapping[str, Facet] = {
    "resource_type": Facet("resource_type", ("Resource types", "资源类型"), "resourcetypes", nested=True),
    "access_status": Facet("access_status", ("Access status", "访问权限")),
    "file_type": Facet("file_type", ("File types", "文件类型")),
    "year": Facet("year", ("Publication years", "发布年份")),
    "subject": Facet("subject", ("Subjects", "主题")),
    "license": Facet("licence", ("Licences", "许可协议"), "licenses"),
    "language": Facet("language", ("Languages", "语种"), "languages"),
    "creator": Facet("creator", ("Creators", "创建者")),
}
OWN_FACETS: Mapping[str, Facet] = {**FACETS, "is_published": Facet("is_published", ("State", "状态"))}
FILTERS: Mapping[str, str] = {
    **{name: facet.field for name, facet in OWN_FACETS.items()},
    "licence": "licence",
    "publication_date": "publication_date",
}
"""Query parameter -> index field."""
_LABELS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("access_status", "open"): ("Open", "开放"),
    ("access_status", "embargoed"): ("Embargoed", "保护期内"),
    ("access_status", "restricted"): ("Restricted", "受限"),
    ("access_status", "metadata-only"): ("Metadata-only", "仅元数据"),
    ("is_published", "true"): ("Published", "已发布"),
    ("is_published", "false"): ("Draft", "草稿"),
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


@dataclass(frozen=True, slots=True)
class FacetTerm:
    """A value of a facet with its number of hits; one without a controlled name is what depositors wrote."""

    key: str
    count: int
    name: Label | None = None
    inner: Sequence["FacetTerm"] = ()

    def label(self, language: str) -> str:
        """Return the name in a language, in English where it has no other, or what depositors wrote."""
        return self.name.name(language) if self.name else self.key


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """A facet with its values, and the keys that are selected."""

    facet: Facet
    terms: Sequence[FacetTerm]
    selected: Sequence[str] = ()

    def label(self, language: str) -> str:
        return in_one_of(self.facet.label, language)


def in_one_of(pair: tuple[str, str], language: str) -> str:
    """Return the word in Chinese or else in English."""
    return pair[language == "zh"]


def facet_counts(
    facets: Mapping[str, Facet],
    buckets: Mapping[str, Sequence[Bucket]],
    chosen: Mapping[str, Sequence[str]],
    vocabularies: Vocabularies,
) -> dict[str, FacetCounts]:
    """Return what a search counted, by the names of the facets."""
    return {
        name: FacetCounts(facet, _terms(facet, buckets.get(facet.field, ()), vocabularies), chosen.get(facet.field, ()))
        for name, facet in facets.items()
    }


def _terms(facet: Facet, buckets: Sequence[Bucket], vocabularies: Vocabularies) -> list[FacetTerm]:
    if not facet.nested:
        return [facet_term(facet, bucket.key, vocabularies, bucket.count) for bucket in buckets]
    types, inner = _types(facet, vocabularies), defaultdict[str, list[FacetTerm]](list)
    totals = defaultdict[str, int](int)
    for bucket in buckets:
        outer = types.get(bucket.key, bucket.key)
        totals[outer] += bucket.count
        if bucket.key != outer:
            inner[outer].append(facet_term(facet, bucket.key, vocabularies, bucket.count))
    shown = sorted(totals, key=lambda key: (-totals[key], key))[:MOST_SHOWN]
    return [replace(facet_term(facet, key, vocabularies, totals[key]), inner=inner[key]) for key in shown]


def facet_term(facet: Facet, key: str, vocabularies: Vocabularies, count: int = 0) -> FacetTerm:
    """Return a value of a facet under its controlled name, if it has one."""
    if facet.vocabulary:
        entry = vocabularies[facet.vocabulary].get(key)
        return FacetTerm(key, count, entry.label if entry else None)
    pair = _LABELS.get((facet.field, key))
    return FacetTerm(key, count, Label(key, {"en": pair[0], "zh": pair[1]}) if pair else None)
