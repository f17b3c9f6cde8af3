"""The requirements of the template of scientific data on a metadata record."""

import re
from collections.abc import Sequence
from typing import Any

_ALWAYS = (
    *("identifier", "titles", "creators", "publisher", "publish_date", "type", "cstr_state", "urls"),
    "resource_type",
)
_OPTIONAL = (
    *("descriptions", "keywords", "subjects", "language", "version", "contributors", "alternative_identifiers"),
    *("related_identifiers", "share_method", "rights", "funders"),
)
_IDENTIFIER = re.compile(r"(?P<prefix>\w{5})\.(?P<type>\d{2})\.\S+")


def fault_of(member: Any, prefixes: Sequence[str]) -> str:
    """Return why a record is refused, empty when it is in order."""
    if not isinstance(member, dict):
        return "metadata must be an object"
    for name in _ALWAYS:
        if not member.get(name):
            return f"{name} is required"
    if unknown := sorted(set(member) - set(_ALWAYS) - set(_OPTIONAL)):
        return f"unknown fields: {', '.join(unknown)}"
    return _fault_of_identifier(member, prefixes) or _fault_of_texts(member) or _fault_of_values(member)


def _fault_of_identifier(member: dict[str, Any], prefixes: Sequence[str]) -> str:
    match = _IDENTIFIER.fullmatch(str(member["identifier"]))
    if match is None:
        return "identifier is malformed"
    if match["prefix"] not in prefixes:
        return "identifier has a prefix that is not yours"
    return "" if match["type"] == str(member["resource_type"]) else "resource_type is not that of the identifier"


def _fault_of_texts(member: dict[str, Any]) -> str:
    if not _are_names(member["titles"]):
        return "titles must be a list of {lang, name}"
    if not _are_names(member["publisher"].get("names") if isinstance(member["publisher"], dict) else None):
        return "publisher.names must be a list of {lang, name}"
    for role in ("creators", "contributors"):
        if not all(map(_is_agent, member.get(role) or [])):
            return f"{role} must be a list of {{type, person | affiliation}}"
    for description in member.get("descriptions") or []:
        if not description.get("lang") or not description.get("description"):
            return "descriptions must be a list of {lang, description}"
    return ""


def _fault_of_values(member: dict[str, Any]) -> str:
    urls = member["urls"]
    if not isinstance(urls, list) or not all(re.fullmatch(r"https?://\S+", str(url)) for url in urls):
        return "urls must be a list of addresses"
    if str(member["cstr_state"]) not in ("1", "2"):
        return "cstr_state must be 1 or 2"
    if str(member["type"]) not in ("1", "2", "3"):
        return "type must be 1, 2 or 3"
    if not re.match(r"\d{4}(-\d{2}(-\d{2})?)?$", str(member["publish_date"])):
        return "publish_date must be a date"
    return ""


def _is_agent(agent: Any) -> bool:
    if not isinstance(agent, dict):
        return False
    name = {"1": "person", "2": "affiliation"}.get(str(agent.get("type")))
    inner = agent.get(name) if name else None
    return isinstance(inner, dict) and _are_names(inner.get("names"))


def _are_names(names: Any) -> bool:
    return (
        isinstance(names, list)
        and bool(names)
        and all(isinstance(entry, dict) and entry.get("lang") and entry.get("name") for entry in names)
    )
