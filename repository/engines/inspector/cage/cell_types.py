"""Types of the columns of a table whose cells are texts."""

import re
from collections.abc import Iterable, Sequence

MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "--"}
TYPES = (
    ("integer", re.compile(r"[+-]?[0-9]{1,18}")),
    ("number", re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?|[+-]?inf", re.I)),
    ("boolean", re.compile(r"true|false|yes|no", re.I)),
    ("date", re.compile(r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}")),
    (
        "datetime",
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-]\d\d:?\d\d)?"),
    ),
)
"""From the narrowest to the widest that two may have in common."""


def type_of(cells: Iterable[str]) -> str:
    """Return the narrowest type of all cells that are not missing; a column of missing ones is text."""
    values = [cell.strip() for cell in cells]
    present = [value for value in values if value.lower() not in MISSING]
    if present:
        for name, pattern in TYPES:
            if all(pattern.fullmatch(value) for value in present):
                return name
    return "text"


def is_heading(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names the columns: no number is in it, and no cell is empty or twice."""
    cells = [cell.strip() for cell in first]
    named = all(cells) and len(set(cells)) == len(cells)
    return bool(rest) and named and all(type_of([cell]) == "text" for cell in cells)
