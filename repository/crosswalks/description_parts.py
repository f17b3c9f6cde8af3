"""Small parts of a description that several kinds of files have: texts, names, licences, identifiers.

The members are those of the contract (InvenioRDM contract, section 2).
"""

import html
import re
from collections.abc import Sequence
from typing import Any

ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?", re.IGNORECASE)
ROR = re.compile(r"(?:https?://)?ror\.org/(0[a-z0-9]{8})/?", re.IGNORECASE)
DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}(?:\.\d+)*/\S+)", re.IGNORECASE)
_CREATIVE_COMMONS = re.compile(r"https?://creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)(?:/.*)?")
_SPDX = re.compile(r"https?://(?:www\.)?spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?")
_BETWEEN_WORDS = re.compile(r"[,;，；、\n]")
_SPDX_ID = re.compile(r"[A-Za-z0-9.+-]{2,60}")


def paragraphs(text: str) -> str:
    """Return a plain text as HTML, one element for each paragraph."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.strip())]
    return "".join(f"<p>{html.escape(' '.join(part.split()), quote=False)}</p>" for part in parts if part)


def person(
    family: str, forename: str, orcid: str = "", affiliations: Sequence[str | dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return a person as a creator; an ORCID that is none is left out."""
    match = ORCID.fullmatch(orcid.strip())
    identifiers = [{"scheme": "orcid", "identifier": match[1].upper()}] if match else []
    names = {"family_name": family.strip(), "given_name": forename.strip()}
    about = {"type": "personal", **{name: text for name, text in names.items() if text}}
    creator: dict[str, Any] = {"person_or_org": {**about, **({"identifiers": identifiers} if identifiers else {})}}
    return {**creator, **_affiliated(affiliations)}


def _affiliated(affiliations: Sequence[str | dict[str, Any]]) -> dict[str, Any]:
    entries = [{"name": entry} if isinstance(entry, str) else entry for entry in affiliations if entry]
    distinct = {(entry.get("id"), entry.get("name")): entry for entry in entries}
    return {"affiliations": list(distinct.values())} if distinct else {}


def affiliation(name: str, address: str = "") -> dict[str, Any]:
    """Return an affiliation by its name, with its ROR id if `address` is one."""
    match = ROR.fullmatch(address.strip())
    bare = match[1].lower() if match else ""
    return filled({"id": bare, "name": name.strip() if name.strip() != bare else ""})


def organisation(name: str, address: str = "", affiliations: Sequence[str | dict[str, Any]] = ()) -> dict[str, Any]:
    """Return an organisation as a creator, with its ROR id if `address` is one."""
    match = ROR.fullmatch(address.strip())
    identifiers = {"identifiers": [{"scheme": "ror", "identifier": match[1].lower()}]} if match else {}
    about = {"type": "organizational", "name": name.strip(), **identifiers}
    return {"person_or_org": about, **_affiliated(affiliations)}


def doi_of(text: str) -> str:
    """Return the bare DOI that a text is, empty for any other."""
    match = DOI.fullmatch(text.strip())
    return match[1] if match else ""


def keywords_of(text: str) -> list[str]:
    """Return keywords between commas or semicolons of any script, each once."""
    return list(dict.fromkeys(filter(None, (word.strip() for word in _BETWEEN_WORDS.split(text)))))


def licence(text: str, title: str = "") -> dict[str, Any]:
    """Return a licence by its SPDX id or address, else in words."""
    address = text.strip()
    if match := _CREATIVE_COMMONS.fullmatch(address):
        kind = match[2] if match[1] == "licenses" else {"zero": "zero", "mark": "pddc"}.get(match[2], match[2])
        return {"id": f"cc0-{match[3]}" if kind == "zero" else f"cc-{kind}-{match[3]}" if kind != "pddc" else "cc-pddc"}
    if match := _SPDX.fullmatch(address):
        return {"id": match[1].lower()}
    if "://" not in address and _SPDX_ID.fullmatch(address):
        return {"id": address.lower()}
    link = {"link": address} if "://" in address else {}
    return {"title": {"en": title.strip() or address}, **link}


def related(text: str, relation: str, resource_type: str = "") -> dict[str, Any]:
    """Return a related identifier; a DOI in any form is a DOI, anything else an address."""
    match = DOI.fullmatch(text.strip())
    identifier = {"scheme": "doi", "identifier": match[1]} if match else {"scheme": "url", "identifier": text.strip()}
    kind = {"resource_type": {"id": resource_type}} if resource_type else {}
    return {**identifier, "relation_type": {"id": relation}, **kind}


def filled(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
