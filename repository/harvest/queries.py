"""The items of a harvest: versions that the public can or could read, in the order of that harvest.

A harvest must list each version once, while versions change. A changed version gets a new datestamp, and in the order
of datestamps it would come twice, or never. So a harvest keeps the order of the time when it `begun`: a version stands
at its datestamp of that time (`unchanged`, or `changed` since), and versions published during the harvest follow by
their time of publication, which does not change (`new`). Each of the three is read from an index, from the place that
the harvest has reached. The version itself is always the current one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, exists, func, literal, not_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from repository.communities.model import Community, CommunityDataset
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.harvest.model import DefinedSet, SetMember
from repository.records.model import PastDatestamp, Version
from repository.records.queries import IN_PUBLIC


class HarvestItem(NamedTuple):
    """The header of an item, and its place in the harvest; `gone`: the public can no longer read it."""

    id: int
    datestamp: datetime
    gone: bool
    resource_type: str | None
    position: datetime


class SetKind(StrEnum):
    """The property that puts a version into a set."""

    NOTHING = "nothing"
    TYPE = "type"
    COMMUNITY = "community"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class ChosenSet:
    """Some or all items; `values` are the parameters of the condition."""

    by: SetKind = SetKind.NOTHING
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Harvest:
    """Items with a datestamp before `end`; no change before `settled` can still appear."""

    begun: datetime
    settled: datetime
    end: datetime
    chosen: ChosenSet


_MOMENT, _NUMBER = Version.datestamp.type, Version.id.type
_GONE = not_(IN_PUBLIC).label("gone")


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=_MOMENT)


def _items(position: InstrumentedAttribute[datetime]) -> Any:
    columns = (Version.id, Version.datestamp, _GONE, Version.resource_type, position.label("position"))
    return select(*columns).where(Version.exposed)


_LIMIT: ColumnElement[int] = bindparam("limit")


def _part(
    position: InstrumentedAttribute[datetime], key: Any, *conditions: ColumnElement[bool], after: str = ""
) -> Any:
    """Return a statement for the items after a place, limited in number; `after` begins the names of its parameters."""
    reached = tuple_(_moment(f"{after}position"), bindparam(f"{after}id", type_=_NUMBER))
    part = _items(position)
    if position is PastDatestamp.datestamp:
        part = part.join(PastDatestamp, PastDatestamp.version_id == Version.id)
    return part.where(tuple_(position, key) > reached, *conditions).order_by(position, key).limit(_LIMIT)


_IN_SET: Mapping[SetKind, Sequence[ColumnElement[bool]]] = {
    SetKind.NOTHING: (),
    SetKind.TYPE: (Version.resource_type.in_(bindparam("types", expanding=True)),),
    SetKind.COMMUNITY: (
        exists().where(
            CommunityDataset.concept_id == Version.concept_id,
            CommunityDataset.community_id
            == select(Community.id).where(Community.slug == bindparam("slug")).scalar_subquery(),
        ),
    ),
    SetKind.SEARCH: (Version.id.in_(select(SetMember.version_id).where(SetMember.set_id == bindparam("set_id"))),),
}


def _harvest(by: SetKind) -> Any:
    chosen, past = _IN_SET[by], PastDatestamp
    before_end, begun = Version.datestamp < _moment("end"), _moment("begun")
    unchanged = _part(Version.datestamp, Version.id, Version.datestamp < _moment("until"), *chosen).cte("unchanged")
    # No further than those: else every page would read old changes that do not count.
    full = func.count() == _LIMIT
    last = select(case((full, func.max(unchanged.c.position)), else_=begun)).select_from(unchanged).scalar_subquery()
    since = (past.datestamp < begun, past.until >= begun, past.datestamp <= last)
    changed = _part(past.datestamp, past.version_id, *since, before_end, *chosen)
    new = _part(
        Version.created, Version.id, Version.created < _moment("settled"), before_end, *chosen, after="published_"
    )
    parts = [select(unchanged), *(select(part.subquery()) for part in (changed, new))]
    return union_all(*parts).order_by("position", "id").limit(_LIMIT)


_HARVESTS = {by: _harvest(by) for by in SetKind}


def items(snapshot: Snapshot, harvest: Harvest, after: tuple[datetime, int], limit: int) -> Sequence[HarvestItem]:
    """Return the next items of `harvest` after a place and id; 0 is before every id."""
    begun = min(harvest.begun, harvest.settled)
    # What was published before the harvest is in the other parts.  SQLite would read it all, had it two lower bounds.
    published_after = max(after, (begun, 0))
    parameters = {
        "position": after[0],
        "id": after[1],
        "published_position": published_after[0],
        "published_id": published_after[1],
        "begun": begun,
        "until": min(begun, harvest.end),
        "settled": harvest.settled,
        "end": harvest.end,
        "limit": limit,
        **harvest.chosen.values,
    }
    return [HarvestItem(*row) for row in snapshot.session.execute(_HARVESTS[harvest.chosen.by], parameters)]


_ONE = _items(Version.datestamp).where(Version.id == bindparam("id"))


def find_item(snapshot: Snapshot, record_id: int) -> HarvestItem | None:
    row = snapshot.session.execute(_ONE, {"id": record_id}).first()
    return HarvestItem(*row) if row else None


_EARLIEST = select(Version.datestamp).where(Version.exposed).order_by(Version.datestamp, Version.id).limit(1)


def earliest(snapshot: Snapshot) -> datetime | None:
    """Return the earliest datestamp of all items."""
    return snapshot.session.scalar(_EARLIEST)


_NAMED_SETS_OF = union_all(
    select(Version.id, literal(SetKind.COMMUNITY.value).label("by"), Community.id.label("set_id"), Community.slug)
    .join(CommunityDataset, CommunityDataset.concept_id == Version.concept_id)
    .join(Community, CommunityDataset.community_id == Community.id)
    .where(in_list(Version.id, "ids")),
    select(SetMember.version_id, literal(SetKind.SEARCH.value), DefinedSet.id, DefinedSet.spec)
    .join(DefinedSet, SetMember.set_id == DefinedSet.id)
    .where(in_list(SetMember.version_id, "ids"), DefinedSet.filled.is_not(None)),
).order_by("by", "set_id")


def named_sets_of(snapshot: Snapshot, ids: Sequence[int]) -> Mapping[tuple[int, SetKind], Sequence[str]]:
    """Return the slugs of the communities and the specs of the defined sets that versions are in, in one query."""
    names: dict[tuple[int, SetKind], list[str]] = {}
    for version_id, by, _, name in snapshot.session.execute(_NAMED_SETS_OF, {"ids": ids}):
        names.setdefault((version_id, SetKind(by)), []).append(name)
    return names
