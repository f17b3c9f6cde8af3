"""What a form changes in a draft: controls are paths, lists grow at their end, empty rows are never kept."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

LISTS = (
    "metadata.additional_titles",
    "metadata.additional_descriptions",
    "metadata.creators",
    "metadata.contributors",
    "metadata.related_identifiers",
    "metadata.funding",
    "metadata.dates",
    "metadata.rights",
    "metadata.languages",
    "metadata.subjects",
    "metadata.locations.features",
)
"""Lists whose rows a form shows."""
MOST_ROWS = 10_000
_SILENT = frozenset({"type", "scheme", "lang", "role", "relation_type"})
"""Members that say nothing alone: a row with nothing else is empty."""

Fields = Sequence[tuple[str, str]]


def changed(base: dict[str, Any], fields: Fields) -> dict[str, Any]:
    """Return the document with the values of a form, whose names are paths in it; empty values are removed."""
    document = deepcopy(base)
    for name, value in fields:
        _put(document, name.split("."), _text(value))
    return document


def without_empty_rows(document: dict[str, Any], *, only_last: bool = False) -> dict[str, Any]:
    """Return the document without rows in which nothing is written.

    With `only_last` those between others stay, since a form that is still open counts its rows by their places.
    """
    for path in LISTS:
        holder, name = _holder(document, path)
        rows = holder.get(name) if holder is not None else None
        if isinstance(rows, list):
            _drop_empty(rows, only_last=only_last)
            _drop_inner(rows)
            if not rows and holder is not None:
                del holder[name]
    return document


def moved(document: dict[str, Any], act: str) -> dict[str, Any]:
    """Return the document after an act on a row, as ``up:metadata.creators.2``; unknown acts change nothing."""
    verb, _, place = act.partition(":")
    path, _, number = place.rpartition(".")
    holder, name = _holder(document, path)
    rows = holder.get(name) if holder is not None and path in LISTS else None
    if not isinstance(rows, list) or not number.isdecimal() or int(number) >= len(rows):
        return document
    here = int(number)
    row = rows.pop(here)
    if verb in ("up", "down"):
        rows.insert(max(0, here - 1) if verb == "up" else here + 1, row)
    elif verb != "remove":
        rows.insert(here, row)
    return document


def value_at(document: Any, path: str) -> Any:
    """Return what stands at a path, None where nothing does."""
    for part in path.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def differences(theirs: dict[str, Any], mine: dict[str, Any], names: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return the controls whose values differ, as name, their value and mine."""
    pairs = ((name, value_at(theirs, name), value_at(mine, name)) for name in names)
    return [(name, _shown(other), _shown(own)) for name, other, own in pairs if _shown(other) != _shown(own)]


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _text(value: str) -> str:
    """Return what was typed, with line ends as files have them; browsers send CRLF (HTML, form submission)."""
    return value.replace("\r\n", "\n").strip()


def _put(holder: Any, parts: Sequence[str], value: str) -> None:
    """Write a value at a path; nothing is made for an empty one, and no path leads through a text."""
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        if isinstance(holder, list):
            if not part.isdecimal() or int(part) > min(len(holder), MOST_ROWS):
                return
            if int(part) == len(holder):
                if not value:
                    return
                holder.append({})
            if last:
                holder[int(part)] = value
                return
            holder = holder[int(part)]
        elif isinstance(holder, dict):
            if last:
                _set(holder, part, value)
                return
            if part not in holder and not value:
                return
            holder = holder.setdefault(part, [] if parts[place + 1].isdecimal() else {})
        else:
            return


def _set(holder: dict[str, Any], name: str, value: str) -> None:
    if value:
        holder[name] = value
    else:
        holder.pop(name, None)


def _holder(document: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    *outer, name = path.split(".")
    holder = value_at(document, ".".join(outer)) if outer else document
    return (holder if isinstance(holder, dict) else None), name


def _drop_empty(rows: list[Any], *, only_last: bool) -> None:
    if only_last:
        while rows and is_empty(rows[-1]):
            rows.pop()
    else:
        rows[:] = [row for row in rows if not is_empty(row)]


def _drop_inner(rows: list[Any]) -> None:
    """Drop empty identifiers and affiliations of the rows, which are lists inside of lists, and empty awards."""
    for row in rows:
        if isinstance(row, dict) and row.get("award") == {}:
            del row["award"]
        holders = [row, row.get("person_or_org")] if isinstance(row, dict) else []
        for holder in holders:
            for name in ("affiliations", "identifiers"):
                inner = holder.get(name) if isinstance(holder, dict) else None
                if isinstance(holder, dict) and isinstance(inner, list):
                    inner[:] = [member for member in inner if not is_empty(member)]
                    if not inner:
                        del holder[name]


def is_empty(row: Any) -> bool:
    """Return whether nothing is written in a row beside what forms choose by themselves."""
    if isinstance(row, dict):
        return all(name in _SILENT or is_empty(value) for name, value in row.items())
    if isinstance(row, list):
        return all(is_empty(value) for value in row)
    return row is None or row == ""
