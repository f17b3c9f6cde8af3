"""What a person may have in drafts, and has.

One row a person counts both.  A transaction changes it last, so that its lock is held for the commit alone, and no two
transactions together keep more than the limit.  The sweep of drafts corrects what a former release left uncounted.
"""

from dataclasses import dataclass
from functools import cache
from typing import cast

from sqlalchemy import ColumnElement, Executable, Table, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite

from repository.core.errors import OverQuota
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.facts import QuotaChanged
from repository.people.model import DraftUse, Person

_USE = cast(Table, DraftUse.__table__)
USE_COLUMNS = (_USE.c.drafts, _USE.c.bytes, _USE.c.most_drafts, _USE.c.most_bytes)
"""What `quota_from` takes."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What a person has and may have; a limit of 0 is none."""

    drafts: int
    most_drafts: int
    bytes: int
    most_bytes: int

    @property
    def room(self) -> int | None:
        """The bytes that may still be sent, None for any number."""
        return max(0, self.most_bytes - self.bytes) if self.most_bytes else None

    def require_room(self, size: int, *, own: bool) -> None:
        """Raise `OverQuota` if `size` bytes more are too many.

        It has numbers if the quota is the actor's `own`: other editors do not learn how much the owner has.
        """
        if self.room is not None and size > self.room:
            raise self.too_many_bytes(own=own)

    def too_many_bytes(self, *, own: bool) -> OverQuota:
        """Return the error that a file does not fit."""
        words = "The drafts of this dataset's owner hold all the bytes they may. Some must be published or deleted."
        if own:
            words = (
                f"Your drafts hold {self.bytes:,} bytes of files; the limit is {self.most_bytes:,},"
                " and this does not fit. Publish or delete some."
            )
        return OverQuota(words, "draft_bytes", self.bytes if own else self.most_bytes, self.most_bytes)

    def too_many_drafts(self, *, own: bool) -> OverQuota:
        """Return the error that one more draft is too many."""
        words = "The owner of this dataset has as many drafts as they may. Some must be published or deleted."
        if own:
            words = f"You have {self.drafts:,} drafts; the limit is {self.most_drafts:,}. Publish or delete some."
        return OverQuota(words, "drafts", self.drafts if own else self.most_drafts, self.most_drafts)


def quota_of(site: Site, use: DraftUse | None) -> Quota:
    """Return what a person has and may have; `use` is their row, if there is one."""
    return quota_from(site, *((use.drafts, use.bytes, use.most_drafts, use.most_bytes) if use else ()))


def quota_from(
    site: Site,
    drafts: int | None = None,
    size: int | None = None,
    most_drafts: int | None = None,
    most_bytes: int | None = None,
) -> Quota:
    """Return a quota from the columns of a row, each None if there is no row."""
    return Quota(
        drafts or 0,
        site.max_drafts if most_drafts is None else most_drafts,
        size or 0,
        site.max_draft_bytes if most_bytes is None else most_bytes,
    )


def person_quota(snapshot: Snapshot, site: Site, person_id: int) -> Quota:
    """Return what a person has and may have."""
    return quota_of(site, snapshot.session.get(DraftUse, person_id))


def count_draft(unit: UnitOfWork, site: Site, owner_id: int) -> None:
    """Count one draft more; raise `OverQuota` if it is one too many."""
    quota = quota_from(site, *_change(unit, owner_id, drafts=1))
    if quota.most_drafts and quota.drafts > quota.most_drafts:
        before = Quota(quota.drafts - 1, quota.most_drafts, quota.bytes, quota.most_bytes)
        raise before.too_many_drafts(own=unit.actor.person_id == owner_id)


def count_bytes(unit: UnitOfWork, site: Site, owner_id: int, size: int) -> None:
    """Count `size` bytes more; raise `OverQuota` if they are too many."""
    quota = quota_from(site, *_change(unit, owner_id, size=size))
    before = Quota(quota.drafts, quota.most_drafts, quota.bytes - size, quota.most_bytes)
    before.require_room(size, own=unit.actor.person_id == owner_id)


def give_back(unit: UnitOfWork, owner_id: int, *, drafts: int = 0, size: int = 0) -> None:
    """Count drafts and bytes no more."""
    if drafts or size:
        _change(unit, owner_id, drafts=-drafts, size=-size)


def move_use(
    unit: UnitOfWork, site: Site, giver_id: int, receiver_id: int, drafts: int, size: int, *, within_limits: bool
) -> None:
    """Count drafts and bytes for another person; raise `OverQuota` if they are too many `within_limits`.

    The rows are locked in the order of their ids, so that two moves in opposite directions do not wait for each other.
    """
    if giver_id == receiver_id or not (drafts or size):
        return
    for person_id in sorted((giver_id, receiver_id)):
        lock_use(unit, person_id)
    give_back(unit, giver_id, drafts=drafts, size=size)
    quota = quota_from(site, *_change(unit, receiver_id, drafts=drafts, size=size))
    if not within_limits:
        return
    own = unit.actor.person_id == receiver_id
    before = Quota(quota.drafts - drafts, quota.most_drafts, quota.bytes - size, quota.most_bytes)
    if quota.most_drafts and quota.drafts > quota.most_drafts:
        raise before.too_many_drafts(own=own)
    before.require_room(size, own=own)


def set_use(unit: UnitOfWork, person_id: int, drafts: int, size: int) -> bool:
    """Set what the person has, which is locked; return whether it was another."""
    use = unit.session.get_one(DraftUse, person_id)
    is_other = (use.drafts, use.bytes) != (drafts, size)
    use.drafts, use.bytes = drafts, size
    return is_other


def lock_use(unit: UnitOfWork, person_id: int) -> None:
    """Keep others from changing what the person has until this transaction ends, also if there is no row yet."""
    _change(unit, person_id)


def set_limits(unit: UnitOfWork, person: Person, drafts: int | None, size: int | None, reason: str = "") -> None:
    """Give a person limits of their own: None for those of the site, 0 for none."""
    lock_use(unit, person.id)
    use = unit.session.get_one(DraftUse, person.id)
    before = use.most_drafts, use.most_bytes
    if before != (drafts, size):
        use.most_drafts, use.most_bytes = drafts, size
        unit.emit(QuotaChanged(person.id, drafts, size, reason, *before))


def _change(unit: UnitOfWork, person_id: int, drafts: int = 0, size: int = 0) -> tuple[int | None, ...]:
    """Add to what a person has, and return the columns of a quota."""
    connection = unit.session.connection()
    values = {"person": person_id, "more_drafts": drafts, "more_bytes": size}
    return tuple(connection.execute(_adding(connection.dialect.name), values).one())


@cache
def _adding(dialect: str) -> Executable:
    """Return the statement that makes or changes a row; nothing goes below 0, for a former release counts nothing."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    more_drafts, more_bytes = (
        bindparam("more_drafts", type_=_USE.c.drafts.type),
        bindparam("more_bytes", type_=_USE.c.bytes.type),
    )
    first = insert(_USE).values(
        person_id=bindparam("person"), drafts=_at_least_0(more_drafts), bytes=_at_least_0(more_bytes)
    )
    return first.on_conflict_do_update(
        index_elements=[_USE.c.person_id],
        set_={"drafts": _at_least_0(_USE.c.drafts + more_drafts), "bytes": _at_least_0(_USE.c.bytes + more_bytes)},
    ).returning(*USE_COLUMNS)


def _at_least_0(number: ColumnElement[int]) -> ColumnElement[int]:
    return case((number > 0, number), else_=0)
