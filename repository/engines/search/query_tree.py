"""The tree that a query is, whatever engine runs it.

`repository.search.query_syntax` parses the text a person typed into these nodes; every adapter of the search port
compiles them.  A `field` is a name of `port.FIELDS` or None, which means the free-text fields together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word; matches by the field's analysis (text) or exactly, case-folded (keyword)."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order next to each other."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A word with ``*`` (any characters) and ``?`` (one character)."""

    pattern: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`; None is open.  Dates compare as ISO 8601 text, numbers as numbers."""

    field: str
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True)
class Exists:
    """The field has a value."""

    field: str


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches all."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches none (a field that is not indexed has no values)."""


Node = Term | Phrase | Wildcard | Range | Exists | And | Or | Not | Everything | Nothing
