"""Parse the text of a query into the tree that every search engine compiles.

The language is that of Lucene's classic query parser over the paths of `fields.PATHS`; the grammar stands in
``query.lark``.  Everything people paste (addresses, DOIs, ``C++``, titles with colons, Chinese punctuation) is
text; what looks like an operator and cannot be one is refused with its position.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lark import Token
from lark.exceptions import UnexpectedInput

from repository.core.cache import remembered
from repository.core.errors import Invalid
from repository.engines.search.folding import visible
from repository.engines.search.query_tree import And, Everything, Exists, Node, Not, Nothing, Or, Phrase, Range
from repository.search.searchable_fields import FREE, index_field, names_pattern, value_of
from repository.search.syntax_errors import refusal, refused
from repository.search.syntax_tree import SyntaxTree, is_negated, parser_of, parts, path_after_exists, tokens
from repository.search.syntax_words import (
    Word,
    fielded_word,
    free_word,
    fuzziness,
    identifier_node,
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


_FIELD_FIRST = re.compile(r"\(*(?i:doi|cstr):")
"""What begins so is asked of one field."""


@remembered(512, longest=500)
def parse(text: str) -> Node:
    """Return the tree of a query; `Everything` when it is empty.

    Raises `Invalid` on the field ``q``, with the position (from 1, of visible characters) of what cannot be understood.
    """
    if len(text) > LONGEST:
        raise Invalid.field("q", f"The query is longer than {LONGEST} characters.")
    text = visible(text)
    pasted = _whole_identifier(text.strip())
    if pasted is not None:
        return pasted
    try:
        tree = parser_of(names_pattern()).parse(text)
    except UnexpectedInput as error:
        raise refusal(text, error) from error
    if not tree.children:
        return Nothing() if text.strip() else Everything()
    return _TreeBuilder().any(parts(tree)[0], _ANYWHERE)


def _whole_identifier(text: str) -> Node | None:
    """Return the node of a query that is one pasted identifier, whatever signs are in it; None of every other."""
    if "*" in text or '"' in text or _FIELD_FIRST.match(text):
        return None
    return identifier_node(text)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where words are to be found: under a `path`, in an index field or (None) in all text."""

    path: str
    field: str | None

    @classmethod
    def named(cls, path: str, start: int | None) -> "_Place":
        """Return the place of a path that begins at `start`; raise `Invalid` when it cannot be searched."""
        field = index_field(path)
        if field is None:
            raise refused(start, f"the path {path} cannot be searched, the documentation of q names those that can")
        return cls(path, None if field == FREE else field)


_ANYWHERE = _Place("", None)


class _TreeBuilder:
    """One walk over a parse tree, counting what a query may have only so many of."""

    def __init__(self) -> None:
        self.depth = 0
        self.wildcards = 0

    def any(self, tree: SyntaxTree, place: _Place) -> Node:
        return _one_or(Or, [self.all(part, place) for part in parts(tree)])

    def all(self, tree: SyntaxTree, place: _Place) -> Node:
        return _one_or(And, [self.clause(part, place) for part in parts(tree)])

    def clause(self, tree: SyntaxTree, place: _Place) -> Node:
        node = self.one(parts(tree)[0], place)
        return Not(node) if is_negated(tree) else node

    def one(self, tree: SyntaxTree, place: _Place) -> Node:
        match tree.data:
            case "group":
                return self.group(tree, place)
            case "fielded":
                return self.fielded(tree)
            case "phrase":
                return _phrase(tokens(tree)[0], place)
            case "range":
                return _range(tree, place)
            case "whole_range":
                return _whole_range(tokens(tree)[0], place)
            case "comparison":
                return _comparison(tree, place)
            case "regex":
                raise refused(tokens(tree)[0].start_pos, "regular expressions are not supported, words may have * or ?")
        return self.word(tokens(tree)[0], place)

    def group(self, tree: SyntaxTree, place: _Place) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise refused(tokens(tree)[0].start_pos, f"no more than {DEEPEST} parentheses may stand inside each other")
        node = self.any(parts(tree)[0], place)
        self.depth -= 1
        return node

    def fielded(self, tree: SyntaxTree) -> Node:
        name, value = tokens(tree)[0], parts(tree)[0]
        path = name.rpartition(":")[0]
        if path == "_exists_":
            return _exists(value, name)
        return self.one(value, _Place.named(path, name.start_pos))

    def word(self, token: Token, place: _Place) -> Node:
        compared = read_comparison(token, place.field) if place.path else None
        if compared is not None:
            return _compared(*compared, place, token)
        about = fuzziness(token)
        if about is not None:
            raise refused((token.start_pos or 0) + about, "words that are only similar (~) are not supported")
        word = read_word(token)
        self._count(word, token)
        return fielded_word(word, place.path, place.field) if place.path else free_word(word)

    def _count(self, word: Word, token: Token) -> None:
        self.wildcards += word.wild
        if self.wildcards > MOST_WILDCARDS:
            raise refused(token.start_pos, f"no more than {MOST_WILDCARDS} words may have * or ? in them")


def _one_or(kind: Callable[[tuple[Node, ...]], Node], nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else kind(tuple(nodes))


def _phrase(token: Token, place: _Place) -> Node:
    """Return the node of a phrase; raise `Invalid` for words that may stand apart (``"a b"~5``)."""
    apart = token.find("~", token.rindex('"'))
    if apart >= 0:
        raise refused((token.start_pos or 0) + apart, "distances between the words of a phrase are not supported")
    return Phrase(value_of(place.field, read_phrase(token)), place.field)


def _range(tree: SyntaxTree, place: _Place) -> Node:
    (opening, closing), (low, high) = tokens(tree), parts(tree)
    bounds = _Bounds(_bound(low, place), _bound(high, place), opening == "[", closing[0] == "]")
    return bounds.within(place, opening)


def _whole_range(token: Token, place: _Place) -> Node:
    """Return the range that stands among other values of its field."""
    low, high = (None if end == "*" else value_of(place.field, end) for end in read_range(token))
    closing = read_bound(token)[-1]
    return _Bounds(low, high, token[0] == "[", closing == "]").within(place, token)


def _comparison(tree: SyntaxTree, place: _Place) -> Node:
    sign = tokens(tree)[0]
    return _compared(sign, _bound(parts(tree)[0], place), place, sign)


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
        if place.field is None:
            raise refused(token.start_pos, "a range needs a single field before it, as in created:[2020 TO 2021]")
        return Range(place.field, self.low, self.high, self.include_low, self.include_high)


def _bound(tree: SyntaxTree, place: _Place) -> str | None:
    """Return one end of a range; None where it is open (``*``)."""
    token = tokens(tree)[0]
    text = read_phrase(token) if token.type == "QUOTED" else read_bound(token)
    return None if token == "*" else value_of(place.field, text)


def _exists(value: SyntaxTree, name: Token) -> Node:
    if value.data not in ("value", "phrase"):
        raise refused(name.end_pos, "the path of a field was expected after _exists_:")
    path, token = path_after_exists(value)
    place = _Place.named(path, token.start_pos)
    return Everything() if place.field is None else Exists(place.field)
