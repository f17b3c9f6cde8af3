"""Lists of records for everybody: start page, feed and site maps.

A list names the latest version of each dataset that the anonymous public may read; withdrawn versions are left out.
Site maps read ranges of ids: a range costs the same however many records there are, and the last change in it comes
from an index.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, func, literal, literal_column, select
from sqlalchemy.orm import aliased

from repository.access.access_terms import PUBLIC
from repository.core.unit_of_work import Snapshot
from repository.records.model import IDS_IN_A_PART, PART_OF_SITE_MAP, Version
from repository.records.queries import IN_PUBLIC

_LATER = aliased(Version)


IS_LISTED: ColumnElement[bool] = and_(
    IN_PUBLIC,
    ~exists().where(
        _LATER.concept_id == Version.concept_id,
        _LATER.index > Version.index,
        _LATER.record_access == PUBLIC,
        _LATER.withdrawn_at.is_(None),
    ),
)
"""The versions that these lists name."""


class SitemapPage(NamedTuple):
    """A record's page and the time of its last change."""

    id: int
    updated: datetime


_NEWEST = (
    select(Version.id).where(IS_LISTED).order_by(Version.created.desc(), Version.id.desc()).limit(bindparam("limit"))
)


def newest_ids(snapshot: Snapshot, limit: int) -> Sequence[int]:
    """Return the latest public version of each dataset, the newest first."""
    return snapshot.session.scalars(_NEWEST, {"limit": limit}).all()


_LAST_CHANGE = (
    select(Version.updated, Version.id)
    .where(Version.exposed)
    .order_by(Version.updated.desc(), Version.id.desc())
    .limit(1)
)


def last_change(snapshot: Snapshot) -> tuple[datetime, int] | None:
    """Return when a version that the public could once read was last changed, and which; None without versions.

    What was never public does not show in the dates of lists.
    """
    row = snapshot.session.execute(_LAST_CHANGE).first()
    return (row[0], row[1]) if row else None


SETTLED = timedelta(minutes=3)
"""Longer than a writer's transaction may last, and so than a change may be committed after a later one."""


def cache_key_of_lists(snapshot: Snapshot, changed: tuple[datetime, int] | None) -> tuple[object, ...]:
    """Return what a list of all datasets depends on, where `changed` is the last change.

    While that is young, an earlier change may still be committed: then a list is good for a minute.
    """
    is_young = changed is not None and snapshot.now - changed[0] < SETTLED
    return changed, snapshot.now.replace(second=0, microsecond=0) if is_young else None


_PAGES = select(Version.id, Version.updated).where(IS_LISTED)
_IN_RANGE = _PAGES.where(Version.id >= bindparam("first"), Version.id < bindparam("end")).order_by(Version.id)


def pages_in(snapshot: Snapshot, first: int, end: int) -> Sequence[SitemapPage]:
    """Return the listed records from `first` to before `end`, in the order of their ids."""
    return [SitemapPage(*row) for row in snapshot.session.execute(_IN_RANGE, {"first": first, "end": end})]


_PART_OF = literal_column(f"version.{PART_OF_SITE_MAP}", BigInteger())
_PART = select(literal(0, BigInteger()).label("number")).cte("part", recursive=True)
_LAST_PART = select(func.max(Version.id).op("/")(literal_column(str(IDS_IN_A_PART)))).scalar_subquery()
_PARTS = _PART.union_all(select(_PART.c.number + 1).where(_PART.c.number < _LAST_PART))
_LATEST_CHANGES = select(
    _PARTS.c.number,
    select(Version.updated)
    .where(_PARTS.c.number == _PART_OF, IS_LISTED)
    .order_by(Version.updated.desc())
    .limit(1)
    .correlate(_PARTS)
    .scalar_subquery(),
)


def changes_of_parts(snapshot: Snapshot) -> dict[int, datetime]:
    """Return the last change in each range of `IDS_IN_A_PART` ids with a listed record, by the range's number.

    It costs one look into an index for each range.
    """
    return {row[0]: row[1] for row in snapshot.session.execute(_LATEST_CHANGES) if row[1] is not None}
