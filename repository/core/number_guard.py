"""Who gives out numbers: the sequence of the database, watched by what is remembered of it elsewhere."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from repository.core.database.number_sequence import draw_numbers


class NumberGuard(Protocol):
    """Sees to it that no number is given out twice, also after an older copy of the database was restored.

    Every method but `committed` raises `Unavailable` while the database may not mint.
    """

    def draw(self, connection: Connection, count: int) -> Sequence[int]:
        """Return new numbers in ascending order."""

    def require_current(self, connection: Connection) -> None:
        """Do nothing if the database may mint."""

    def is_doubtful(self, connection: Connection, owner: int) -> bool:
        """Return whether a lost copy of the database may have minted identifiers from the owner's number."""

    def committed(self, number: int) -> None:
        """Remember that `number` and those before it were given out."""


class Unguarded:
    """The numbers of a database without a store."""

    def draw(self, connection: Connection, count: int) -> Sequence[int]:
        """Return new numbers."""
        return draw_numbers(connection, count)[0]

    def require_current(self, connection: Connection) -> None:
        """Do nothing."""

    def is_doubtful(self, connection: Connection, owner: int) -> bool:  # noqa: ARG002
        """Return no: there is no other copy."""
        return False

    def committed(self, number: int) -> None:
        """Do nothing."""
