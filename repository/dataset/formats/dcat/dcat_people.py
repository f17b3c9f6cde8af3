"""People and organisations that made, publish and fund a dataset, in DCAT-AP.

People without an identifier are parts of the description, so that a later harvest recognises them.
"""

from collections.abc import Sequence

from repository.dataset.description import Affiliation, Agent, Funding, RelatedId
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.name_choice import displayed_names
from repository.dataset.formats.datacite.datacite_terms import text_language, writable_line
from repository.dataset.formats.dcat.dcat_terms import DcatBuilder, concept
from repository.dataset.formats.rdf.triples import Iri, Literal, RdfResource, blank, iri, literal

_AUTHORITIES = ("orcid", "ror", "isni", "gnd")


def add_people(builder: DcatBuilder) -> None:
    """Add creators, contributors with their roles, publisher, contact and funding."""
    description, dataset = builder.publication.description, builder.dataset
    for number, agent in enumerate(description.creators, 1):
        _add_agent(builder, "dct:creator", agent, f"creator-{number}")
    for number, agent in enumerate(description.contributors, 1):
        _add_agent(builder, "dct:contributor", agent, f"contributor-{number}")
    dataset.add("dct:publisher", _publisher(builder))
    dataset.add("dcat:contactPoint", *_contacts(builder))
    dataset.add("schema:funding", *(_grant(builder, funding) for funding in description.funding))


def repository_agent(builder: DcatBuilder) -> RdfResource | None:
    """Return the organisation that has the name of the repository."""
    publication = builder.publication
    name, home = builder.name(writable_line(publication.repository_name)), iri(publication.repository_url)
    if name is None:
        return None
    agent = builder.graph.resource(Iri(f"{home}#repository")) if home else blank()
    agent.types.update({"foaf:Organization": None, "foaf:Agent": None})
    agent.add("foaf:name", name)
    agent.add("foaf:homepage", home)
    return agent


def _publisher(builder: DcatBuilder) -> RdfResource | None:
    publication = builder.publication
    name = writable_line(publication.description.publisher)
    is_ours = not name or name == writable_line(publication.repository_name)
    return repository_agent(builder) if is_ours else _organisation(builder, name)


def _organisation(builder: DcatBuilder, name: str, address: Iri | None = None) -> RdfResource | None:
    label = builder.name(name)
    if label is None:
        return None
    agent = builder.graph.resource(address) if address else blank()
    agent.types.update({"foaf:Organization": None, "foaf:Agent": None})
    agent.add("foaf:name", label)
    return agent


def _add_agent(builder: DcatBuilder, predicate: str, agent: Agent, place: str) -> None:
    party = _agent(builder, agent, place)
    builder.dataset.add(predicate, party)
    if party is not None and agent.role is not None:
        attribution = blank("prov:Attribution")
        attribution.add("prov:agent", party)
        attribution.add("dcat:hadRole", concept(builder.graph, None, agent.role, "dcat:Role"))
        builder.dataset.add("prov:qualifiedAttribution", attribution)


def _agent(builder: DcatBuilder, agent: Agent, place: str) -> RdfResource | None:
    name = builder.name(person_names.display_name(agent))
    if name is None:
        return None
    addresses = _addresses(agent.identifiers)
    kind = "foaf:Person" if agent.personal else "foaf:Organization"
    party = builder.graph.resource(addresses[0] if addresses else builder.part(place), kind, "foaf:Agent")
    party.add("foaf:name", name, *_other_names(agent))
    if agent.personal:
        family_name, given_name = person_names.parts(agent)
        party.add("foaf:familyName", builder.name(family_name) if given_name else None)
        party.add("foaf:givenName", builder.name(given_name))
    party.add("dct:identifier", *map(literal, addresses))
    party.add("org:memberOf", *(_affiliation(builder, affiliation) for affiliation in agent.affiliations))
    return party


def _addresses(identifiers: Sequence[RelatedId]) -> list[Iri]:
    """Return the addresses that describe an agent, the most reliable first."""
    by_scheme = {i.scheme: iri(identifier_urls.link_to(i.scheme, i.identifier)) for i in reversed(identifiers)}
    return [address for scheme in _AUTHORITIES if (address := by_scheme.get(scheme))]


def _affiliation(builder: DcatBuilder, affiliation: Affiliation) -> RdfResource | None:
    address = iri(identifier_urls.ror_url(affiliation.id))
    if address and affiliation.name == affiliation.id:
        return builder.graph.resource(address)  # its address is all we know
    organisation = _organisation(builder, writable_line(affiliation.name), address)
    if organisation is not None:
        organisation.add("foaf:name", *_other_names(affiliation))
    return organisation


def _other_names(named: Agent | Affiliation) -> list[Literal | None]:
    """Return names in other languages: ``foaf:name`` may be repeated for them (DCAT-AP 3, Agent)."""
    return [literal(writable_line(text), tag) for tag, text in displayed_names(named)]


def _contacts(builder: DcatBuilder) -> list[RdfResource]:
    """Return the agents with the role of a contact, else the publisher."""
    description = builder.publication.description
    people = (*description.creators, *description.contributors)
    contacts = [agent for agent in people if agent.role and agent.role.id == "contactperson"]
    cards = [card for agent in contacts if (card := _card(builder, agent))]
    return cards or _publisher_card(builder)


def _card(builder: DcatBuilder, agent: Agent) -> RdfResource | None:
    name = builder.name(person_names.display_name(agent))
    if name is None:
        return None
    card = blank("vcard:Individual" if agent.personal else "vcard:Organization", "vcard:Kind")
    card.add("vcard:fn", name)
    card.add("vcard:hasURL", *_addresses(agent.identifiers)[:1])
    return card


def _publisher_card(builder: DcatBuilder) -> list[RdfResource]:
    publication = builder.publication
    name = builder.name(writable_line(publication.description.publisher) or writable_line(publication.repository_name))
    if name is None:
        return []
    card = blank("vcard:Organization", "vcard:Kind")
    card.add("vcard:fn", name)
    card.add("vcard:hasURL", iri(publication.repository_url))
    return [card]


def _grant(builder: DcatBuilder, funding: Funding) -> RdfResource | None:
    grant = blank("schema:Grant")
    titles = funding.award_titles or {"": funding.award_title}
    grant.add("schema:name", *(_title(title, tag) for tag, title in titles.items()))
    grant.add("schema:identifier", literal(writable_line(funding.award_number)))
    grant.add("schema:url", iri(funding.award_url))
    funder = _organisation(builder, writable_line(funding.funder), _funder_address(funding.funder_id))
    grant.add("schema:funder", funder)
    return grant if grant.statements else None


def _title(title: str, tag: str) -> Literal | None:
    return literal(writable_line(title), text_language("", tag, ()))


def _funder_address(funder_id: str | None) -> Iri | None:
    return iri(identifier_urls.ror_url(funder_id)) or iri(funder_id)
