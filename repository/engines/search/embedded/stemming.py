"""The stem of a word, from the same FTS5 tokeniser that made the index."""

import sqlite3
import threading
from collections.abc import Mapping

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
