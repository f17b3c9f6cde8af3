"""``CITATION.cff`` as metadata (Citation File Format 1.2.0, schema guide)."""

from collections.abc import Iterator
from typing import Any

from repository.client.client_errors import UsageFault
from repository.client.descriptions import filled, licence, organisation, paragraphs, person, related

KINDS = {"dataset": "dataset", "software": "software"}
"""of CFF (``type``; software where it is absent) and of the contract"""
LINKS = (
    ("doi", "isidenticalto", ""),
    ("repository-code", "issupplementto", "software"),
    ("repository", "issupplementto", ""),
    ("repository-artifact", "isvariantformof", ""),
    ("url", "isdocumentedby", ""),
)


def metadata_of_citation(document: Any, name: str) -> dict[str, Any]:
    """Return the metadata of a citation file whose values are texts; raise `UsageFault` for what is none."""
    if not isinstance(document, dict) or "cff-version" not in document or not isinstance(document.get("title"), str):
        raise UsageFault(f"{name} is no citation file: it has no cff-version or no title.")
    kind = _text(document, "type") or "software"
    return filled(
        {
            "resource_type": {"id": KINDS.get(kind, "other")},
            "title": document["title"].strip(),
            "publication_date": _text(document, "date-released"),
            "creators": list(_agents(document, "authors")),
            "contributors": [{**agent, "role": {"id": "contactperson"}} for agent in _agents(document, "contact")],
            "description": paragraphs(_text(document, "abstract")),
            "version": _text(document, "version"),
            "subjects": [{"subject": word} for word in _texts(document, "keywords")],
            "rights": list(_licences(document)),
            "related_identifiers": list(_related(document)),
        }
    )


def _agents(document: dict[str, Any], member: str) -> Iterator[dict[str, Any]]:
    for agent in _dicts(document, member):
        if name := _text(agent, "name"):
            yield organisation(name, _text(agent, "website"))
            continue
        family = " ".join(filter(None, (_text(agent, "name-particle"), _text(agent, "family-names"))))
        forename = ", ".join(filter(None, (_text(agent, "given-names"), _text(agent, "name-suffix"))))
        if not family:
            family, forename = forename or _text(agent, "alias"), ""
        if family:
            yield person(family, forename, _text(agent, "orcid"), _texts(agent, "affiliation"))


def _licences(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from map(licence, _texts(document, "license"))
    if "license" not in document and (address := _text(document, "license-url")):
        yield licence(address)


def _related(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    links = [(_text(document, member), relation, kind) for member, relation, kind in LINKS]
    links += [
        (_text(other, "value"), "isidenticalto", "")
        for other in _dicts(document, "identifiers")
        if _text(other, "type") in ("doi", "url")
    ]
    for text, relation, kind in links:
        entry = related(text, relation, kind)
        if text and entry["identifier"] not in seen:
            seen.add(entry["identifier"])
            yield entry


def _text(document: dict[str, Any], member: str) -> str:
    value = document.get(member)
    return value.strip() if isinstance(value, str) else ""


def _texts(document: dict[str, Any], member: str) -> list[str]:
    value = document.get(member)
    values = value if isinstance(value, list) else [value]
    return [text.strip() for text in values if isinstance(text, str) and text.strip()]


def _dicts(document: dict[str, Any], member: str) -> list[dict[str, Any]]:
    value = document.get(member)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
