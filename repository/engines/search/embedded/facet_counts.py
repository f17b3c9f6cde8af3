"""Count the facets of hits: how many have which value.

A document carries the ids of its facet terms (``docs.facets``).  Counting needs the field of every term and the text of
those few that are shown: so the field of each is remembered, in one byte, and texts are read.
"""

import json
import sqlite3
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from repository.engines.search.embedded.document_rows import ID
from repository.engines.search.embedded.fts_tables import Generation
from repository.engines.search.port import FACETS, Bucket, most_buckets

_NO_FACET = 255
_PLACES = {name: place for place, name in enumerate(FACETS)}


class TermFields:
    """The field of each term by its number as in ``docs.facets``, for the generation asked last.

    A term's number means the same for ever (AUTOINCREMENT, and generations are never reused), so what was read once
    from a committed snapshot stays right in every thread and process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._fields = bytearray()

    def of(self, connection: sqlite3.Connection, generation: Generation, most: int) -> bytearray:
        """Return the places in `FACETS` of the fields of all terms up to the number `most`, and perhaps of more."""
        with self._lock:
            if self._generation != generation:
                self._generation, self._fields = generation, bytearray()
            fields = self._fields
            if most >= len(fields):
                sql = f"SELECT id, field FROM {generation.terms} WHERE id >= ? ORDER BY id"
                for number, field in connection.execute(sql, (len(fields),)):
                    fields.extend(bytes([_NO_FACET]) * (number - len(fields)))
                    fields.append(_PLACES.get(field, _NO_FACET))
            return fields


def buckets(
    connection: sqlite3.Connection,
    generation: Generation,
    fields: TermFields,
    sets: Iterable[bytes],
    facets: Sequence[str],
    size: int,
) -> Mapping[str, Sequence[Bucket]]:
    """Return, by facet, the `size` values that most of the hits with these `sets` of terms have."""
    counts = Counter(array(ID, b"".join(sets)))
    field_of = fields.of(connection, generation, max(counts, default=-1))
    by_place: dict[int, dict[int, int]] = {_PLACES[facet]: {} for facet in facets}
    for term, count in counts.items():
        of_facet = by_place.get(field_of[term])
        if of_facet is not None:
            of_facet[term] = count
    leading = {facet: _leading(by_place[_PLACES[facet]], most_buckets(facet, size)) for facet in facets}
    values = _values(connection, generation, [term for terms in leading.values() for term in terms])
    return {facet: _ordered(terms, values, most_buckets(facet, size)) for facet, terms in leading.items()}


def _leading(counts: Mapping[int, int], size: int) -> Mapping[int, int]:
    """Return the terms with the `size` largest counts, and those that are equal to the least of them."""
    if len(counts) <= size:
        return counts
    least = sorted(counts.values(), reverse=True)[size - 1]
    return {term: count for term, count in counts.items() if count >= least}


def _values(connection: sqlite3.Connection, generation: Generation, terms: Sequence[int]) -> Mapping[int, str]:
    sql = f"SELECT t.id, t.value FROM json_each(?) w JOIN {generation.terms} t ON t.id = w.value"
    return dict(connection.execute(sql, (json.dumps(terms),)).fetchall())


def _ordered(terms: Mapping[int, int], values: Mapping[int, str], size: int) -> Sequence[Bucket]:
    ordered = sorted((-count, values[term]) for term, count in terms.items())
    return [Bucket(value, -count) for count, value in ordered[:size]]
