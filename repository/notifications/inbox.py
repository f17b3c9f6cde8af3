"""Marks of reading; somebody else's notice does not exist."""

from sqlalchemy import bindparam, update

from repository.access.policy import Action, Resource, must
from repository.core.errors import NotFound
from repository.core.unit_of_work import UnitOfWork
from repository.notifications.model import Notice
from repository.notifications.notice_kinds import UNLISTED


def mark_read(unit: UnitOfWork, notice_id: int) -> Notice:
    """Note that the actor has read a notice of theirs; raise `NotFound` for anybody else's."""
    must(unit.actor, Action.MANAGE_NOTICES, Resource())
    notice = unit.session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.person_id != unit.actor.person_id or notice.kind in UNLISTED:
        raise NotFound
    if notice.read_at is None:
        notice.read_at = unit.now
    return notice


_ALL = (
    update(Notice)
    .where(Notice.person_id == bindparam("whose"), Notice.read_at.is_(None))
    .values(read_at=bindparam("at"))
)


def mark_all_read(unit: UnitOfWork) -> None:
    """Note that the actor has read all notices of theirs."""
    must(unit.actor, Action.MANAGE_NOTICES, Resource())
    unit.session.connection().execute(_ALL, {"whose": unit.actor.person_id, "at": unit.now})
