"""Identifiers and relations of a version in DataCite's attributes.

Source: DataCite Metadata Schema 4.7, properties 1 (Identifier), 11 (AlternateIdentifier), 12 (RelatedIdentifier) and 20
(RelatedItem).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from repository.dataset.description import Publication, Reference, RelatedId, RelatedIdentifier, Sibling
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.datacite.datacite_terms import (
    IDENTIFIER_TYPES,
    OTHER,
    RELATIONS,
    bare,
    general_type,
    writable_line,
)

Json = dict[str, Any]

_CITED = "References"
"""The relation of a work in the list of references."""

_LABELS = {
    "crossreffunderid": "Crossref Funder ID",
    "grid": "GRID",
    "isni": "ISNI",
    "other": OTHER,
    "wikidata": "Wikidata",
}


class TypedIdentifier(NamedTuple):
    """An identifier and its DataCite type."""

    value: str
    type: str


class _Relation(NamedTuple):
    """A relation; `general` is the type of its target, `information` our name of it if DataCite has none."""

    to: TypedIdentifier
    relation: str
    general: str | None = None
    information: str = ""


def identifiers(publication: Publication) -> list[TypedIdentifier]:
    """Return every identifier of the version, each once; the leading one is first, then those of this repository."""
    handle = TypedIdentifier(writable_line(publication.handle or ""), "Handle")
    ours = [*_doi_and_cstr(publication.doi, publication.cstr), handle]
    at_home = [_page(publication.url), TypedIdentifier(writable_line(publication.oai_id), "oai")]
    by_value: dict[tuple[str, str], TypedIdentifier] = {}
    for identifier in (*ours, *at_home, *map(_of_depositor, publication.description.identifiers)):
        if identifier.value:
            by_value.setdefault((identifier.type, identifier.value.casefold()), identifier)
    return list(by_value.values())


def related_identifiers(publication: Publication) -> list[Json]:
    """Return other versions, the twin identifier of another registrar, and the depositor's works, each once."""
    general = general_type(publication.description.resource_type.id)
    relations = (*_versions(publication, general), *_twins(publication, general), *_related_works(publication))
    related = {relation.to for relation in relations}
    cited = [_Relation(work, _CITED) for work in map(_work, publication.description.references) if work]
    every_relation = (*relations, *(relation for relation in cited if relation.to not in related))
    return [_relation_json(relation) for relation in dict.fromkeys(every_relation) if relation.to.value]


def related_items(publication: Publication) -> list[Json]:
    """Return the works that the depositor cites in words: their words are the title, which an item must have."""
    items = []
    for reference in publication.description.references:
        if title := writable_line(reference.text):
            item: Json = {"relatedItemType": OTHER, "relationType": _CITED, "titles": [{"title": title}]}
            if identifier := _work(reference):
                item["relatedItemIdentifier"] = {
                    "relatedItemIdentifier": identifier.value,
                    "relatedItemIdentifierType": identifier.type,
                }
            items.append(item)
    return items


def _of_depositor(identifier: RelatedId) -> TypedIdentifier:
    scheme = identifier_urls.registered_as(identifier.scheme, identifier.identifier)
    label = IDENTIFIER_TYPES.get(scheme) or _LABELS.get(scheme) or writable_line(scheme).upper() or OTHER
    return TypedIdentifier(writable_line(bare(scheme, identifier.identifier)), label)


def _page(url: str) -> TypedIdentifier:
    return TypedIdentifier(writable_line(url), "URL")


def _doi_and_cstr(doi: str | None, cstr: str | None) -> list[TypedIdentifier]:
    identifiers = []
    if doi:
        identifiers.append(TypedIdentifier(writable_line(doi), "DOI"))
    if cstr:
        identifiers.append(TypedIdentifier(writable_line(cstr), "CSTR"))
    return identifiers


def _versions(publication: Publication, general: str) -> Iterator[_Relation]:
    concept = Sibling(0, publication.concept_url, publication.concept_doi, publication.concept_cstr)
    neighbours = [
        ("IsVersionOf", None if publication.is_concept else concept),
        ("IsNewVersionOf", publication.previous),
        ("IsPreviousVersionOf", publication.following),
        *(("HasVersion", sibling) for sibling in publication.siblings if publication.is_concept),
    ]
    for relation, sibling in neighbours:
        if sibling:
            for identifier in _doi_and_cstr(sibling.doi, sibling.cstr) or [_page(sibling.url)]:
                yield _Relation(identifier, relation, general)


def _twins(publication: Publication, general: str) -> Iterator[_Relation]:
    """Yield the CSTR of a version with a DOI: graphs of links are drawn from relations alone."""
    if publication.doi and publication.cstr:
        yield _Relation(TypedIdentifier(writable_line(publication.cstr), "CSTR"), "IsIdenticalTo", general)


def _related_works(publication: Publication) -> Iterator[_Relation]:
    for related in publication.description.related_identifiers:
        if identifier := _work(related):
            relation = RELATIONS.get(related.relation.id, OTHER)
            information = writable_line(related.relation.name()) if relation == OTHER else ""
            kind = general_type(related.resource_type.id) if related.resource_type else None
            yield _Relation(identifier, relation, kind, information)


def _work(related: RelatedIdentifier | Reference) -> TypedIdentifier | None:
    """Return a work; if DataCite lacks its scheme, by its address, and None without an address."""
    if not related.identifier:
        return None
    scheme = identifier_urls.registered_as(related.scheme, related.identifier)
    if kind := IDENTIFIER_TYPES.get(scheme):
        return TypedIdentifier(writable_line(bare(scheme, related.identifier)), kind)
    address = identifier_urls.link_to(related.scheme, related.identifier)
    return TypedIdentifier(writable_line(address), "URL") if address else None


def _relation_json(relation: _Relation) -> Json:
    members = {
        "relatedIdentifier": relation.to.value,
        "relatedIdentifierType": relation.to.type,
        "relationType": relation.relation,
        "resourceTypeGeneral": relation.general,
        "relationTypeInformation": relation.information,
    }
    return {name: value for name, value in members.items() if value}
