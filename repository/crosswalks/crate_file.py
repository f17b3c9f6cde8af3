"""``ro-crate-metadata.json`` as metadata (RO-Crate Metadata Specification 1.1 to 1.3, "Root Data Entity").

Entities refer to each other by ``@id``; any of them may be missing, of several types, or written in the place of a
reference.  What is said in another form than expected is left out, never guessed.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from repository.crosswalks.crate_parts import dates, methods, places
from repository.crosswalks.description_parts import (
    DOI,
    ORCID,
    ROR,
    affiliation,
    doi_of,
    filled,
    keywords_of,
    licence,
    organisation,
    paragraphs,
    person,
    related,
)
from repository.crosswalks.people_names import split_person
from repository.crosswalks.source_fields import NotTaken, SourceDescription, SourceFields, Unreadable, told

DESCRIPTORS = ("ro-crate-metadata.json", "ro-crate-metadata.jsonld")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")

_ITSELF = frozenset({"@id", "@type", "@context"})
_NOT_OF_THE_DATA = (
    *("conformsTo", "url", "cite-as", "includedInDataCatalog", "provider", "dateModified", "isAccessibleForFree"),
    *("conditionsOfAccess", "exampleOfWork", "headline", "additionalType", "creator", "publicAccess"),
)
"""Members of the root about its place, or repeating others."""


class _Crate:
    """The graph of a crate, by ``@id``; what is read of its entities is marked."""

    def __init__(self, graph: list[Any]) -> None:
        documents = [entity for entity in graph if isinstance(entity, dict) and isinstance(entity.get("@id"), str)]
        self.entities = {entity["@id"]: SourceFields(entity, entity["@id"]) for entity in documents}
        self.read: dict[int, SourceFields] = {}
        self.written: dict[int, SourceFields] = {}

    def root(self) -> SourceFields | None:
        """Return the root data entity, which the descriptor is about."""
        for name, entity in self.entities.items():
            if name.rpartition("/")[2] in DESCRIPTORS and (about := self.refs(entity, "about")):
                return about[0] if about[0].document.keys() - {"@id"} else None
        return None

    def refs(self, entity: SourceFields, member: str) -> list[SourceFields]:
        """Return the entities that a member refers to; one that is only a text has nothing but a name."""
        value = entity.document.get(member)
        entity.skip(member)
        others = [self._entity(item) for item in (value if isinstance(value, list) else [value]) if item]
        for other in others:
            other.skip(*_ITSELF)
            other.place = other.place or member
            self.read[id(other)] = other
        return others

    def _entity(self, item: Any) -> SourceFields:
        if isinstance(item, dict):
            inner = SourceFields(item, str(item.get("@id") or ""))
            return self.entities.get(inner.place) or self.written.setdefault(id(item), inner)
        return self.entities.get(item) or SourceFields({"name": item} if isinstance(item, str) else {})

    def not_taken(self, root: SourceFields) -> Iterator[NotTaken]:
        """Yield what nobody has read of the root, and of what it refers to."""
        for entity in {id(root): root, **self.read}.values():
            entity.place = "" if entity is root else entity.place
            yield from entity.not_taken()


def linked_description(document: dict[str, Any], name: str) -> SourceDescription:
    """Return what one node of schema.org says, as CodeMeta is one; raise `Unreadable` for what has no name."""
    if not text_of(SourceFields(document), "name"):
        raise Unreadable(f"{name} is no description in schema.org: it has no name.")
    members = {member: value for member, value in document.items() if member != "@context"}
    descriptor = {"@id": DESCRIPTORS[0], "about": {"@id": "./"}}
    kind = members.get("@type")
    typed = {"additionalType": kind} if isinstance(kind, str) and kind != "Dataset" else {}
    return crate_description({"@graph": [descriptor, {**typed, **members, "@id": "./"}]}, name)


def crate_description(document: dict[str, Any], name: str) -> SourceDescription:
    """Return what a crate says of its root; raise `Unreadable` for what is no crate."""
    graph = document.get("@graph")
    crate = _Crate(graph if isinstance(graph, list) else [])
    root = crate.root()
    if root is None:
        raise Unreadable(f"{name} is no RO-Crate: it has no descriptor that is about a root data entity.")
    agents = crate.refs(root, "author") or crate.refs(root, "creator")
    doi, cstr = _own(crate, root)
    metadata = filled(
        {
            "resource_type": {"id": _kind(root)},
            "title": text_of(root, "name"),
            "additional_titles": list(_other_titles(root)),
            "publication_date": _day(text_of(root, "datePublished")),
            "publisher": next((text_of(agent, "name") for agent in crate.refs(root, "publisher")), ""),
            "creators": list(_agents(crate, agents)),
            "contributors": list(_contributors(crate, root)),
            "description": paragraphs(text_of(root, "description")),
            "additional_descriptions": list(methods(root, _plain)),
            "copyright": html.escape(text_of(root, "copyrightNotice"), quote=False),
            "dates": list(dates(root)),
            "sizes": root.texts("size"),
            "formats": root.texts("encodingFormat"),
            "locations": filled({"features": list(places(root, crate.refs))}),
            "version": text_of(root, "version") or text_of(root, "softwareVersion"),
            "languages": list(_languages(root)),
            "subjects": [{"subject": word} for word in _keywords(crate, root)],
            "rights": [
                _licence(entity)
                for entity in crate.refs(root, "license")
                if text_of(entity, "name").rstrip(".") != NONE
            ],
            "funding": list(_funding(crate, root)),
            "related_identifiers": list(_related(crate, root, (doi, cstr))),
            "references": list(_references(crate, root)),
        }
    )
    root.skip(*_NOT_OF_THE_DATA, *_ITSELF, *(("sameAs",) if doi or cstr else ()))
    _skip_files(root)
    return SourceDescription(metadata, told(crate.not_taken(root)), doi, cstr)


NONE = "No licence is stated"
"""what this repository writes where the specification wants a licence and there is none"""
_KINDS = {"Dataset": "dataset", "SoftwareSourceCode": "software", "SoftwareApplication": "software"}
_KINDS |= {"ScholarlyArticle": "publication-article", "ImageObject": "image", "VideoObject": "video"}
_KINDS |= {"AudioObject": "audio", "Report": "publication-report", "Thesis": "publication-dissertation"}
_KINDS |= {"Book": "publication-book", "PresentationDigitalDocument": "presentation", "LearningResource": "lesson"}


def _kind(root: SourceFields) -> str:
    return _KINDS.get(text_of(root, "additionalType").rpartition("/")[2], "dataset")


def text_of(entity: SourceFields, member: str) -> str:
    """Return the text of a member, the first of several, empty for anything else."""
    text, is_whole = _plain(entity.document.get(member))
    if text and is_whole:
        entity.skip(member)
    return text


def _plain(value: Any) -> tuple[str, bool]:
    is_whole = not isinstance(value, list) or len(value) == 1
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "", False
    return str(value).strip(), is_whole


def _day(text: str) -> str:
    """Return the day of a moment."""
    match = _DAY.match(text)
    return match[0] if match else text


def _other_titles(root: SourceFields) -> Iterator[dict[str, Any]]:
    """Yield names beside the main one; one in another language is a translation."""
    value = root.document.get("alternateName")
    root.skip("alternateName")
    for item in value if isinstance(value, list) else [value]:
        title, language = _plain(item)[0], item.get("@language") if isinstance(item, dict) else None
        if title:
            code = LANGUAGES.get(str(language).partition("-")[0].lower())
            kind = "translated-title" if code else "alternative-title"
            yield {"title": title, "type": {"id": kind}, **({"lang": {"id": code}} if code else {})}


def _languages(root: SourceFields) -> Iterator[dict[str, str]]:
    value = root.document.get("inLanguage")
    tags = value if isinstance(value, list) else [value]
    codes = [LANGUAGES.get(str(tag).partition("-")[0].lower()) for tag in tags if isinstance(tag, str)]
    if codes and all(codes):
        root.skip("inLanguage")
        yield from ({"id": code} for code in codes if code)


def _is_organisation(agent: SourceFields) -> bool:
    kinds = agent.document.get("@type")
    return bool({"Organization", "Consortium", "Project"} & set(kinds if isinstance(kinds, list) else [kinds]))


def _agents(crate: _Crate, agents: list[SourceFields]) -> Iterator[dict[str, Any]]:
    for agent in agents:
        address = _address(agent)
        agent.skip("url")
        if ORCID.fullmatch(address) or ROR.fullmatch(address):
            agent.skip("identifier")
        places = [affiliation(text_of(place, "name"), _address(place)) for place in crate.refs(agent, "affiliation")]
        if _is_organisation(agent):
            if name := text_of(agent, "name"):
                yield organisation(name, address, places)
            continue
        family, forename = text_of(agent, "familyName"), text_of(agent, "givenName")
        if family:
            agent.skip("name")
        else:
            family, forename = split_person(text_of(agent, "name"))
        if family:
            yield person(family, forename, address or text_of(agent, "identifier"), places)


def _address(entity: SourceFields) -> str:
    address = entity.peek("@id")
    return address if "://" in address else ""


def _contributors(crate: _Crate, root: SourceFields) -> Iterator[dict[str, Any]]:
    """Yield contributors; one in a role (schema.org, Role) has that role if we know it."""
    for entry in crate.refs(root, "contributor"):
        inner = crate.refs(entry, "contributor") if "contributor" in entry.document else [entry]
        role = re.sub(r"[^a-z]", "", entry.peek("roleName").lower())
        if role in ROLES:
            entry.skip("roleName")
        yield from ({**agent, "role": {"id": role if role in ROLES else "other"}} for agent in _agents(crate, inner))
    editors = crate.refs(root, "editor")
    if "contributor" not in root.document:  # this repository tells editors among the contributors too
        yield from ({**agent, "role": {"id": "editor"}} for agent in _agents(crate, editors))
    else:
        list(_agents(crate, editors))


_ROLE_NAMES = """
contactperson datacollector datacurator datamanager distributor editor hostinginstitution producer projectleader
projectmanager projectmember registrationagency registrationauthority relatedperson researcher researchgroup
rightsholder sponsor supervisor translator workpackageleader
"""
ROLES = frozenset(_ROLE_NAMES.split())
"""of contributors, in DataCite's words (contributorType) in lower case"""
LANGUAGES = {"en": "eng", "zh": "zho", "de": "deu", "fr": "fra", "es": "spa", "ja": "jpn", "ko": "kor", "ru": "rus"}
LANGUAGES |= {"pt": "por", "it": "ita", "ar": "ara", "mn": "mon", "bo": "bod", "ug": "uig", "vi": "vie", "kk": "kaz"}
"""ISO 639-1 to ISO 639-3, those that data of this region have"""


