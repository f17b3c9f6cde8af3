"""Who made, publishes and funds a dataset, in the terms of DCAT-AP.

People without an identifier are parts of the description, so that a later harvest finds the same ones again.
"""

from collections.abc import Sequence

from repository.dataset.description import Affiliation, Agent, Funding, RelatedId
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.datacite.datacite_terms import said
from repository.dataset.formats.dcat.dcat_terms import Telling, concept
from repository.dataset.formats.rdf.triples import Iri, Resource, blank, iri, literal

_NAMED = ("orcid", "ror", "isni", "gnd")


def tell_people(telling: Telling) -> None:
    """Creators, contributors with their roles, publisher, contact and funding."""
    description, dataset = telling.publication.description, telling.dataset
    for number, agent in enumerate(description.creators, 1):
        _tell_agent(telling, "dct:creator", agent, f"creator-{number}")
    for number, agent in enumerate(description.contributors, 1):
        _tell_agent(telling, "dct:contributor", agent, f"contributor-{number}")
    dataset.say("dct:publisher", _publisher(telling))
    dataset.say("dcat:contactPoint", *_contacts(telling))
    dataset.say("schema:funding", *(_grant(telling, funding) for funding in description.funding))


def repository_agent(telling: Telling) -> Resource | None:
    """The organisation that is called as the repository is."""
    publication = telling.publication
    name, home = telling.name(said(publication.repository_name)), iri(publication.repository_url)
    if name is None:
        return None
    agent = telling.graph.resource(Iri(f"{home}#repository")) if home else blank()
    agent.types.update({"foaf:Organization": None, "foaf:Agent": None})
    agent.say("foaf:name", name)
    agent.say("foaf:homepage", home)
    return agent


def _publisher(telling: Telling) -> Resource | None:
    publication = telling.publication
    name = said(publication.description.publisher)
    is_ours = not name or name == said(publication.repository_name)
    return repository_agent(telling) if is_ours else _organisation(telling, name)


def _organisation(telling: Telling, name: str, address: Iri | None = None) -> Resource | None:
    called = telling.name(name)
    if called is None:
        return None
    agent = telling.graph.resource(address) if address else blank()
    agent.types.update({"foaf:Organization": None, "foaf:Agent": None})
    agent.say("foaf:name", called)
    return agent


def _tell_agent(telling: Telling, predicate: str, agent: Agent, place: str) -> None:
    told = _agent(telling, agent, place)
    telling.dataset.say(predicate, told)
    if told is not None and agent.role is not None:
        attribution = blank("prov:Attribution")
        attribution.say("prov:agent", told)
        attribution.say("dcat:hadRole", concept(telling.graph, None, agent.role, "dcat:Role"))
        telling.dataset.say("prov:qualifiedAttribution", attribution)


def _agent(telling: Telling, agent: Agent, place: str) -> Resource | None:
    name = telling.name(person_names.written(agent))
    if name is None:
        return None
    addresses = _addresses(agent.identifiers)
    kind = "foaf:Person" if agent.personal else "foaf:Organization"
    told = telling.graph.resource(addresses[0] if addresses else telling.part(place), kind, "foaf:Agent")
    told.say("foaf:name", name)
    if agent.personal:
        family, given = person_names.parts(agent)
        told.say("foaf:familyName", telling.name(family) if given else None)
        told.say("foaf:givenName", telling.name(given))
    told.say("dct:identifier", *map(literal, addresses))
    told.say("org:memberOf", *(_affiliation(telling, each) for each in agent.affiliations))
    return told


def _addresses(identifiers: Sequence[RelatedId]) -> list[Iri]:
    """Where an agent is described, the surest first."""
    found = {each.scheme: iri(identifier_urls.link_to(each.scheme, each.identifier)) for each in reversed(identifiers)}
    return [address for scheme in _NAMED if (address := found.get(scheme))]


def _affiliation(telling: Telling, affiliation: Affiliation) -> Resource | None:
    address = iri(identifier_urls.ror_url(affiliation.id))
    if address and affiliation.name == affiliation.id:
        return telling.graph.resource(address)  # nothing is known of it but its address
    return _organisation(telling, said(affiliation.name), address)


def _contacts(telling: Telling) -> list[Resource]:
    """Those who said that they answer questions, else the publisher."""
    description = telling.publication.description
    people = (*description.creators, *description.contributors)
    asked = [agent for agent in people if agent.role and agent.role.id == "contactperson"]
    cards = [card for agent in asked if (card := _card(telling, agent))]
    return cards or _house(telling)


def _card(telling: Telling, agent: Agent) -> Resource | None:
    name = telling.name(person_names.written(agent))
    if name is None:
        return None
    card = blank("vcard:Individual" if agent.personal else "vcard:Organization", "vcard:Kind")
    card.say("vcard:fn", name)
    card.say("vcard:hasURL", *_addresses(agent.identifiers)[:1])
    return card


def _house(telling: Telling) -> list[Resource]:
    publication = telling.publication
    name = telling.name(said(publication.description.publisher) or said(publication.repository_name))
    if name is None:
        return []
    card = blank("vcard:Organization", "vcard:Kind")
    card.say("vcard:fn", name)
    card.say("vcard:hasURL", iri(publication.repository_url))
    return [card]


def _grant(telling: Telling, funding: Funding) -> Resource | None:
    grant = blank("schema:Grant")
    grant.say("schema:name", telling.text(said(funding.award_title)))
    grant.say("schema:identifier", literal(said(funding.award_number)))
    grant.say("schema:url", iri(funding.award_url))
    grant.say("schema:funder", _organisation(telling, said(funding.funder), _funder_address(funding.funder_id)))
    return grant if grant.statements else None


def _funder_address(funder_id: str | None) -> Iri | None:
    return iri(identifier_urls.ror_url(funder_id)) or iri(funder_id)
