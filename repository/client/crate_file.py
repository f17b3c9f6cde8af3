"""``ro-crate-metadata.json`` as metadata (RO-Crate Metadata Specification 1.1 to 1.3, "Root Data Entity").

Entities refer to each other by ``@id``; any of them may be missing, of several types, or written in the place of a
reference.  What is said in another form than expected is left out, never guessed.
"""

import re
from collections.abc import Iterator
from typing import Any

from repository.client.client_errors import UsageFault
from repository.client.descriptions import DOI, filled, licence, organisation, paragraphs, person, related, split_name

DESCRIPTORS = ("ro-crate-metadata.json", "ro-crate-metadata.jsonld")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")

Entity = dict[str, Any]


class _Crate:
    """The graph of a crate, by ``@id``."""

    def __init__(self, graph: list[Any]) -> None:
        entities = [entity for entity in graph if isinstance(entity, dict) and isinstance(entity.get("@id"), str)]
        self.entities = {entity["@id"]: entity for entity in entities}

    def root(self) -> Entity | None:
        """Return the root data entity, which the descriptor is about."""
        for name, entity in self.entities.items():
            if name.rpartition("/")[2] in DESCRIPTORS and (about := self.refs(entity, "about")):
                return about[0] if about[0].keys() - {"@id"} else None
        return None

    def refs(self, entity: Entity, member: str) -> list[Entity]:
        """Return the entities that a member refers to; one that is only a text has nothing but a name."""
        value = entity.get(member)
        return [self._entity(item) for item in (value if isinstance(value, list) else [value]) if item]

    def _entity(self, item: Any) -> Entity:
        if isinstance(item, dict):
            return self.entities.get(str(item.get("@id")), item)
        return self.entities.get(item, {"name": item}) if isinstance(item, str) else {}


def metadata_of_crate(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the metadata of the crate's root; raise `UsageFault` for what is no crate."""
    graph = document.get("@graph")
    crate = _Crate(graph if isinstance(graph, list) else [])
    root = crate.root()
    if root is None:
        raise UsageFault(f"{name} is no RO-Crate: it has no descriptor that is about a root data entity.")
    agents = crate.refs(root, "author") or crate.refs(root, "creator")
    return filled(
        {
            "resource_type": {"id": "dataset"},
            "title": text_of(root, "name"),
            "publication_date": _day(text_of(root, "datePublished")),
            "publisher": next((text_of(agent, "name") for agent in crate.refs(root, "publisher")), ""),
            "creators": list(_agents(crate, agents)),
            "contributors": [{**a, "role": {"id": "other"}} for a in _agents(crate, crate.refs(root, "contributor"))],
            "description": paragraphs(text_of(root, "description")),
            "version": text_of(root, "version") or text_of(root, "softwareVersion"),
            "subjects": [{"subject": word} for word in _keywords(crate, root)],
            "rights": [_licence(entity) for entity in crate.refs(root, "license")],
            "funding": list(_funding(crate, root)),
            "related_identifiers": list(_related(crate, root)),
        }
    )


def text_of(entity: Entity, member: str) -> str:
    """Return the text of a member, the first of several, empty for anything else."""
    value = entity.get(member)
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _day(text: str) -> str:
    """Return the day of a moment."""
    match = _DAY.match(text)
    return match[0] if match else text


def _agents(crate: _Crate, agents: list[Entity]) -> Iterator[Entity]:
    for agent in agents:
        address, name = text_of(agent, "@id"), text_of(agent, "name")
        kinds = agent.get("@type")
        if "Organization" in (kinds if isinstance(kinds, list) else [kinds]):
            if name:
                yield organisation(name, address)
            continue
        family, forename = text_of(agent, "familyName"), text_of(agent, "givenName")
        if not family:
            family, forename = split_name(name)
        if family:
            places = [text_of(place, "name") for place in crate.refs(agent, "affiliation")]
            yield person(family, forename, address or text_of(agent, "identifier"), places)


def _keywords(crate: _Crate, root: Entity) -> Iterator[str]:
    value = root.get("keywords")
    if isinstance(value, str):
        yield from filter(None, (word.strip() for word in re.split(r"[,;，；、]", value)))
        return
    yield from filter(None, (text_of(entity, "name") for entity in crate.refs(root, "keywords")))


def _licence(entity: Entity) -> Entity:
    address, name = text_of(entity, "@id"), text_of(entity, "name")
    link = address if "://" in address else text_of(entity, "url")
    return licence(link or name or address, name)


def _funding(crate: _Crate, root: Entity) -> Iterator[Entity]:
    named = set()
    for grant in crate.refs(root, "funding"):
        for funder in crate.refs(grant, "funder"):
            if name := text_of(funder, "name"):
                named.add(name)
                title, number = text_of(grant, "name"), text_of(grant, "identifier")
                award = filled({"title": {"en": title} if title else {}, "number": number})
                yield filled({"funder": {"name": name}, "award": award if title and number else {}})
    for funder in crate.refs(root, "funder"):
        name = text_of(funder, "name")
        if name and name not in named:
            yield {"funder": {"name": name}}


def _related(crate: _Crate, root: Entity) -> Iterator[Entity]:
    for entity in crate.refs(root, "identifier"):
        text = text_of(entity, "value") or text_of(entity, "name") or text_of(entity, "@id")
        if DOI.fullmatch(text):
            yield related(text, "isidenticalto")
    for member, relation in (("citation", "cites"), ("isBasedOn", "isderivedfrom")):
        for entity in crate.refs(root, member):
            address = text_of(entity, "@id") or text_of(entity, "name")
            if DOI.fullmatch(address) or address.startswith(("http://", "https://")):
                yield related(address, relation)
