"""Fragments of the original text with the matched words marked."""

import html
import sqlite3
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from repository.engines.search.folding import fold
from repository.engines.search.query_analysis import is_text, positive_leaves
from repository.engines.search.query_tree import Node, Phrase, Term, Wildcard
from repository.engines.search.tokenizer import LONGEST_WORD, Piece, like, pattern_pieces, pieces, word_token

_REMEMBERED = 2_000_000
"""characters of words"""


class Stems:
    """Stems by folded word, remembered; a word of an unspaced script is its own stem."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._size = 0

    def of(self, words: set[str]) -> Mapping[str, str]:
        """Return the stems of all `words` and perhaps of more."""
        with self._lock:
            new = [word for word in words if word not in self._known]
            if new:
                if self._size > _REMEMBERED:
                    self._known, self._size, new = {}, 0, list(words)
                self._known.update(_stems(new))
                self._size += sum(map(len, new))
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

_READ = 50_000
"""characters of a value that are searched for what to mark"""
_SPANS = 2_000
"""of a value, more than its fragments can show"""
STEPS = 5_000_000
_A_UNIT = 30
"""steps to read one: to find it, to fold it, and to find its stem"""
_A_PLACE = 6
"""steps to compare one with one of a phrase"""

Span = tuple[int, int]
Texts = Mapping[str, Sequence[str]]


class Unit(NamedTuple):
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


@dataclass(slots=True)
class Budget:
    """The work that the highlights of one page may cost; without a rest, the other hits have none.

    One step is about a comparison of two characters. Steps are counted, not seconds, so that a page is always the same.
    """

    left: int = STEPS

    def spend(self, steps: int) -> bool:
        """Take so many steps; return whether they were there."""
        self.left -= steps
        return self.left >= 0


class Highlighter:
    """Marks what a query matched, by the index's own folding and stems."""

    def __init__(self) -> None:
        self._stems = Stems()

    def highlights(
        self, query: Node, texts: Iterable[tuple[int, Texts]], budget: Budget | None = None
    ) -> dict[int, dict[str, tuple[str, ...]]]:
        """Return the fragments of each document's fields that have a match, as far as the budget reaches."""
        looks = list(dict.fromkeys(_looks(query)))
        budget = budget or Budget()
        marked: dict[int, dict[str, tuple[str, ...]]] = {}
        for doc, fields in texts if looks else ():
            marked[doc] = self._document(looks, fields, budget)
            if budget.left < 0:
                break
        return marked

    def _document(self, looks: Sequence[Look], texts: Texts, budget: Budget) -> dict[str, tuple[str, ...]]:
        marked = {}
        for field, values in texts.items():
            here = [look for look in looks if look.field in (None, field)]
            parts = (part for value in values if here for part in self._value(here, value, budget))
            if fragments := tuple(islice(parts, _MOST)):
                marked[field] = fragments
        return marked

    def _value(self, looks: Sequence[Look], text: str, budget: Budget) -> Iterator[str]:
        if budget.left < 0:
            return iter(())
        units = _affordable(_units(text[:_READ]), budget)
        looked_for = {unit.folded for look in looks for unit in look.units}
        stems = self._stems.of(looked_for | {unit.folded for unit in units}) if looked_for else {}
        spans = list(islice(_spans(looks, units, stems, budget), _SPANS))
        return _fragments(text, _merged(spans)) if spans else iter(())


def _affordable(units: Iterator[Unit], budget: Budget) -> Sequence[Unit]:
    """Return those that the budget pays for, and pay for them and for the first that it does not."""
    most = budget.left // _A_UNIT
    read = list(islice(units, most + 1))
    budget.spend(_A_UNIT * len(read))
    return read[:most]


def _spans(looks: Sequence[Look], units: Sequence[Unit], stems: Mapping[str, str], budget: Budget) -> Iterator[Span]:
    """Yield what is to be marked, in the order of the text."""
    patterns = [look.pattern for look in looks if look.pattern is not None]
    runs: dict[str, list[Sequence[Unit]]] = {}
    for look in looks:
        if look.pattern is None:
            runs.setdefault(stems[look.units[0].folded], []).append(look.units)
    for at, unit in enumerate(units):
        for run in runs.get(stems[unit.folded], ()) if runs else ():
            if not budget.spend(_A_PLACE * len(run)):
                return
            if _follow(units[at : at + len(run)], run, stems):
                yield from ((u.start, u.end) for u in units[at : at + len(run)])
        for pattern in patterns:
            if not budget.spend(len(pattern) * len(unit.folded)):
                return
            if like(unit.folded, pattern):
                yield unit.start, unit.end


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
            yield Unit(word_token(fold(piece.text[:LONGEST_WORD])), piece.start, piece.end)


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
