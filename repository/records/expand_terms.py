"""Expand stored metadata for readers: add the titles of controlled terms."""

from collections.abc import Callable, Mapping
from typing import Any

from repository.dataset.vocabularies import Vocabularies

JsonObject = dict[str, Any]


def expand_terms(metadata: Mapping[str, Any], vocabularies: Vocabularies) -> JsonObject:
    """Return a copy of `metadata` with the titles of controlled terms; malformed values stay as they are."""
    expanded = dict(metadata)
    for name, change in _CHANGES.items():
        if name in expanded:
            expanded[name] = change(expanded[name], vocabularies)
    return expanded


def _term(kind: str) -> Callable[[Any, Vocabularies], Any]:
    def change(value: Any, vocabularies: Vocabularies) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            return value
        entry = vocabularies[kind].get(value["id"])
        return value if entry is None else {**value, "title": dict(entry.title)}

    return change


def _every(change: Callable[[Any, Vocabularies], Any]) -> Callable[[Any, Vocabularies], Any]:
    def change_all(values: Any, vocabularies: Vocabularies) -> Any:
        if not isinstance(values, list):
            return values
        return [change(value, vocabularies) for value in values]

    return change_all


def _members(
    **changes: Callable[[Any, Vocabularies], Any],
) -> Callable[[Any, Vocabularies], Any]:
    def change(value: Any, vocabularies: Vocabularies) -> Any:
        if not isinstance(value, dict):
            return value
        resolved = {k: f(value[k], vocabularies) for k, f in changes.items() if k in value}
        return {**value, **resolved}

    return change


def _licence(value: Any, vocabularies: Vocabularies) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return value
    entry = vocabularies["licenses"].get(value["id"])
    if entry is None:
        return value
    expanded = {**value, "title": dict(entry.title), "props": dict(entry.props)}
    if entry.description:
        expanded["description"] = dict(entry.description)
    return expanded


_CHANGES: Mapping[str, Callable[[Any, Vocabularies], Any]] = {
    "resource_type": _term("resourcetypes"),
    "languages": _every(_term("languages")),
    "rights": _every(_licence),
    "creators": _every(_members(role=_term("creatorsroles"))),
    "contributors": _every(_members(role=_term("contributorsroles"))),
    "additional_titles": _every(_members(type=_term("titletypes"), lang=_term("languages"))),
    "additional_descriptions": _every(_members(type=_term("descriptiontypes"), lang=_term("languages"))),
    "dates": _every(_members(type=_term("datetypes"))),
    "related_identifiers": _every(_members(relation_type=_term("relationtypes"), resource_type=_term("resourcetypes"))),
}
