"""Reading identifiers."""

from collections.abc import Iterable

from sqlalchemy import select

from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.identifiers.model import Identifier
from repository.identifiers.rules import folded

ByScheme = dict[str, Identifier]
_OF_OWNERS = select(Identifier).where(in_list(Identifier.owner, "owners"))


def identifiers_of(snapshot: Snapshot, owners: Iterable[int]) -> dict[int, ByScheme]:
    """Return all identifiers of records and concepts, in one query."""
    by_owner: dict[int, ByScheme] = {owner: {} for owner in owners}
    if by_owner:
        for row in snapshot.session.scalars(_OF_OWNERS, {"owners": list(by_owner)}):
            by_owner[row.owner][row.scheme] = row
    return by_owner


def owner_of(snapshot: Snapshot, scheme: str, value: str) -> int | None:
    """Return the record or concept that an identifier belongs to, or None."""
    return snapshot.session.scalar(
        select(Identifier.owner).where(Identifier.scheme == scheme, Identifier.folded == folded(value))
    )
