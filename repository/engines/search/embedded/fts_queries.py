"""The query tree as SQL over ``docs d``; every value a person gave is bound, every FTS5 string quoted.

A part that holds no word (``+++``, ``「」``) says nothing: it restricts nothing, and alone it finds nothing.
"""

from collections.abc import Callable, Iterable, Sequence

from repository.engines.search.embedded.document_rows import PRESENT
from repository.engines.search.embedded.fts_tables import Generation
from repository.engines.search.folding import fold
from repository.engines.search.port import FIELDS, FieldType
from repository.engines.search.query_analysis import comparable, is_text, says_nothing
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

_LAST = "\U0010ffff"
"""sorts after every character, so `prefix + _LAST` ends what begins with `prefix`"""

_NESTING = 6
"""SQLite's parser takes about 30 nested parentheses; deeper parts become tables of their own"""

NAMES = "filenames"
"""The field that goes on outside the record's own text: names of later files are in another table."""

_ROW = 50
"""SQLite's expressions may be 1,000 operators deep, and a row of n ANDs is n deep"""


def expression(node: Node) -> str | None:
    """Return the FTS5 expression of a word or phrase in text; None for every other node."""
    if not isinstance(node, Term | Phrase) or not is_text(node.field):
        return None
    phrase_word = query_tokens(node.text)
    if not phrase_word.tokens:
        return None
    phrase = f'"{" ".join(phrase_word.tokens)}"{" *" if phrase_word.open_end else ""}'
    return phrase if node.field is None else f"{{{node.field}}} : {phrase}"


def in_text(node: Node) -> str | None:
    """Return the `expression` of a node that the text of the documents alone decides."""
    return None if isinstance(node, Term | Phrase) and node.field == NAMES else expression(node)


