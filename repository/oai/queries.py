"""The items that harvesters get: versions that the public may read, in the order of their last change."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, tuple_

from repository.foundation.actor import ANONYMOUS
from repository.foundation.work import Work
from repository.records.model import Concept, Version
from repository.records.queries import readable


class Item(NamedTuple):
    """What a header says: the version, and when it was last changed."""

    id: int
    updated: datetime


# Built once: composing a statement costs more than running it.
_ITEMS = select(Version.id, Version.updated).join(Concept, Version.concept_id == Concept.id).where(readable(ANONYMOUS))
_ONE = _ITEMS.where(Version.id == bindparam("id"))
_ORDERED = _ITEMS.order_by(Version.updated, Version.id)
_LISTED = _ORDERED.where(
    tuple_(Version.updated, Version.id)
    > tuple_(bindparam("updated", type_=Version.updated.type), bindparam("id", type_=Version.id.type)),
    Version.updated < bindparam("end"),
).limit(bindparam("limit"))


def items(work: Work, after: Item, end: datetime, limit: int) -> Sequence[Item]:
    """Items that follow `after` and were last changed before `end`; ids begin at 1, so 0 is before every item."""
    parameters = {"updated": after.updated, "id": after.id, "end": end, "limit": limit}
    return [Item(*row) for row in work.session.execute(_LISTED, parameters)]


def find_item(work: Work, number: int) -> Item | None:
    row = work.session.execute(_ONE, {"id": number}).first()
    return Item(*row) if row else None


def earliest(work: Work) -> datetime | None:
    """When the item was changed whose last change lies furthest back."""
    row = work.session.execute(_ORDERED.limit(1)).first()
    return Item(*row).updated if row else None
