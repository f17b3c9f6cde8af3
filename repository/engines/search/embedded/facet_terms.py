"""What the numbers in ``docs.facets`` mean, remembered between searches.

A term's number means the same for ever (AUTOINCREMENT, and generations are never reused), so what was read once
from a committed snapshot stays right in every thread and process.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping

from repository.engines.search.embedded.fts_tables import Generation

_REMEMBERED = 1_000_000
"""terms, those of documents that are gone included; beyond it memory is given back"""


class TermNames:
    """Field and value by term number, for the generation asked last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._names: dict[int, tuple[str, str]] = {}

    def of(
        self, connection: sqlite3.Connection, generation: Generation, terms: Iterable[int]
    ) -> Mapping[int, tuple[str, str]]:
        """Return the names of all `terms` and perhaps of more."""
        names = self._remembered(generation)
        missing = [term for term in terms if term not in names]
        if missing:
            rows = connection.execute(
                f"SELECT t.id, t.field, t.value FROM json_each(?) w JOIN {generation.terms} t ON t.id = w.value",
                (json.dumps(missing),),
            )
            names.update({term: (field, value) for term, field, value in rows})
        return names

    def _remembered(self, generation: Generation) -> dict[int, tuple[str, str]]:
        with self._lock:
            if self._generation != generation or len(self._names) > _REMEMBERED:
                self._generation, self._names = generation, {}
            return self._names