class FtsQuery:
    """Conditions of one search, collecting the values they bind and the tables they stand on.

    `probing` conditions look up each document that is walked past; others collect all documents of a value first.
    """

    def __init__(self, generation: Generation, *, probing: bool = False) -> None:
        self.on = generation
        self.probing = probing
        self.values: dict[str, object] = {}
        self.tables: list[str] = []
        """common table expressions, each using only earlier ones"""

    def bind(self, value: object) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def condition(self, node: Node, depth: int = 0) -> str:
        """Return the condition under which `node` matches `d`."""
        if says_nothing(node):
            return "0"
        if depth % _NESTING == _NESTING - 1 and isinstance(node, And | Or | Not):
            return self._apart(node, depth)
        return self._condition(node, depth)

    def matches(self, expressions: Iterable[str], word: str) -> str:
        match = self.bind(f" {word} ".join(dict.fromkeys(expressions)))
        return f"d.doc IN (SELECT rowid FROM {self.on.fts} WHERE {self.on.fts} MATCH {match})"

    def _condition(self, node: Node, depth: int) -> str:
        match node:
            case Term() | Phrase():
                return self._value(node)
            case Wildcard():
                return self._wildcard(node)
            case Range():
                return self._range(node)
            case Exists():
                return self._exists(node.field)
            case And():
                return self._several(node.parts, "AND", depth)
            case Or():
                return self._several(node.parts, "OR", depth)
            case Not():
                return f"NOT {self.condition(node.part, depth + 1)}"
            case Everything():
                return "1"
            case Nothing():
                return "0"

    def _apart(self, node: Node, depth: int) -> str:
        inner = self._condition(node, depth)
        name = f"part{len(self.tables)}"
        self.tables.append(f"{name} AS (SELECT d.doc FROM {self.on.docs} d WHERE {inner})")
        return f"d.doc IN (SELECT doc FROM {name})"

    def _several(self, parts: Sequence[Node], word: str, depth: int) -> str:
        saying = [part for part in parts if not says_nothing(part)]
        texts = [text for part in saying if (text := in_text(part)) is not None]
        others = [self.condition(p, depth + 1) for p in saying if in_text(p) is None]
        return _joined([*([self.matches(texts, word)] if texts else []), *others], word)

    def _value(self, node: Term | Phrase) -> str:
        text = expression(node)
        if text is not None:
            own = self.matches([text], "OR")
            return _joined([own, self._named(text)], "OR") if node.field == NAMES else own
        field = node.field or ""
        if FIELDS[field] is FieldType.NUMBER:
            number = _number(node.text)
            return "0" if number is None else self._term(field, f"t.number = {self.bind(number)}")
        value = comparable(field, node.text)
        if FIELDS[field] is FieldType.DATE:
            return self._term(field, self._period(value))
        return self._term(field, f"t.folded = {self.bind(value)}")

    def _period(self, value: str) -> str:
        """Return the condition of a period: 2020 matches 2020-05-01."""
        return f"{self._begins(value)} AND substr(t.folded, {len(value) + 1}, 1) IN ('', '-', 'T', ':', '.', '/')"

    def _begins(self, prefix: str, column: str = "t.folded") -> str:
        return f"{column} >= {self.bind(prefix)} AND {column} < {self.bind(prefix + _LAST)}"

    def _term(self, field: str, condition: str) -> str:
        chosen = f"t.field = {self.bind(field)} AND {condition}"
        tables = f"{self.on.terms} t CROSS JOIN {self.on.postings} p ON p.term = t.id"
        if self.probing:
            return f"EXISTS (SELECT 1 FROM {tables} AND p.doc = d.doc WHERE {chosen})"
        return f"d.doc IN (SELECT p.doc FROM {tables} WHERE {chosen})"

    def _exists(self, field: str) -> str:
        if is_text(field):
            return self._term(PRESENT, f"t.folded = {self.bind(field)}")
        return self._term(field, "1")

    def _wildcard(self, node: Wildcard) -> str:
        if not node.pattern.strip("*"):
            return "1" if node.field is None else self._exists(node.field)
        if not is_text(node.field):
            field = node.field or ""
            return self._term(field, self._glob(comparable(field, node.pattern), "t.folded"))
        parts: list[str] = []
        for piece in pattern_pieces(node.pattern):
            if piece.unspaced or not _has_wildcard(piece.text):
                parts.append(self._value(Term(piece.text, node.field)))
            else:
                parts.append(self._words(node.field, self._glob(piece.text, "w.word")))
        return _joined(parts, "AND") if parts else "1"

    def _glob(self, pattern: str, column: str) -> str:
        prefix = pattern.replace("?", "*").partition("*")[0]
        escaped = pattern.replace("[", "[[]")
        return f"{self._begins(prefix, column)} AND {column} GLOB {self.bind(escaped)}"

    def _words(self, field: str | None, condition: str) -> str:
        """Return the condition for documents with such a word; the words lead the join."""
        where = self.bind("" if field is None else f"{{{field}}} : ")
        own = (
            f"d.doc IN (SELECT f.rowid FROM {self.on.words} w CROSS JOIN {self.on.fts} f"
            f""" WHERE f.{self.on.fts} MATCH {where} || '"' || w.word || '"' AND {condition})"""
        )
        if field != NAMES:
            return own
        named = self._of_files(f"{self.on.words} w CROSS JOIN {self.on.names} f", "'\"' || w.word || '\"'", condition)
        return _joined([own, named], "OR")

    def _named(self, text: str) -> str:
        """Return the condition for records with a later file that matches `text`."""
        return self._of_files(f"{self.on.names} f", self.bind(text), "1")

    def _of_files(self, tables: str, match: str, condition: str) -> str:
        return (
            f"(d.kind = 'record' AND d.id IN (SELECT e.record_id FROM {tables} CROSS JOIN {self.on.files} e"
            f" ON e.file = f.rowid WHERE f.{self.on.names} MATCH {match} AND {condition}))"
        )

    def _range(self, node: Range) -> str:
        match FIELDS[node.field]:
            case FieldType.TEXT:
                return self._words(node.field, self._between(node, "w.word", lambda text: word_token(fold(text))))
            case FieldType.NUMBER:
                return self._numbers(node)
            case FieldType.DATE:
                return self._term(node.field, self._dates(node))
            case FieldType.KEYWORD:
                in_field = self._between(node, "t.folded", lambda v: comparable(node.field, v))
                return self._term(node.field, in_field)

    def _between(self, node: Range, column: str, key: Callable[[str], object]) -> str:
        conditions = ["1"]
        if node.low is not None:
            sign = ">=" if node.include_low else ">"
            conditions.append(f"{column} {sign} {self.bind(key(node.low))}")
        if node.high is not None:
            sign = "<=" if node.include_high else "<"
            conditions.append(f"{column} {sign} {self.bind(key(node.high))}")
        return " AND ".join(conditions)

    def _dates(self, node: Range) -> str:
        """Return the condition of a range of dates; a period counts whole: up to 2021 includes its last day."""
        conditions = ["1"]
        if node.low is not None:
            low = comparable(node.field, node.low) + ("" if node.include_low else _LAST)
            conditions.append(f"t.folded >= {self.bind(low)}")
        if node.high is not None:
            high = comparable(node.field, node.high) + (_LAST if node.include_high else "")
            conditions.append(f"t.folded < {self.bind(high)}")
        return " AND ".join(conditions)

    def _numbers(self, node: Range) -> str:
        bounds = [bound for bound in (node.low, node.high) if bound is not None]
        if any(_number(bound) is None for bound in bounds):
            return "0"
        within = self._between(node, "t.number", _number)
        return self._term(node.field, f"t.number IS NOT NULL AND {within}")


def _number(text: str) -> int | float | None:
    """Return a number that SQLite can compare with; None when `text` is not a number."""
    try:
        number = float(text)
    except ValueError:
        return None
    if number != number:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _joined(parts: Sequence[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    if len(parts) > _ROW:
        rows = [parts[at : at + _ROW] for at in range(0, len(parts), _ROW)]
        return _joined([_joined(row, word) for row in rows], word)
    return f"({f' {word} '.join(parts)})"
