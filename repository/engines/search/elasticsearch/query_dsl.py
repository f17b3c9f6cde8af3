"""The query tree as a query of Elasticsearch.

Text is folded and cut into words here, by the same rules for all adapters, and the server only stems them: in the
index every character of a Chinese run stands at a place of its own with the pair that begins at it, so a run is asked
as its pairs one after the other and, where something follows, its last character.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from repository.engines.search.elasticsearch.numeric_ranges import number_of, whole_numbers
from repository.engines.search.elasticsearch.text_analysis import stand_ins
from repository.engines.search.folding import clean, fold
from repository.engines.search.port import FIELDS, FREE_TEXT, FieldType
from repository.engines.search.query_analysis import comparable, is_text, ranks, says_nothing
from repository.engines.search.query_tree import (
    And,
    Everything,
    Exists,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Range,
    Term,
    Wildcard,
)
from repository.engines.search.tokenizer import pattern_pieces, query_tokens, word_token

Query = dict[str, Any]

NAMES = "filenames"
"""The field that does not end with a record's own text: its later names stand in the index of files."""

_NOTHING: Query = {"match_none": {}}
_LAST = "\U0010ffff"
"""sorts after every character"""

_NESTING = 8
"""The server reads 30 levels of a query; deeper parts are handed to it as queries of their own."""

_WORDS = tuple(f"{name}.words^{FREE_TEXT[name]}" for name in ("title", "additional_titles", "description", "subjects"))
"""Where the server knows Chinese words (the plugin analysis-smartcn), these fields hold them; elsewhere none does."""


def asked_words(text: str) -> str:
    """Return the words to search for `text`, with blanks between them."""
    return stand_ins(" ".join(query_tokens(text).tokens))


def names_in(node: Node) -> list[Node]:
    """Return the parts of `node` that name the field `NAMES`."""
    match node:
        case Term() | Phrase() | Wildcard() | Range():
            return [node] if node.field == NAMES and not says_nothing(node) else []
        case And() | Or():
            return [leaf for part in node.parts for leaf in names_in(part)]
        case Not():
            return names_in(node.part)
    return []


@dataclass(frozen=True, slots=True)
class EsQuery:
    """Compiles one tree; `records` are, of each of its `names_in`, the records with such a file."""

    records: Mapping[Node, Sequence[int]] = field(default_factory=dict)
    names: str = NAMES
    """where the field `NAMES` is looked for"""

    def query(self, node: Node, depth: int = 0) -> Query:
        """Return the query for `node`; words in text fields rank the hits."""
        if says_nothing(node):
            return _NOTHING
        compiled = self._query(node, depth)
        if depth and depth % _NESTING == 0 and isinstance(node, And | Or | Not):
            return {"wrapper": {"query": base64.b64encode(orjson.dumps(compiled)).decode()}}
        return compiled

    def _query(self, node: Node, depth: int) -> Query:
        match node:
            case Term() | Phrase() | Wildcard() | Range():
                return self._leaf(node)
            case Exists():
                return {"exists": {"field": node.field}}
            case And():
                return self._all(_flat(node), depth + 1)
            case Or():
                return self._any(_flat(node), depth + 1)
            case Not():
                return {"bool": {"must_not": [self.query(node.part, depth + 1)]}}
            case Everything():
                return {"match_all": {}}
            case Nothing():
                return _NOTHING

    def _all(self, parts: Sequence[Node], depth: int) -> Query:
        must = [self.query(part, depth) for part in parts if ranks(part)]
        others = [self.query(part, depth) for part in parts if not ranks(part)]
        return {"bool": {"must": must, "filter": others}}

    def _any(self, parts: Sequence[Node], depth: int) -> Query:
        should = [self.query(part, depth) if ranks(part) else _unranked(self.query(part, depth)) for part in parts]
        return {"bool": {"should": should, "minimum_should_match": 1}}

    def _leaf(self, node: Term | Phrase | Wildcard | Range) -> Query:
        own = self._own(node)
        if not self.records.get(node):
            return own
        others = [{"term": {"document.kind": "record"}}, {"terms": {"document.id": self.records[node]}}]
        return {"bool": {"should": [own, {"bool": {"filter": others}}], "minimum_should_match": 1}}

    def _own(self, node: Term | Phrase | Wildcard | Range) -> Query:
        if isinstance(node, Wildcard):
            return self._wildcard(node)
        if isinstance(node, Range):
            return self._range(node)
        if is_text(node.field):
            return self._text(node.text, node.field)
        return _value(node.field or "", node.text)

    def _text(self, text: str, of: str | None) -> Query:
        words = asked_words(text)
        if of is not None:
            return {"match_phrase": {self._place(of): words}}
        fields = [f"{name}^{weight}" for name, weight in FREE_TEXT.items()]
        phrase = {"multi_match": {"query": words, "type": "phrase", "fields": fields, "tie_breaker": 1.0}}
        if text.isascii():
            return phrase
        better = {"multi_match": {"query": clean(text), "type": "phrase", "fields": _WORDS}}
        return {"bool": {"must": [phrase], "should": [better]}}

    def _wildcard(self, node: Wildcard) -> Query:
        of = node.field
        if not node.pattern.strip("*"):
            return {"match_all": {}} if of is None else {"exists": {"field": self._place(of)}}
        if of is not None and not is_text(of):
            place = f"{of}.digits" if FIELDS[of] is FieldType.NUMBER else of
            return _like(place, comparable(of, node.pattern).replace("\\", "\\\\"))
        parts = [
            self._text(piece.text, of)
            if piece.unspaced or not set(piece.text) & set("*?")
            else self._words_like(of, piece.text)
            for piece in pattern_pieces(node.pattern)
        ]
        return {"bool": {"filter": parts}} if parts else {"match_all": {}}

    def _words_like(self, of: str | None, pattern: str) -> Query:
        fields = FREE_TEXT if of is None else (self._place(of),)
        return {"bool": {"should": [_like(name, pattern) for name in fields], "minimum_should_match": 1}}

    def _range(self, node: Range) -> Query:
        match FIELDS[node.field]:
            case FieldType.NUMBER:
                bounds = whole_numbers(node)
                return _NOTHING if bounds is None else _between(node.field, bounds)
            case FieldType.DATE:
                return _between(node.field, _dates(node))
            case FieldType.TEXT:
                return _between(self._place(node.field), _bounds(node, _folded_word))
            case FieldType.KEYWORD:
                return _between(node.field, _bounds(node, lambda value: comparable(node.field, value)))

    def _place(self, of: str) -> str:
        return self.names if of == NAMES else of


