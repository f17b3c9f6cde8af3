"""The public records in ranges of ids, for site maps: a part of them costs the same however many there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from repository.core.unit_of_work import Snapshot
from repository.records.model import Version
from repository.records.recent import IS_LISTED


class SitemapPage(NamedTuple):
    """A record's page and when it was last changed."""

    id: int
    updated: datetime


# Built once: composing a statement costs more than running it.
_PAGES = select(Version.id, Version.updated).where(IS_LISTED)
_IN_RANGE = _PAGES.where(Version.id >= bindparam("first"), Version.id < bindparam("end")).order_by(Version.id)
_CHANGED = (
    _PAGES.where(Version.updated >= bindparam("since", type_=Version.updated.type))
    .order_by(Version.updated, Version.id)
    .execution_options(yield_per=10_000)
)


def pages_in(snapshot: Snapshot, first: int, end: int) -> Sequence[SitemapPage]:
    """The listed records from `first` to before `end`, in the order of their ids."""
    return [SitemapPage(*row) for row in snapshot.session.execute(_IN_RANGE, {"first": first, "end": end})]


def newest_changes(snapshot: Snapshot, since: datetime, size: int) -> dict[int, datetime]:
    """By number of the range of `size` ids, when a record in it was changed last; of those changed from `since` on."""
    found: dict[int, datetime] = {}
    for key, updated in snapshot.session.execute(_CHANGED, {"since": since}):
        found[key // size] = updated  # they come in the order of time
    return found
