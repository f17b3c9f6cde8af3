"""``CITATION.cff`` as metadata (Citation File Format 1.2.0, schema guide)."""

from collections.abc import Iterator
from typing import Any

from repository.crosswalks.description_parts import (
    ORCID,
    doi_of,
    filled,
    licence,
    organisation,
    paragraphs,
    person,
    related,
)
from repository.crosswalks.source_fields import SourceDescription, SourceFields, Unreadable, told

KINDS = {"dataset": "dataset", "software": "software"}
"""of CFF (``type``; software where it is absent) and of the contract"""
LINKS = (
    ("repository-code", "issupplementto", "software"),
    ("repository", "issupplementto", ""),
    ("repository-artifact", "isvariantformof", ""),
    ("url", "isdocumentedby", ""),
)


def citation_description(document: Any, name: str) -> SourceDescription:
    """Return what a citation file says, whose values are texts; raise `Unreadable` for what is none."""
    if not isinstance(document, dict) or "cff-version" not in document or not isinstance(document.get("title"), str):
        raise Unreadable(f"{name} is no citation file: it has no cff-version or no title.")
    source = SourceFields(document)
    source.skip("cff-version", "message")
    kind, doi = source.text("type") or "software", doi_of(source.peek("doi"))
    links = list(_links(source, doi))
    metadata = filled(
        {
            "resource_type": {"id": KINDS.get(kind, "other")},
            "title": source.text("title"),
            "publication_date": source.text("date-released"),
            "creators": list(_agents(source, "authors")),
            "contributors": [{**agent, "role": {"id": "contactperson"}} for agent in _agents(source, "contact")],
            "description": paragraphs(source.text("abstract")),
            "version": source.text("version"),
            "subjects": [{"subject": word} for word in dict.fromkeys(source.texts("keywords"))],
            "rights": list(_licences(source)),
            "related_identifiers": [link for link in links if link["identifier"] != doi],
        }
    )
    own = doi or next((link["identifier"] for link in links if link["relation_type"]["id"] == _SAME), "")
    is_own_doi = bool(doi_of(own))
    if not doi and is_own_doi:
        metadata = _without(metadata, own)
    return SourceDescription(metadata, told(source.not_taken()), own if is_own_doi else "")


_SAME = "isidenticalto"


def _without(metadata: dict[str, Any], identifier: str) -> dict[str, Any]:
    links = [link for link in metadata.get("related_identifiers", ()) if link["identifier"] != identifier]
    return filled({**metadata, "related_identifiers": links})


def _agents(source: SourceFields, member: str) -> Iterator[dict[str, Any]]:
    for agent in source.objects(member):
        if name := agent.text("name"):
            yield organisation(name, agent.text("website"))
            continue
        family = " ".join(filter(None, (agent.text("name-particle"), agent.text("family-names"))))
        forename = ", ".join(filter(None, (agent.text("given-names"), agent.text("name-suffix"))))
        if not family:
            family, forename = forename or agent.text("alias"), ""
        if family:
            orcid = agent.text("orcid") if ORCID.fullmatch(agent.peek("orcid")) else ""
            yield person(family, forename, orcid, agent.texts("affiliation"))


def _licences(source: SourceFields) -> Iterator[dict[str, Any]]:
    yield from map(licence, source.texts("license"))
    if "license" not in source.document and (address := source.text("license-url")):
        yield licence(address)


def _links(source: SourceFields, doi: str) -> Iterator[dict[str, Any]]:
    """Yield what the file leads to, each once: the thing itself under its DOI, then other places."""
    seen: set[str] = set()
    links = [(source.text("doi"), _SAME, "")] if doi else []
    links += [(source.text(member), relation, kind) for member, relation, kind in LINKS]
    for other in source.objects("identifiers"):
        other.skip("description")
        if other.text("type") in ("doi", "url"):
            links.append((other.text("value"), _SAME, ""))
    for text, relation, kind in links:
        entry = related(text, relation, kind)
        if text and entry["identifier"] not in seen:
            seen.add(entry["identifier"])
            yield entry
