"""Reading identifiers."""

from collections.abc import Iterable

from sqlalchemy import select

from repository.foundation.among import Among
from repository.foundation.work import Work
from repository.identifiers.model import Identifier
from repository.identifiers.rules import folded

ByScheme = dict[str, Identifier]
_OF_OWNERS = select(Identifier).where(Among(Identifier.owner, "owners"))


def identifiers_of(work: Work, owners: Iterable[int]) -> dict[int, ByScheme]:
    """All identifiers of records and concepts, in one query."""
    found: dict[int, ByScheme] = {owner: {} for owner in owners}
    if found:
        for row in work.session.scalars(_OF_OWNERS, {"owners": list(found)}):
            found[row.owner][row.scheme] = row
    return found


def owner_of(work: Work, scheme: str, value: str) -> int | None:
    """The record or concept an identifier belongs to."""
    return work.session.scalar(
        select(Identifier.owner).where(Identifier.scheme == scheme, Identifier.folded == folded(value))
    )