def _keywords(crate: _Crate, root: SourceFields) -> Iterator[str]:
    value = root.document.get("keywords")
    if isinstance(value, str):
        yield from keywords_of(root.text("keywords"))
        return
    words = (
        _plain(item.document) if "@value" in item.document else (text_of(item, "name"), True)
        for item in _tagged(crate, root)
    )
    yield from dict.fromkeys(text for text, _ in words if text)


def _tagged(crate: _Crate, root: SourceFields) -> list[SourceFields]:
    entities = crate.refs(root, "keywords")
    for entity in entities:
        entity.skip("@value", "@language")
    return entities


def _licences(crate: _Crate, root: SourceFields) -> Iterator[dict[str, Any]]:
    for entity in crate.refs(root, "license"):
        if entity.peek("name").rstrip(".") != NONE:
            yield _licence(entity)


def _licence(entity: SourceFields) -> dict[str, Any]:
    address, name = entity.peek("@id"), text_of(entity, "name")
    link = address if "://" in address else text_of(entity, "url")
    made = licence(link or name or address, name)
    is_known = "id" in made or entity.peek("description") == name
    entity.skip("identifier", *(("description",) if is_known else ()))
    return made


def _funding(crate: _Crate, root: SourceFields) -> Iterator[dict[str, Any]]:
    named = set()
    for grant in crate.refs(root, "funding"):
        for funder in crate.refs(grant, "funder"):
            if name := text_of(funder, "name"):
                named.add(name)
                yield filled({"funder": affiliation(name, _address(funder)), "award": _award(grant, name)})
    for funder in crate.refs(root, "funder"):
        name = text_of(funder, "name")
        if name and name not in named:
            yield {"funder": affiliation(name, _address(funder))}


