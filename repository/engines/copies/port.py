"""What copies a database: whole, of one moment, beside running servers; and what puts a copy in its place.

A copy holds every transaction that was committed before it began, and none in part.  `put_back` changes everything or
nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol


class CopiedState(Protocol):
    """The one state of the database that a copy holds."""

    def rows(self, statement: str) -> Iterator[Sequence[Any]]:
        """Yield the rows of an SQL statement."""

    def tables(self) -> Sequence[str]:
        """Return the names of all tables."""


class DatabaseCopies(Protocol):
    """Every method raises `Unavailable` if the database or a program does not answer."""

    @property
    def kind(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""

    @property
    def suffix(self) -> str:
        """Return how the name of a copy ends."""

    def copy(self, target: Path) -> AbstractContextManager[CopiedState]:
        """Write a copy to the new file `target`, readable by its owner only; open the state that it holds."""

    def now(self) -> AbstractContextManager[CopiedState]:
        """Open what the database holds now, beside running servers."""

    def check(self, copy: Path, counts: Mapping[str, int]) -> str:
        """Return how the copy was proved to be whole, with these numbers of rows; raises `Unsuitable`."""

    def is_empty(self) -> bool:
        """Return whether nothing is in the database's place."""

    def require_unused(self) -> None:
        """Raise `Conflict` if a server works on the database."""

    def put_back(self, copy: Path, counts: Mapping[str, int]) -> str:
        """Put a copy in the place of the database, and return where the former one is, in words.

        Raises `Conflict` if a server works on the database, `Unsuitable` if the copy is not whole; then nothing has
        changed.
        """


def quoted(name: str) -> str:
    """Return the name of a table as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def row_counts(state: CopiedState) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {name: int(value_of(state, f"SELECT count(*) FROM {quoted(name)}")) for name in state.tables()}


def value_of(state: CopiedState, statement: str) -> Any:
    """Return the only value that a statement reads, None if there is no row."""
    values = [row[0] for row in state.rows(statement)]
    return values[0] if values else None
