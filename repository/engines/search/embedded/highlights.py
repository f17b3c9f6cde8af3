"""Fragments of the original text with the matched words marked."""

import html
import sqlite3
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from repository.engines.search.folding import fold
from repository.engines.search.query_analysis import is_text, positive_leaves
from repository.engines.search.query_tree import Node, Phrase, Term, Wildcard
from repository.engines.search.tokenizer import Piece, like, pattern_pieces, pieces, word_token

_REMEMBERED = 50_000
"""words"""


class Stems:
    """Stems by folded word, remembered; a word of an unspaced script is its own stem."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def of(self, words: set[str]) -> Mapping[str, str]:
        """Return the stems of all `words` and perhaps of more."""
        with self._lock:
            new = [word for word in words if word not in self._known]
            if new:
                if len(self._known) > _REMEMBERED:
                    self._known, new = {}, list(words)
                self._known.update(_stems(new))
            return self._known


def _stems(words: list[str]) -> dict[str, str]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(word, tokenize = 'porter ascii')")
        connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab(words, instance)")
        connection.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(words))
        stems = dict(connection.execute("SELECT doc, term FROM stems").fetchall())
    finally:
        connection.close()
    return {word: stems.get(at, word) for at, word in enumerate(words)}


_LENGTH = 160
"""characters of a fragment"""
_BEFORE = 40
"""characters of it that stand before the first mark"""
_MOST = 3
"""fragments of a field"""
_LOOKS = 64
"""leaves of a query that are marked"""

Span = tuple[int, int]
Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or one character of an unspaced run; `joined` when it touches the unit before it in its run."""

    folded: str
    start: int
    end: int
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What to mark in `field` (None: in all): units one after the other, or words like `pattern`."""

    field: str | None
    units: tuple[Unit, ...]
    pattern: str | None = None


class Highlighter:
    """Marks what a query matched, by the index's own folding and stems."""

    def __init__(self) -> None:
        self._stems = Stems()

    def highlights(self, query: Node, texts: Mapping[int, Texts]) -> dict[int, dict[str, tuple[str, ...]]]:
        """Return the fragments of each document's fields that have a match."""
        looks = list(_looks(query)) if texts else []
        return {doc: self._document(looks, fields) for doc, fields in texts.items() if looks}

    def _document(self, looks: Sequence[Look], texts: Texts) -> dict[str, tuple[str, ...]]:
        marked = {}
        for field, values in texts.items():
            here = [look for look in looks if look.field in (None, field)]
            fragments = [part for value in values for part in self._value(here, value)]
            if fragments:
                marked[field] = tuple(fragments[:_MOST])
        return marked

    def _value(self, looks: Sequence[Look], text: str) -> Iterator[str]:
        units = list(_units(text))
        spans = [span for look in looks for span in self._spans(look, units)]
        return _fragments(text, _merged(spans)) if spans else iter(())

    def _spans(self, look: Look, units: Sequence[Unit]) -> Iterator[Span]:
        if look.pattern is not None:
            yield from ((u.start, u.end) for u in units if like(u.folded, look.pattern))
            return
        stems = self._stems.of({unit.folded for unit in (*units, *look.units)})
        first, size = stems[look.units[0].folded], len(look.units)
        for at, unit in enumerate(units):
            if stems[unit.folded] == first and _follow(units[at : at + size], look.units, stems):
                yield from ((u.start, u.end) for u in units[at : at + size])


def _follow(there: Sequence[Unit], looked_for: Sequence[Unit], stems: Mapping[str, str]) -> bool:
    return len(there) == len(looked_for) and all(
        stems[unit.folded] == stems[other.folded] and unit.joined >= other.joined
        for unit, other in zip(there, looked_for, strict=True)
    )


def _looks(query: Node) -> Iterator[Look]:
    for leaf, _ in zip(positive_leaves(query), range(_LOOKS), strict=False):
        if not is_text(leaf.field):
            continue
        if isinstance(leaf, Term | Phrase):
            if units := tuple(_units(fold(leaf.text))):
                yield Look(leaf.field, units)
        else:
            yield from _patterns(leaf)


def _patterns(leaf: Wildcard) -> Iterator[Look]:
    for piece in pattern_pieces(leaf.pattern):
        if piece.unspaced:
            yield Look(leaf.field, tuple(_units(piece.text)))
        else:
            yield Look(leaf.field, (), piece.text)


def _units(text: str) -> Iterator[Unit]:
    for piece in pieces(text):
        if piece.unspaced:
            yield from _characters(piece)
        else:
            yield Unit(word_token(fold(piece.text)), piece.start, piece.end)


def _characters(run: Piece) -> Iterator[Unit]:
    for at, character in enumerate(run.text):
        start = run.start + at
        if folded := fold(character):
            yield Unit(folded, start, start + 1, joined=at > 0)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, with touching spans joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _fragments(text: str, spans: Sequence[Span]) -> Iterator[str]:
    at = 0
    for _ in range(_MOST):
        if at == len(spans):
            return
        start, end = _window(text, spans[at])
        following = bisect_left(spans, (end + 1, 0), at)
        inside = [span for span in spans[at:following] if span[1] <= end]
        yield _marked(text, start, end, inside)
        at += len(inside)


def _window(text: str, span: Span) -> Span:
    """Return about `_LENGTH` characters around `span`, cut between words where possible."""
    start = max(0, min(span[0] - _BEFORE, len(text) - _LENGTH))
    end = min(len(text), max(start + _LENGTH, span[1]))
    if start:
        blank = text.find(" ", start, span[0])
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", span[1], end)
        end = blank if blank > end - _BEFORE else end
    return start, end


def _marked(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    parts: list[str] = []
    for first, last in spans:
        parts.append(html.escape(text[start:first]))
        parts.append(f"<em>{html.escape(text[first:last])}</em>")
        start = last
    return "".join((*parts, html.escape(text[start:end]))).strip()
