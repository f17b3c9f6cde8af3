"""The tables of an index, and which of several indexes in the file is the one that answers.

An index is a *generation*: a set of tables with a number in their names.  One generation is live; during a rebuild
a second one is being built in the same file, so that every process sees it and writes to both.  Numbers are never
used twice.
"""

import sqlite3
from dataclasses import dataclass

from repository.engines.search.port import FREE_TEXT

_VERSION = 3
"""Of the tables.  A file of another version is emptied: the index is a copy."""

_ANALYSIS = 2
"""Of the text analysis and the fields, kept as the file's ``application_id``.

A file of another analysis is used as it is until a rebuild, because the former release may still work on it.
"""

_GENERATIONS = """
CREATE TABLE generations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    live INTEGER NOT NULL,
    position TEXT NOT NULL DEFAULT '',
    builders INTEGER NOT NULL DEFAULT 1,
    changes INTEGER NOT NULL DEFAULT 0
)"""
_LISTED = "CREATE INDEX IF NOT EXISTS docs_{n}_listed ON docs_{n} (kind, latest, readers)"
"""counts what a search without words finds"""

_TABLES = (
    """
    CREATE TABLE docs_{n} (
        doc INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        id INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        readers INTEGER NOT NULL,
        owners INTEGER NOT NULL,
        latest INTEGER NOT NULL,
        position INTEGER NOT NULL,
        created TEXT NOT NULL,
        updated TEXT NOT NULL,
        facets BLOB NOT NULL,
        UNIQUE (kind, id)
    )""",
    "CREATE INDEX docs_{n}_created ON docs_{n} (created, kind, id)",
    "CREATE INDEX docs_{n}_updated ON docs_{n} (updated, kind, id)",
    "CREATE INDEX docs_{n}_position ON docs_{n} (position, kind, id)",
    "CREATE INDEX docs_{n}_owners ON docs_{n} (owners)",
    _LISTED,
    # the different sets of readers and of owners, which are few; a set may outlive its documents and then finds nothing
    "CREATE TABLE token_sets_{n} (id INTEGER PRIMARY KEY, tokens TEXT NOT NULL UNIQUE)",
    "CREATE TABLE set_tokens_{n} (token TEXT, set_id INTEGER, PRIMARY KEY (token, set_id)) WITHOUT ROWID",
    # what is needed to show and to remove a document, apart from what every search scans
    "CREATE TABLE sources_{n} (doc INTEGER PRIMARY KEY, terms BLOB NOT NULL, texts TEXT NOT NULL)",
    """
    CREATE TABLE terms_{n} (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        field TEXT NOT NULL,
        value TEXT NOT NULL,
        folded TEXT NOT NULL,
        number INTEGER,
        UNIQUE (field, value)
    )""",
    "CREATE INDEX terms_{n}_folded ON terms_{n} (field, folded)",
    "CREATE INDEX terms_{n}_number ON terms_{n} (field, number) WHERE number IS NOT NULL",
    """
    CREATE TABLE postings_{n} (
        term INTEGER NOT NULL,
        doc INTEGER NOT NULL,
        PRIMARY KEY (term, doc)
    ) WITHOUT ROWID""",
    # unstemmed words, for wildcards; a word may outlive its documents and then finds nothing
    "CREATE TABLE words_{n} (word TEXT PRIMARY KEY) WITHOUT ROWID",
    # deleted while this generation was being built, so that the builder does not bring them back
    "CREATE TABLE deleted_{n} (kind TEXT, id INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID",
    # every file that anybody may have; `names` holds those names that are not in their record's document
    """
    CREATE TABLE files_{n} (
        file INTEGER PRIMARY KEY,
        record_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        UNIQUE (record_id, position)
    )""",
    "CREATE INDEX files_{n}_revision ON files_{n} (record_id, revision)",
    "CREATE VIRTUAL TABLE names_{n} USING fts5(filenames, tokenize = 'porter ascii')",
    # files of revisions before this one were dropped while this generation was being built
    "CREATE TABLE dropped_{n} (record_id INTEGER PRIMARY KEY, before INTEGER NOT NULL)",
    # words are folded and separated before they come here, so only the stems are left to FTS5
    "CREATE VIRTUAL TABLE fts_{n} USING fts5({columns}, tokenize = 'porter ascii')",
)
_NAMES = (
    "docs",
    "token_sets",
    "set_tokens",
    "sources",
    "terms",
    "postings",
    "words",
    "deleted",
    "files",
    "names",
    "dropped",
    "fts",
)


@dataclass(frozen=True, slots=True)
class Generation:
    """The names of one index's tables."""

    number: int

    def __getattr__(self, name: str) -> str:
        if name in _NAMES:
            return f"{name}_{self.number}"
        raise AttributeError(name)


