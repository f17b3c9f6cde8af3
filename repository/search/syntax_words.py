"""What a single word, phrase or bound of a query means."""

import re
from dataclasses import dataclass

from repository.dataset.unicode_forms import normalised
from repository.engines.search.folding import clean
from repository.engines.search.port import FIELDS, FieldType
from repository.engines.search.query_tree import Everything, Exists, Node, Or, Term, Wildcard
from repository.search.pasted_identifiers import FIELDS_OF, OTHER_FIELDS, identify
from repository.search.searchable_fields import value_of

_FUZZY = re.compile(r"(?<=[^\\~])~(?:[012]|0?\.\d+)?(?:\^\d+(?:\.\d+)?)?$")
_BOOST = re.compile(r"(?<!\\)\^\d+(?:\.\d+)?$")
"""``^3``, understood and without effect on what is found"""

_QUOTED = re.compile(r'"(.*)"[^"]*', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_END = r'("(?:\\.|[^"\\])*"|(?:\\.|[^\s"\\\[\]{}])+)'
_RANGE = re.compile(rf"[\[{{]\s*{_END}\s+TO\s+{_END}\s*[\]}}]", re.DOTALL)
_COMPARED = re.compile(r"([<>]=?)(.+)", re.DOTALL)
_WITH_SUBTYPES = frozenset({"resource_type.type"})
"""Paths that name the first half of ``publication-article`` too."""


@dataclass(frozen=True, slots=True)
class Word:
    """`text` without escapes, and as a `pattern` in which ``*`` and ``?`` are wild; `wild` when it has any."""

    text: str
    pattern: str
    wild: bool


def fuzziness(raw: str) -> int | None:
    """Return where a word asks for words like it (``~``, ``~1``, ``~0.8``), None when it does not."""
    match = _FUZZY.search(raw)
    return match.start() if match else None


def read_word(raw: str) -> Word:
    raw = _BOOST.sub("", raw, count=1)
    text = _plain(raw)
    # An escaped * or ? among wild ones becomes the nearest that a pattern can say: any one character.
    pattern = _ESCAPED.sub(lambda match: "?" if match[1] in "*?" else match[1], raw)
    unescaped = _ESCAPED.sub("", raw)
    wild = ("*" in unescaped or "?" in unescaped) and "://" not in text
    return Word(text, _normal(pattern), wild)


def read_phrase(raw: str) -> str:
    match = _QUOTED.fullmatch(raw)
    return _plain(match[1] if match else raw)


def read_bound(raw: str) -> str:
    return _plain(_BOOST.sub("", raw))


def read_range(raw: str) -> tuple[str, str]:
    """Return both ends of a complete range."""
    match = _RANGE.match(raw)
    if match is None:
        raise ValueError(f"not a range: {raw}")
    return _end(match[1]), _end(match[2])


def read_comparison(raw: str, field: str | None) -> tuple[str, str] | None:
    """Return sign and bound of ``>=5`` for a field with an order; None when `raw` is a word."""
    match = _COMPARED.fullmatch(raw)
    if match is None or field is None or FIELDS[field] not in (FieldType.NUMBER, FieldType.DATE):
        return None
    return match[1], read_bound(match[2])


def _end(raw: str) -> str:
    return read_phrase(raw) if raw.startswith('"') else _plain(raw)


def free_word(word: Word) -> Node:
    """Return the node of a word outside any field."""
    if word.pattern in ("*", "*:*"):
        return Everything()
    identifier = None if word.wild else identifier_node(word.text)
    return identifier or _word(word, None)


def identifier_node(text: str) -> Node | None:
    """Return the node of a pasted identifier: as text, and in the fields of its scheme; None for other text."""
    identifier = identify(text)
    if identifier is None:
        return None
    scheme, value = identifier
    return Or((Term(_normal(text)), *(Term(value, field) for field in FIELDS_OF.get(scheme, OTHER_FIELDS))))


def fielded_word(word: Word, path: str, field: str | None) -> Node:
    """Return the node of a word after ``path:``; `field` None means all text."""
    if word.wild and not word.pattern.strip("*"):
        return Everything() if field is None else Exists(field)
    if field is None or FIELDS[field] is FieldType.TEXT:
        return _word(word, field)
    if word.wild:
        return Wildcard(value_of(field, word.pattern), field)
    exact = Term(value_of(field, word.text), field)
    return Or((exact, Wildcard(f"{exact.text}-*", field))) if path in _WITH_SUBTYPES else exact


def _word(word: Word, field: str | None) -> Node:
    bare = word.pattern.rstrip("?")
    if not word.wild or not bare:
        return Term(word.text, field)
    if not bare.strip("*"):
        return Everything()
    if bare != word.pattern and "*" not in bare and "?" not in bare:
        # Who asks "what is loess?" means the word, who asks for "loes?" means one letter more.
        return Or((Term(bare, field), Wildcard(word.pattern, field)))
    return Wildcard(word.pattern, field)


def _plain(raw: str) -> str:
    return _normal(_ESCAPED.sub(r"\1", raw))


def _normal(text: str) -> str:
    return normalised("NFKC", clean(text))
