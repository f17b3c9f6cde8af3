"""Parse the text of a query into the tree that every search engine compiles.

The language is that of Lucene's classic query parser over the paths of `fields.PATHS`; the grammar stands in
``query.lark``.  Everything people paste (addresses, DOIs, ``C++``, titles with colons, Chinese punctuation) is
text; what looks like an operator and cannot be one is refused with its position.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from repository.core.errors import Invalid
from repository.engines.search.query_tree import And, Everything, Exists, Node, Not, Nothing, Or, Phrase, Range
from repository.search.searchable_fields import FREE, index_field, names_pattern, value_of
from repository.search.syntax_errors import refusal, refused
from repository.search.syntax_words import (
    Word,
    fielded_word,
    free_word,
    read_bound,
    read_comparison,
    read_phrase,
    read_range,
    read_word,
)

LONGEST = 2_000
"""characters of a query"""

DEEPEST = 50
"""parentheses inside each other"""

MOST_WILDCARDS = 20
"""words with ``*`` or ``?``"""

_BREAKS = (
    r"\u3001-\u3004\u3008-\u3020\u2018\u201a-\u201f\u2026"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\x00-\x1f\x7f"
)
"""Chinese and typographic punctuation and control characters separate words; ’ does not (O’Brien)."""


@cache
def _parser() -> Lark:
    """Return the parser, built at the first search: its expressions take a fifth of a second to compile."""
    grammar = Path(__file__).with_name("query.lark").read_text("utf-8")
    return Lark(
        grammar.replace("@NAMES@", names_pattern()).replace("@BREAKS@", _BREAKS),
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=False,
    )


_Tree = Tree[Token]


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """Return the tree of a query; `Everything` when it is empty.

    Raises `Invalid` on the field ``q``, with the position (from 1) of what cannot be understood.
    """
    if len(text) > LONGEST:
        raise Invalid.field("q", f"The query is longer than {LONGEST} characters.")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise refusal(text, error) from error
    if not tree.children:
        return Nothing() if text.strip() else Everything()
    return _TreeBuilder().any(_parts(tree)[0], _ANYWHERE)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where words are to be found: under a `path`, in an index field or (None) in all text."""

    path: str
    field: str | None
    indexed: bool = True

    @classmethod
    def named(cls, path: str) -> "_Place":
        field = index_field(path)
        return cls(path, None if field == FREE else field, field is not None)


_ANYWHERE = _Place("", None)


class _TreeBuilder:
    """One walk over a parse tree, counting what a query may have only so many of."""

    def __init__(self) -> None:
        self.depth = 0
        self.wildcards = 0

    def any(self, tree: _Tree, place: _Place) -> Node:
        return _one_or(Or, [self.all(part, place) for part in _parts(tree)])

    def all(self, tree: _Tree, place: _Place) -> Node:
        return _one_or(And, [self.clause(part, place) for part in _parts(tree)])

    def clause(self, tree: _Tree, place: _Place) -> Node:
        node = self.one(_parts(tree)[0], place)
        return Not(node) if sum(sign.type == "NOT" for sign in _tokens(tree)) % 2 else node

    def one(self, tree: _Tree, place: _Place) -> Node:
        match tree.data:
            case "group":
                return self.group(tree, place)
            case "fielded":
                return self.fielded(tree)
            case "phrase":
                return _phrase(read_phrase(_tokens(tree)[0]), place)
            case "range":
                return _range(tree, place)
            case "whole_range":
                return _whole_range(_tokens(tree)[0], place)
            case "comparison":
                return _comparison(tree, place)
        return self.word(_tokens(tree)[0], place)

    def group(self, tree: _Tree, place: _Place) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise refused(_tokens(tree)[0].start_pos, f"no more than {DEEPEST} parentheses may stand inside each other")
        node = self.any(_parts(tree)[0], place)
        self.depth -= 1
        return node

    def fielded(self, tree: _Tree) -> Node:
        name, value = _tokens(tree)[0], _parts(tree)[0]
        path = name.rpartition(":")[0]
        if path == "_exists_":
            return _exists(value, name)
        place = _Place.named(path)
        node = self.one(value, place)
        return node if place.indexed else Nothing()

    def word(self, token: Token, place: _Place) -> Node:
        compared = read_comparison(token, place.field) if place.path else None
        if compared is not None:
            return _compared(*compared, place, token)
        word = read_word(token)
        self._count(word, token)
        return fielded_word(word, place.path, place.field) if place.path else free_word(word)

    def _count(self, word: Word, token: Token) -> None:
        self.wildcards += word.wild
        if self.wildcards > MOST_WILDCARDS:
            raise refused(token.start_pos, f"no more than {MOST_WILDCARDS} words may have * or ? in them")


def _parts(tree: _Tree) -> list[_Tree]:
    return [part for part in tree.children if isinstance(part, Tree)]


def _tokens(tree: _Tree) -> list[Token]:
    return [part for part in tree.children if isinstance(part, Token)]


def _one_or(kind: Callable[[tuple[Node, ...]], Node], parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _phrase(text: str, place: _Place) -> Node:
    return Phrase(value_of(place.field, text), place.field)


def _range(tree: _Tree, place: _Place) -> Node:
    (opening, closing), (low, high) = _tokens(tree), _parts(tree)
    bounds = _Bounds(_bound(low, place), _bound(high, place), opening == "[", closing[0] == "]")
    return bounds.within(place, opening)


def _whole_range(token: Token, place: _Place) -> Node:
    """Return the range that stands among other values of its field."""
    low, high = (None if end == "*" else value_of(place.field, end) for end in read_range(token))
    closing = read_bound(token)[-1]
    return _Bounds(low, high, token[0] == "[", closing == "]").within(place, token)


def _comparison(tree: _Tree, place: _Place) -> Node:
    sign = _tokens(tree)[0]
    return _compared(sign, _bound(_parts(tree)[0], place), place, sign)


def _compared(sign: str, bound: str | None, place: _Place, token: Token) -> Node:
    if sign[0] == ">":
        return _Bounds(bound, None, sign == ">=", True).within(place, token)
    return _Bounds(None, bound, True, sign == "<=").within(place, token)


@dataclass(frozen=True, slots=True)
class _Bounds:
    low: str | None
    high: str | None
    include_low: bool
    include_high: bool

    def within(self, place: _Place, token: Token) -> Node:
        if not place.indexed:
            return Nothing()
        if place.field is None:
            raise refused(token.start_pos, "a range needs a single field before it, as in created:[2020 TO 2021]")
        return Range(place.field, self.low, self.high, self.include_low, self.include_high)


def _bound(tree: _Tree, place: _Place) -> str | None:
    """Return one end of a range; None where it is open (``*``)."""
    token = _tokens(tree)[0]
    text = read_phrase(token) if token.type == "QUOTED" else read_bound(token)
    return None if token == "*" else value_of(place.field, text)


def _exists(value: _Tree, name: Token) -> Node:
    if value.data not in ("value", "phrase"):
        raise refused(name.end_pos, "the path of a field was expected after _exists_:")
    token = _tokens(value)[0]
    place = _Place.named(read_phrase(token) if value.data == "phrase" else read_word(token).text)
    if not place.indexed:
        return Nothing()
    return Everything() if place.field is None else Exists(place.field)
