"""What identifies a version, and what it is related to, in DataCite's attributes.

Source: DataCite Metadata Schema 4.7, properties 1 (Identifier), 11 (AlternateIdentifier) and 12 (RelatedIdentifier).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from repository.dataset.description import Publication, RelatedId, RelatedIdentifier, Sibling
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.datacite.datacite_terms import (
    IDENTIFIER_TYPES,
    OTHER,
    RELATIONS,
    bare,
    general_type,
    said,
)

Json = dict[str, Any]

_LABELS = {
    "crossreffunderid": "Crossref Funder ID",
    "grid": "GRID",
    "isni": "ISNI",
    "other": OTHER,
    "wikidata": "Wikidata",
}


class Named(NamedTuple):
    """An identifier and its DataCite type."""

    value: str
    type: str


class _Relation(NamedTuple):
    """Of what type is the thing, and, for a relation that DataCite does not have, what we call it."""

    to: Named
    relation: str
    general: str | None = None
    information: str = ""


def identifiers(publication: Publication) -> list[Named]:
    """Every identifier of the version, each once: the first is the one by which it is registered or found."""
    own = [*_named(publication.doi, publication.cstr), Named(said(publication.handle or ""), "Handle")]
    leading = [name for name in own if name.value] or [Named(said(publication.url), "URL")]
    found: dict[tuple[str, str], Named] = {}
    for name in (*leading, *map(_of_depositor, publication.description.identifiers)):
        if name.value:
            found.setdefault((name.type, name.value.casefold()), name)
    return list(found.values())


def related_identifiers(publication: Publication) -> list[Json]:
    """Its other versions, its twin by another registrar, and the works that its depositor named; each once."""
    general = general_type(publication.description.resource_type.id)
    relations = (*_versions(publication, general), *_twins(publication, general), *_database(publication))
    return [_written(relation) for relation in dict.fromkeys(relations) if relation.to.value]


def _of_depositor(identifier: RelatedId) -> Named:
    scheme = identifier_urls.registered_as(identifier.scheme, identifier.identifier)
    label = IDENTIFIER_TYPES.get(scheme) or _LABELS.get(scheme) or said(scheme).upper() or OTHER
    return Named(said(bare(scheme, identifier.identifier)), label)


def _named(doi: str | None, cstr: str | None) -> list[Named]:
    found = []
    if doi:
        found.append(Named(said(doi), "DOI"))
    if cstr:
        found.append(Named(said(cstr), "CSTR"))
    return found


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
            for name in _named(sibling.doi, sibling.cstr) or [Named(said(sibling.url), "URL")]:
                yield _Relation(name, relation, general)


def _twins(publication: Publication, general: str) -> Iterator[_Relation]:
    """The CSTR of a version with a DOI: the graphs of links are drawn from relations alone."""
    if publication.doi and publication.cstr:
        yield _Relation(Named(said(publication.cstr), "CSTR"), "IsIdenticalTo", general)


def _database(publication: Publication) -> Iterator[_Relation]:
    for related in publication.description.related_identifiers:
        if name := _work(related):
            relation = RELATIONS.get(related.relation.id, OTHER)
            information = said(related.relation.name()) if relation == OTHER else ""
            kind = general_type(related.resource_type.id) if related.resource_type else None
            yield _Relation(name, relation, kind, information)


def _work(related: RelatedIdentifier) -> Named | None:
    """A scheme that DataCite does not have becomes the address it leads to; without one it has no place here."""
    scheme = identifier_urls.registered_as(related.scheme, related.identifier)
    if kind := IDENTIFIER_TYPES.get(scheme):
        return Named(said(bare(scheme, related.identifier)), kind)
    address = identifier_urls.link_to(related.scheme, related.identifier)
    return Named(said(address), "URL") if address else None


def _written(relation: _Relation) -> Json:
    members = {
        "relatedIdentifier": relation.to.value,
        "relatedIdentifierType": relation.to.type,
        "relationType": relation.relation,
        "resourceTypeGeneral": relation.general,
        "relationTypeInformation": relation.information,
    }
    return {name: value for name, value in members.items() if value}
