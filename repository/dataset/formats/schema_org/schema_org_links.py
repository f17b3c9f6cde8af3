"""Identifiers and relations of a version in schema.org's terms.

Sources: science-on-schema.org, guide Dataset 1.3, "Identifier" and "Provenance relationships"; PROV-O and DCMI Metadata
Terms for relations between versions, which schema.org does not have.
"""

from collections.abc import Sequence
from typing import Any

from repository.dataset import cstr
from repository.dataset.description import Publication, Reference, RelatedId, RelatedIdentifier, Sibling
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl
from repository.dataset.formats.plain_text import language_by_script
from repository.dataset.formats.schema_org.schema_org_texts import tagged
from repository.dataset.formats.type_mappings import kind_of

Json = dict[str, Any]

_REGISTRY = "https://registry.identifiers.org/registry/"
_REVISION_OF = "http://www.w3.org/ns/prov#wasRevisionOf"
_REPLACED_BY = "http://purl.org/dc/terms/isReplacedBy"
_RELATED = "http://purl.org/dc/terms/relation"
_RELATIONS = {
    "isderivedfrom": "isBasedOn",
    "cites": "citation",
    "references": "citation",
    "issupplementto": "citation",
    "isdescribedby": "citation",
    "isdocumentedby": "citation",
    "iscitedby": "subjectOf",
    "isreferencedby": "subjectOf",
    "isreviewedby": "subjectOf",
    "ispartof": "isPartOf",
    "haspart": "hasPart",
    "isidenticalto": "sameAs",
}


def identification(publication: Publication) -> Json:
    """Return every identifier of the version, ours first; without any, its page.

    None of them has the ``@id`` of the resource: a thing and its identifier are two nodes of the graph.
    """
    ours = []
    if publication.doi:
        ours.append(_identifier("doi", f"doi:{publication.doi}", identifier_urls.doi_url(publication.doi)))
    if publication.cstr:
        ours.append(_identifier("cstr", cstr.parse(publication.cstr).curie, identifier_urls.cstr_url(publication.cstr)))
    if publication.handle:
        ours.append(_identifier("hdl", f"hdl:{publication.handle}", identifier_urls.handle_url(publication.handle)))
    others = [property_value(identifier) for identifier in publication.description.identifiers]
    return {"identifier": [*ours, *others] or [property_value(RelatedId("url", publication.url))]}


def property_value(identifier: RelatedId) -> Json:
    """Return an identifier of any scheme, with its address if it has one."""
    members = {
        "@type": "PropertyValue",
        "propertyID": identifier.scheme,
        "value": identifier.identifier,
        "url": identifier_urls.link_to(identifier.scheme, identifier.identifier),
    }
    return {name: value for name, value in members.items() if value}


def versions(publication: Publication) -> Json:
    """Return the concept and the versions around this one; of a concept, its versions."""
    kind = _type_of_work(type_of(publication))
    concept = Sibling(0, publication.concept_url, publication.concept_doi, publication.concept_cstr)
    above = None if publication.is_concept else _address(concept)
    examples = publication.siblings if publication.is_concept else ()
    return {
        "exampleOfWork": {"@type": kind, "@id": above} if above else None,
        "workExample": [_version(sibling, kind) for sibling in examples],
        _REVISION_OF: _reference(publication.previous),
        _REPLACED_BY: _reference(publication.following),
    }


def relations(publication: Publication) -> Json:
    """Return related works by property, and the other addresses of this one."""
    by_property: dict[str, list[Any]] = {"sameAs": _other_addresses(publication)}
    for related in publication.description.related_identifiers:
        name = _RELATIONS.get(related.relation.id, _RELATED)
        if related.identifier:
            by_property.setdefault(name, []).append(_work(related, name))
    codes = [label.id for label in publication.description.languages]
    for reference in publication.description.references:
        by_property.setdefault("citation", []).append(_cited(reference, codes))
    return dict(by_property)


def _cited(reference: Reference, codes: Sequence[str]) -> Any:
    """Return a reference as text, or as a work with that text as its name if it has an identifier."""
    text = tagged(reference.text, language_by_script(reference.text, codes))
    if not reference.identifier:
        return text
    address = identifier_urls.link_to(reference.scheme, reference.identifier)
    members = {"@type": "CreativeWork", "@id": address, "name": text, "identifier": reference.identifier}
    return {name: value for name, value in members.items() if value}


def _identifier(registry: str, value: str, address: str) -> Json:
    return {
        "@type": "PropertyValue",
        "propertyID": _REGISTRY + registry,
        "value": value,
        "url": address,
    }


def type_of(publication: Publication) -> str:
    """Return the type of the resource in schema.org."""
    return kind_of(publication.description.resource_type.id).schema_org


def _type_of_work(kind: str) -> str:
    """Return the type of another work: search engines want a name and a description of everything called Dataset."""
    return "CreativeWork" if kind == "Dataset" else kind


def _address(sibling: Sibling) -> str:
    if sibling.doi:
        return identifier_urls.doi_url(sibling.doi)
    return identifier_urls.cstr_url(sibling.cstr) if sibling.cstr else sibling.url


def _version(sibling: Sibling, kind: str) -> Json:
    members = {"@type": kind, "@id": _address(sibling), "version": sibling.label}
    return {name: value for name, value in members.items() if value}


def _reference(sibling: Sibling | None) -> Json | None:
    return {"@id": _address(sibling)} if sibling else None


def _other_addresses(publication: Publication) -> list[str]:
    addresses = [identifier_urls.doi_url(publication.doi)] if publication.doi else []
    if publication.cstr:
        addresses.append(identifier_urls.cstr_url(publication.cstr))
    if publication.handle:
        addresses.append(identifier_urls.handle_url(publication.handle))
    others = [address for address in addresses if address != csl.address(publication)]
    return others or [publication.url]


def _work(related: RelatedIdentifier, name: str) -> Json | str:
    """Return a work by its address, or by its identifier without one."""
    address = identifier_urls.link_to(related.scheme, related.identifier)
    if name == "sameAs":
        return address or related.identifier
    kind = kind_of(related.resource_type.id).schema_org if related.resource_type else "CreativeWork"
    members = {
        "@type": _type_of_work(kind),
        "@id": address,
        "additionalType": "https://schema.org/Dataset" if kind == "Dataset" else None,
        "identifier": related.identifier,
    }
    return {name: value for name, value in members.items() if value}
