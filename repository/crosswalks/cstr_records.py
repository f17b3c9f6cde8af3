"""The record of a CSTR as the platform's interface answers it, as metadata.

Sources: the platform's pages on its open interface, version 3 (cstr.cn), and the records that this repository writes
(`dataset.formats.cstr`).  The documents fix the requests and not the replies, so that an envelope is read leniently.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repository.crosswalks.description_parts import (
    ORCID,
    affiliation,
    doi_of,
    filled,
    licence,
    organisation,
    paragraphs,
    person,
)
from repository.crosswalks.people_names import split_person
from repository.crosswalks.source_fields import SourceDescription, SourceFields, Unreadable, told
from repository.crosswalks.written_languages import language_code
from repository.dataset.formats.datacite.datacite_terms import IDENTIFIER_TYPES, RELATIONS

_SCHEMES = {name.lower(): scheme for scheme, name in IDENTIFIER_TYPES.items()}
_RELATIONS = {name.lower(): relation for relation, name in RELATIONS.items()}
_TYPES = {"1": "dataset", "2": "video", "3": "audio"}
_OF_THE_REGISTRY = (
    "cstr_state",
    "urls",
    "url",
    "share_method",
    "resource_type",
    "create_time",
    "update_time",
    "status",
)
_PERSON = frozenset({"1", "person"})
_MARK = re.compile(r"cstr:|https?://(?:www\.)?cstr\.cn/", re.IGNORECASE)


def cstr_description(document: Any, name: str) -> SourceDescription:
    """Return what a record says, alone or in an envelope; raise `Unreadable` for others."""
    record = _record(document)
    if record is None:
        raise Unreadable(f"{name} is no record of a CSTR: it has neither titles nor creators.")
    source = SourceFields(record)
    source.skip(*_OF_THE_REGISTRY)
    titles, texts = list(_texts(source, "titles", "name")), list(_texts(source, "descriptions", "description"))
    doi, others = _alternatives(source)
    metadata = filled(
        {
            "resource_type": {"id": _TYPES.get(source.text("type"), "dataset")},
            "title": titles[0][0] if titles else "",
            "additional_titles": [_added("title", text, code, "translated-title") for text, code in titles[1:]],
            "creators": list(_agents(source, "creators")),
            "contributors": [{**agent, "role": {"id": "other"}} for agent in _agents(source, "contributors")],
            "publisher": next(iter(name for entry in source.objects("publisher") for name in _names(entry)), "")
            or source.text("publisher"),
            "publication_date": source.first("publish_date", "publishDate", "publication_date")[:10],
            "description": paragraphs(texts[0][0]) if texts else "",
            "additional_descriptions": [_added("description", paragraphs(t), c, "abstract") for t, c in texts[1:]],
            "subjects": [{"subject": word} for word in _keywords(source)],
            "languages": [{"id": language_code(text) or text} for text in source.texts("language")],
            "version": source.text("version"),
            "rights": list(_rights(source)),
            "funding": list(_funding(source)),
            "identifiers": others,
            "related_identifiers": list(_related(source)),
        }
    )
    cstr = _MARK.sub("", source.text("identifier"))
    return SourceDescription(metadata, told(source.not_taken()), doi, cstr)


def _record(document: Any, depth: int = 4) -> Mapping[str, Any] | None:
    """Return the record in an envelope: its data, or the only entry of a list."""
    if isinstance(document, list):
        document = document[0] if len(document) == 1 else None
    if not isinstance(document, Mapping):
        return None
    if document.keys() & {"titles", "creators"}:
        return document
    inner = (document.get(name) for name in ("data", "result", "metadata", "metadatas", "detail", "record"))
    return next((record for part in inner if depth and part and (record := _record(part, depth - 1))), None)


def _texts(source: SourceFields, member: str, name: str) -> Iterator[tuple[str, str]]:
    for entry in source.objects(member):
        if text := entry.first(name, "title", "value"):
            yield text, language_code(entry.text("lang"))


def _added(member: str, text: str, code: str, kind: str) -> dict[str, Any]:
    return {member: text, "type": {"id": kind}, **({"lang": {"id": code}} if code else {})}


def _names(entry: SourceFields) -> list[str]:
    """Return the names of a person or an organisation; those after the first are in other languages."""
    names = [other.first("name", "value") for other in entry.objects("names")]
    for other in entry.objects("names")[:1]:
        other.skip("lang")
    return [name for name in names if name] or list(filter(None, [entry.text("name")]))


def _agents(source: SourceFields, member: str) -> Iterator[dict[str, Any]]:
    for agent in source.objects(member):
        kind = agent.text("type").lower()
        people = agent.objects("person") or ([agent] if kind in _PERSON and "names" in agent.document else [])
        for entry in people:
            names, places = _first_name(entry), [_affiliation(place) for place in entry.objects("affiliations")]
            if names:
                yield person(*split_person(names), _orcid(entry), [place for place in places if place])
        for entry in agent.objects("affiliation") if not people else ():
            if name := _first_name(entry):
                yield organisation(name, _ror(entry))


def _first_name(entry: SourceFields) -> str:
    """Return the first name; the others stay unread, so that they are told."""
    named = entry.objects("names")
    if not named:
        return entry.text("name")
    named[0].skip("lang")
    return named[0].text("name")


def _orcid(entry: SourceFields) -> str:
    for identifier in entry.objects("identifiers"):
        if ORCID.fullmatch(identifier.peek("identifier")):
            identifier.skip("type")
            return identifier.text("identifier")
    return ""


def _ror(entry: SourceFields) -> str:
    for identifier in entry.objects("identifiers"):
        if identifier.peek("type").upper() == "ROR":
            identifier.skip("type")
            return f"https://ror.org/{identifier.text('identifier').rpartition('/')[2]}"
    return ""


def _affiliation(entry: SourceFields) -> dict[str, Any]:
    return affiliation(_first_name(entry), _ror(entry))


def _keywords(source: SourceFields) -> Iterator[str]:
    for entry in source.objects("keywords"):
        entry.skip("lang")
        yield from entry.texts("words") or entry.texts("keyword")
    yield from source.texts("keywords")


def _rights(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("rights"):
        title, text = entry.text("license"), entry.text("description")
        if title or text:
            yield licence(text if "://" in text else title or text, title)


def _funding(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("funders"):
        number, title = entry.text("proj_num"), entry.text("proj_name")
        award = filled({"number": number, "title": {"en": title} if title else {}})
        if name := entry.text("name"):
            yield filled({"funder": {"name": name}, "award": award})


def _alternatives(source: SourceFields) -> tuple[str, Sequence[dict[str, str]]]:
    doi, others = "", []
    for entry in source.objects("alternative_identifiers"):
        kind, value = entry.text("type").lower(), entry.text("identifier")
        if kind == "doi" and not doi:
            doi = doi_of(value)
        elif value:
            others.append({"scheme": _SCHEMES.get(kind, "other"), "identifier": value})
    return doi, others


def _related(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("related_identifiers"):
        relation = _RELATIONS.get(entry.peek("relation").lower())
        if relation and (value := entry.text("identifier")):
            entry.skip("relation")
            scheme = _SCHEMES.get(entry.text("type").lower(), "other")
            yield {"scheme": scheme, "identifier": value, "relation_type": {"id": relation}}