def _award(grant: SourceFields, funder: str) -> dict[str, Any]:
    title, number = text_of(grant, "name"), text_of(grant, "identifier")
    is_title = bool(title) and title not in (number, funder)
    return filled({"title": {"en": title} if is_title and number else {}, "number": number})


def _own(crate: _Crate, root: SourceFields) -> tuple[str, str]:
    """Return DOI and CSTR of the root."""
    doi, cstr = "", ""
    for entity in [*crate.refs(root, "identifier"), SourceFields({"name": root.peek("cite-as")})]:
        text = text_of(entity, "value") or text_of(entity, "name") or entity.peek("@id")
        entity.skip("url", "propertyID")
        doi = doi or doi_of(text)
        bare = text.lower().removeprefix("https://cstr.cn/").removeprefix("cstr:")
        cstr = cstr or (text[-len(bare) :] if bare != text.lower() else "")
    return doi, cstr


_LINKS = (
    ("citation", "cites"),
    ("referencePublication", "cites"),
    ("isBasedOn", "isderivedfrom"),
    ("isPartOf", "ispartof"),
    ("subjectOf", "iscitedby"),
)


def _skip_files(root: SourceFields) -> None:
    """Tell how many files there are, not each: they come with the deposit, not with its description."""
    parts = root.document.get("hasPart")
    if isinstance(parts, list) and len(parts) > 1:
        root.document = {**root.document, "hasPart": f"({len(parts)})"}


def _references(crate: _Crate, root: SourceFields) -> Iterator[dict[str, str]]:
    """Yield cited works that have words and no address."""
    for entity in crate.refs(root, "citation"):
        is_linked = _is_address(entity.peek("@id")) or _is_address(entity.peek("name"))
        if not is_linked and (text := text_of(entity, "name")):
            yield {"reference": text}


def _is_address(text: str) -> bool:
    return bool(DOI.fullmatch(text)) or text.startswith(("http://", "https://"))


def _related(crate: _Crate, root: SourceFields, own: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """Yield works that have an address."""
    for member, relation in _LINKS:
        for entity in crate.refs(root, member):
            address = entity.peek("@id") or entity.peek("name")
            if _is_address(address) and doi_of(address) not in filter(None, own):
                entity.skip("name", "identifier", "additionalType", "url")
                yield related(address, relation)