def is_of_this_version(connection: sqlite3.Connection) -> bool:
    """Return whether `prepare` would leave the documents of the file where they are."""
    return _version(connection) == _VERSION


def prepare(connection: sqlite3.Connection) -> None:
    """Make an empty index in a new or outdated file; complete a file of release 0.2.0."""
    if _version(connection) == _VERSION and _counts_changes(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) != _VERSION:
            _empty(connection)
            connection.execute(_GENERATIONS)
            start(connection, live=True)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
            connection.execute(f"PRAGMA application_id = {_ANALYSIS}")
        elif not _counts_changes(connection):
            _complete(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _counts_changes(connection: sqlite3.Connection) -> bool:
    sql = "SELECT 1 FROM pragma_table_info('generations') WHERE name = 'changes'"
    return connection.execute(sql).fetchone() is not None


def _complete(connection: sqlite3.Connection) -> None:
    """Add what release 0.2.0 did not make; that release goes on with the file as before."""
    connection.execute("ALTER TABLE generations ADD COLUMN changes INTEGER NOT NULL DEFAULT 0")
    for (number,) in connection.execute("SELECT number FROM generations").fetchall():
        connection.execute(_LISTED.format(n=number))


def live(connection: sqlite3.Connection) -> Generation:
    """Return the generation that answers."""
    row = connection.execute("SELECT number FROM generations WHERE live = 1").fetchone()
    return Generation(row[0])


def changes(connection: sqlite3.Connection, generation: Generation) -> int:
    """Return a number that every change of the generation that answers moves."""
    row = connection.execute("SELECT changes FROM generations WHERE number = ?", (generation.number,)).fetchone()
    counted: int = row[0]
    return counted


def note_change(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE generations SET changes = changes + 1 WHERE live = 1")


def building(connection: sqlite3.Connection) -> Generation | None:
    """Return the generation that a rebuild is filling, or that an interrupted rebuild left."""
    row = connection.execute("SELECT number FROM generations WHERE live = 0").fetchone()
    return Generation(row[0]) if row else None


def start(connection: sqlite3.Connection, *, live: bool) -> Generation:
    """Create a new, empty generation."""
    added = connection.execute("INSERT INTO generations (live) VALUES (?)", (live,))
    generation = Generation(added.lastrowid or 0)
    columns = ", ".join(f'"{field}"' for field in FREE_TEXT)
    for statement in _TABLES:
        connection.execute(statement.format(n=generation.number, columns=columns))
    return generation


def remove(connection: sqlite3.Connection, generation: Generation) -> None:
    for name in _NAMES:
        connection.execute(f"DROP TABLE {getattr(generation, name)}")
    connection.execute("DELETE FROM generations WHERE number = ?", (generation.number,))


def make_live(connection: sqlite3.Connection, generation: Generation) -> None:
    remove(connection, live(connection))
    connection.execute("UPDATE generations SET live = 1 WHERE number = ?", (generation.number,))
    connection.execute(f"DELETE FROM {generation.deleted}")
    connection.execute(f"DELETE FROM {generation.dropped}")
    connection.execute(f"PRAGMA application_id = {_ANALYSIS}")


def is_outdated(connection: sqlite3.Connection) -> bool:
    """Return whether the live generation was made with another text analysis than ours."""
    analysis: int = connection.execute("PRAGMA application_id").fetchone()[0]
    return analysis != _ANALYSIS


def take_over(connection: sqlite3.Connection, generation: Generation) -> tuple[int, str]:
    """Make the caller the builder of `generation`; return its builder number and the last saved position."""
    connection.execute("UPDATE generations SET builders = builders + 1 WHERE number = ?", (generation.number,))
    taken: tuple[int, str] = connection.execute(
        "SELECT builders, position FROM generations WHERE number = ?", (generation.number,)
    ).fetchone()
    return taken


def is_built_by(connection: sqlite3.Connection, generation: Generation, builder: int) -> bool:
    """Return whether `generation` is still being built, and by this builder."""
    rows = connection.execute(
        "SELECT 1 FROM generations WHERE live = 0 AND number = ? AND builders = ?", (generation.number, builder)
    )
    return rows.fetchone() is not None


def note_position(connection: sqlite3.Connection, generation: Generation, position: str) -> None:
    connection.execute("UPDATE generations SET position = ? WHERE number = ?", (position, generation.number))


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _empty(connection: sqlite3.Connection) -> None:
    numbers = [
        row[0]
        for row in connection.execute(
            "SELECT substr(name, 6) FROM sqlite_master WHERE type = 'table' AND name GLOB 'docs_[0-9]*'"
        )
    ]
    for number in numbers:
        for name in _NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {name}_{number}")
    connection.execute("DROP TABLE IF EXISTS generations")
