"""What a description from elsewhere becomes in a draft, and which identifiers can be looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from repository.crosswalks.source_fields import NotTaken, SourceDescription
from repository.dataset.schemes import is_valid, normalise

JsonObject = dict[str, Any]
LOOKED_UP = ("doi", "cstr")
"""schemes whose registrars are asked, in the order in which a text is tried"""
LONGEST = 2_000


class IdentifierUse(StrEnum):
    """What a DOI or CSTR from elsewhere is to the draft.

    `EXTERNAL`: the DOI of these very data, which keep it and get no other.  `IDENTICAL`: the same data are elsewhere
    under that identifier, and get one here too.  `SUPPLEMENT`: a work that the data belong to, as an article.
    """

    EXTERNAL = "external"
    IDENTICAL = "identical"
    SUPPLEMENT = "supplement"


_RELATIONS = {
    IdentifierUse.EXTERNAL: "isidenticalto",
    IdentifierUse.IDENTICAL: "isidenticalto",
    IdentifierUse.SUPPLEMENT: "issupplementto",
}
_OF_THE_WORK = (
    ("resource_type", "id"),
    ("publication_date", ""),
    ("publisher", ""),
    ("version", ""),
    ("identifiers", ""),
)
"""Members that speak of an article, and not of the data that belong to it."""


@dataclass(frozen=True, slots=True)
class ImportedBody:
    """The body of a draft as a program would send it, and what is not in it."""

    body: JsonObject
    not_taken: Sequence[NotTaken]


def known_identifier(text: str) -> tuple[str, str] | None:
    """Return scheme and bare form of a DOI or a CSTR in any spelling, None for another text."""
    line = text.strip()
    if not line or len(line) > LONGEST:
        return None
    return next(((scheme, normalise(scheme, line)) for scheme in reversed(LOOKED_UP) if is_valid(scheme, line)), None)


def imported_body(described: SourceDescription, use: IdentifierUse) -> ImportedBody:
    """Return what a description becomes; its own identifiers are used as the depositor chooses."""
    metadata, lost = dict(described.metadata), []
    if use is IdentifierUse.SUPPLEMENT:
        for name, member in _OF_THE_WORK:
            value = metadata.pop(name, None)
            if value not in (None, "", [], {}):
                lost.append(NotTaken.of(name, value.get(member) if isinstance(value, Mapping) else value))
        metadata["resource_type"] = {"id": "dataset"}
    body: JsonObject = {"metadata": metadata}
    own = [(scheme, value) for scheme, value in (("doi", described.doi), ("cstr", described.cstr)) if value]
    if use is IdentifierUse.EXTERNAL and described.doi:
        body["pids"] = external_doi(described.doi)
        own = own[1:]
    links = _links(metadata.get("related_identifiers", ()), own, use)
    if links:
        metadata["related_identifiers"] = links
    return ImportedBody(body, (*described.not_taken, *lost))


def identifier_body(scheme: str, identifier: str, use: IdentifierUse) -> JsonObject:
    """Return the body of a draft of which nothing is known but an identifier."""
    own = SourceDescription({}, doi=identifier if scheme == "doi" else "", cstr=identifier if scheme == "cstr" else "")
    return imported_body(own, use).body


def external_doi(doi: str) -> JsonObject:
    """Return the identifiers of a draft that keeps a DOI from elsewhere."""
    return {"doi": {"identifier": doi, "provider": "external"}}


def _links(present: Sequence[JsonObject], own: Sequence[tuple[str, str]], use: IdentifierUse) -> list[JsonObject]:
    """Return the related identifiers, those of the thing itself first and each once."""
    first: list[JsonObject] = [
        {"scheme": scheme, "identifier": value, "relation_type": {"id": _RELATIONS[use]}} for scheme, value in own
    ]
    distinct = {_key(link): link for link in reversed([*first, *present])}
    return list(reversed(distinct.values()))


def _key(link: JsonObject) -> tuple[str, str]:
    return str(link.get("identifier")).casefold(), str((link.get("relation_type") or {}).get("id"))


def filled_up(present: Mapping[str, Any], arrived: Mapping[str, Any]) -> tuple[JsonObject, list[NotTaken]]:
    """Return what is written in a draft with what has arrived for members that are still empty.

    What somebody has written meanwhile stays; lists of related identifiers are joined, because the draft began with
    one.
    """
    merged, lost = dict(present), []
    for name, value in arrived.items():
        if name == "related_identifiers" and isinstance(merged.get(name), list):
            known = {_key(link) for link in merged[name] if isinstance(link, dict)}
            merged[name] = [*merged[name], *(link for link in value if _key(link) not in known)]
        elif merged.get(name) in (None, "", [], {}) or _is_default(name, merged[name]):
            merged[name] = value
        elif merged[name] != value:
            lost.append(NotTaken.of(name, value))
    return merged, lost


def _is_default(name: str, value: object) -> bool:
    """Return whether a draft says only what it began with."""
    return name == "resource_type" and value == {"id": "dataset"}
