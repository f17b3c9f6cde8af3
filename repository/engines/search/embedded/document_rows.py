"""Documents into tables and out of them again."""

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from repository.engines.search.embedded.fts_tables import Generation
from repository.engines.search.folding import clean
from repository.engines.search.port import FACETS, FREE_TEXT, DocumentKind, FieldType, IndexDocument
from repository.engines.search.query_analysis import comparable, keywords_of, refuse_unknown
from repository.engines.search.tokenizer import index_tokens, words

PRESENT = "has"
"""A term of this pseudo field says that a text field has a value."""

ID = "I"
"""array type of term ids, as kept in ``docs.facets`` and ``sources.terms``"""

_BREAK = "\ue000"
"""A token between two values of a field, in no query: phrases do not reach across values."""

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class TermRow:
    field: str
    value: str
    folded: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document analysed, so that no lock is held while text is cut up."""

    document: IndexDocument
    terms: frozenset[TermRow]
    texts: str
    columns: Sequence[str]
    words: frozenset[str]


def analysed(document: IndexDocument) -> PreparedDocument:
    """Return `document` ready to be written; raise ValueError for a field that is not in `FIELDS`."""
    texts = _filled(document.texts)
    refuse_unknown(texts, FieldType.TEXT)
    keywords = _filled(keywords_of(document))
    numbers = {"version_index": document.index, **document.numbers}
    refuse_unknown(keywords, FieldType.KEYWORD, FieldType.DATE)
    refuse_unknown(numbers, FieldType.NUMBER)
    return PreparedDocument(
        document,
        frozenset((*_terms(keywords, numbers), *(TermRow(PRESENT, f, f) for f in texts))),
        json.dumps(texts),
        [_column(texts.get(field, ())) for field in FREE_TEXT],
        frozenset(word for values in texts.values() for value in values for word in words(value)),
    )


def put(connection: sqlite3.Connection, to: Generation, prepared: PreparedDocument) -> None:
    """Add or replace one document unless the stored one is as new."""
    document = prepared.document
    old = connection.execute(
        f"SELECT d.doc, d.revision, s.terms, s.texts FROM {to.docs} d JOIN {to.sources} s USING (doc)"
        " WHERE d.kind = ? AND d.id = ?",
        (document.kind.value, document.id),
    ).fetchone()
    if old is None:
        doc = _next_doc(connection, to)
        _write(connection, to, doc, prepared, with_text=True)
    elif document.revision > old[1]:
        same_text = old[3] == prepared.texts
        _erase(connection, to, old[0], old[2], with_text=not same_text)
        _write(connection, to, old[0], prepared, with_text=not same_text)


def drop(connection: sqlite3.Connection, to: Generation, kind: DocumentKind, id: int) -> None:  # noqa: A002
    old = connection.execute(
        f"SELECT d.doc, s.terms FROM {to.docs} d JOIN {to.sources} s USING (doc) WHERE d.kind = ? AND d.id = ?",
        (kind.value, id),
    ).fetchone()
    if old is not None:
        _erase(connection, to, old[0], old[1], with_text=True)


def _terms(keywords: Mapping[str, Sequence[str]], numbers: Mapping[str, int]) -> Iterator[TermRow]:
    for field, values in keywords.items():
        for value in values:
            yield TermRow(field, value, comparable(field, value))
    for field, number in numbers.items():
        yield TermRow(field, str(number), str(number), max(-_LARGEST, min(number, _LARGEST)))


def _filled(values: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return only the fields that have text."""
    cleaned = {field: [clean(text) for text in texts if text.strip()] for field, texts in values.items()}
    return {field: texts for field, texts in cleaned.items() if texts}


def _column(values: Iterable[str]) -> str:
    return f" {_BREAK} ".join(" ".join(index_tokens(value)) for value in values)