def _flat(node: And | Or) -> list[Node]:
    """Return the parts that have words, each once; nested parts of the same operator are merged."""
    parts: dict[Node, None] = {}
    for part in node.parts:
        if type(part) is type(node) and isinstance(part, And | Or):
            parts |= dict.fromkeys(_flat(part))
        elif not says_nothing(part):
            parts[part] = None
    return list(parts)


def _unranked(query: Query) -> Query:
    return {"constant_score": {"filter": query, "boost": 0}}


def _value(of: str, text: str) -> Query:
    if FIELDS[of] is FieldType.NUMBER:
        number = number_of(text)
        whole = number is not None and number == number // 1 and abs(number) < 2**63
        return {"term": {of: int(number)}} if whole and number is not None else _NOTHING
    value = comparable(of, text)
    if FIELDS[of] is not FieldType.DATE:
        return {"term": {of: value}}
    # A date matches what lies in it: 2020 matches 2020-05-01.
    longer = [{"prefix": {of: value + joint}} for joint in "-T:./"]
    return {"bool": {"should": [{"term": {of: value}}, *longer], "minimum_should_match": 1}}


def _like(of: str, pattern: str) -> Query:
    once = re.sub(r"\*+", "*", pattern)
    return {"wildcard": {of: {"value": once, "rewrite": "constant_score"}}}


def _between(of: str, bounds: Mapping[str, Any]) -> Query:
    return {"range": {of: dict(bounds)}} if bounds else {"exists": {"field": of}}


def _bounds(node: Range, key: Any) -> dict[str, str]:
    bounds = {}
    if node.low is not None:
        bounds["gte" if node.include_low else "gt"] = key(node.low)
    if node.high is not None:
        bounds["lte" if node.include_high else "lt"] = key(node.high)
    return bounds


def _folded_word(text: str) -> str:
    return word_token(fold(text))


def _dates(node: Range) -> dict[str, str]:
    """Return the bounds of dates; a period counts whole: up to 2021 includes its last day."""
    bounds = {}
    if node.low is not None:
        bounds["gte"] = comparable(node.field, node.low) + ("" if node.include_low else _LAST)
    if node.high is not None:
        bounds["lt"] = comparable(node.field, node.high) + (_LAST if node.include_high else "")
    return bounds
