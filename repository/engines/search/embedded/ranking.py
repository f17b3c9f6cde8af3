"""The tables that a search reads, and the score of its hits."""

from dataclasses import dataclass

from repository.engines.search.embedded.fts_queries import FtsQuery, expression, in_text
from repository.engines.search.port import FREE_TEXT
from repository.engines.search.query_analysis import positive_leaves, says_nothing
from repository.engines.search.query_tree import And, Node

_WEIGHTS = ", ".join(str(weight) for weight in FREE_TEXT.values())
_LAST_INDEXED = "f.rowid DESC"
_RANKED = 32
"""So many words of a query count for its ranking."""


@dataclass(frozen=True, slots=True)
class Source:
    """``FROM`` and ``WHERE`` that yield what the query matches, and its score: smaller is better.

    `newest` orders matches by when they came into the index, or by their creation, as an index has them.
    """

    tables: str
    where: str
    score: str
    newest: str = "d.created DESC, d.kind DESC, d.id DESC"

    @property
    def is_of_text(self) -> bool:
        """Whether every match is read from the full-text index."""
        return self.newest == _LAST_INDEXED


def ranked_by(node: Node) -> list[str]:
    """Return the FTS5 expressions that rank the matches of `node`."""
    expressions = (expression(leaf) for leaf in positive_leaves(node))
    return list(dict.fromkeys(text for text in expressions if text is not None))[:_RANKED]


def source(question: FtsQuery, node: Node, *, scored: bool) -> Source:
    """Return tables that begin with the full-text index if every match must be in it, else with the documents."""
    parts = node.parts if isinstance(node, And) else (node,)
    saying = [part for part in parts if not says_nothing(part)]
    texts = [text for part in saying if (text := in_text(part)) is not None]
    rest = [part for part in saying if in_text(part) is None]
    if texts and not (scored and any(map(ranked_by, rest))):
        return _text_first(question, texts, rest)
    if not scored:
        return Source(f"{question.on.docs} d", question.condition(node), "0.0")
    return _documents_first(question, node)


def _text_first(question: FtsQuery, texts: list[str], rest: list[Node]) -> Source:
    fts = question.on.fts
    match = question.bind(" AND ".join(dict.fromkeys(texts)))
    conditions = [f"f.{fts} MATCH {match}"]
    if rest:
        conditions.append(question.condition(And(tuple(rest))))
    return Source(
        f"{fts} f CROSS JOIN {question.on.docs} d ON d.doc = f.rowid",
        " AND ".join(conditions),
        f"bm25({fts}, {_WEIGHTS})",
        _LAST_INDEXED,
    )


def _documents_first(question: FtsQuery, node: Node) -> Source:
    fts = question.on.fts
    match = question.bind(" OR ".join(ranked_by(node)))
    question.tables.append(
        f"ranked AS MATERIALIZED (SELECT rowid AS doc, bm25({fts}, {_WEIGHTS}) AS score"
        f" FROM {fts} WHERE {fts} MATCH {match})"
    )
    return Source(
        f"{question.on.docs} d LEFT JOIN ranked r ON r.doc = d.doc",
        question.condition(node),
        "coalesce(r.score, 0.0)",
    )