def _next_doc(connection: sqlite3.Connection, to: Generation) -> int:
    last: int = connection.execute(f"SELECT coalesce(max(doc), 0) FROM {to.docs}").fetchone()[0]
    return last + 1


def _write(
    connection: sqlite3.Connection, to: Generation, doc: int, prepared: PreparedDocument, *, with_text: bool
) -> None:
    ids = {term: _term_id(connection, to, term) for term in prepared.terms}
    facets = array(ID, sorted(number for term, number in ids.items() if term.field in FACETS))
    connection.execute(
        f"INSERT INTO {to.docs} VALUES ({', '.join('?' * 11)})",
        _row(connection, to, doc, prepared.document, facets.tobytes()),
    )
    connection.executemany(
        f"INSERT INTO {to.postings} VALUES (?, ?)", [(number, doc) for number in sorted(ids.values())]
    )
    connection.execute(
        f"INSERT INTO {to.sources} VALUES (?, ?, ?)",
        (doc, array(ID, ids.values()).tobytes(), prepared.texts),
    )
    if with_text:
        _write_text(connection, to, doc, prepared)


def _write_text(connection: sqlite3.Connection, to: Generation, doc: int, prepared: PreparedDocument) -> None:
    columns = ", ".join(f'"{field}"' for field in FREE_TEXT)
    connection.execute(
        f"INSERT INTO {to.fts} (rowid, {columns}) VALUES (?{', ?' * len(FREE_TEXT)})",
        (doc, *prepared.columns),
    )
    connection.executemany(f"INSERT OR IGNORE INTO {to.words} VALUES (?)", [(word,) for word in sorted(prepared.words)])


def _row(
    connection: sqlite3.Connection, to: Generation, doc: int, document: IndexDocument, facets: bytes
) -> tuple[object, ...]:
    return (
        doc,
        document.kind.value,
        document.id,
        document.revision,
        _set_id(connection, to, document.readers),
        _set_id(connection, to, document.owners),
        document.latest,
        document.index,
        comparable("created", document.created),
        comparable("updated", document.updated),
        facets,
    )


def _set_id(connection: sqlite3.Connection, to: Generation, tokens: frozenset[str]) -> int:
    """Return the id of a set of tokens, which is written when no document had it before."""
    members = sorted(tokens)
    text = json.dumps(members)
    row = connection.execute(f"SELECT id FROM {to.token_sets} WHERE tokens = ?", (text,)).fetchone()
    if row is not None:
        known: int = row[0]
        return known
    set_id = connection.execute(f"INSERT INTO {to.token_sets} (tokens) VALUES (?)", (text,)).lastrowid or 0
    connection.executemany(f"INSERT INTO {to.set_tokens} VALUES (?, ?)", [(token, set_id) for token in members])
    return set_id


def _term_id(connection: sqlite3.Connection, to: Generation, term: TermRow) -> int:
    row = connection.execute(
        f"SELECT id FROM {to.terms} WHERE field = ? AND value = ?", (term.field, term.value)
    ).fetchone()
    if row is not None:
        known: int = row[0]
        return known
    added = connection.execute(
        f"INSERT INTO {to.terms} (field, value, folded, number) VALUES (?, ?, ?, ?)",
        (term.field, term.value, term.folded, term.number),
    )
    return added.lastrowid or 0


def _erase(connection: sqlite3.Connection, to: Generation, doc: int, terms: bytes, *, with_text: bool) -> None:
    ids = list(array(ID, terms))
    connection.executemany(f"DELETE FROM {to.postings} WHERE term = ? AND doc = ?", [(number, doc) for number in ids])
    connection.executemany(
        f"DELETE FROM {to.terms} WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM {to.postings} WHERE term = ?1)",
        [(number,) for number in ids],
    )
    for table in (to.docs, to.sources):
        connection.execute(f"DELETE FROM {table} WHERE doc = ?", (doc,))
    if with_text:
        connection.execute(f"DELETE FROM {to.fts} WHERE rowid = ?", (doc,))
