"""Read notices: a person's own by a cursor, and what waits or failed, for operators."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from repository.core.unit_of_work import Snapshot
from repository.notifications.model import MailState, Notice
from repository.notifications.notice_kinds import UNLISTED

MOST_COUNTED = 1_000
_OWN = (
    select(Notice)
    .where(
        Notice.person_id == bindparam("person_id"),
        Notice.id < bindparam("before"),
        Notice.kind.not_in(UNLISTED),
    )
    .order_by(Notice.id.desc())
    .limit(bindparam("size"))
)
_UNREAD = _OWN.where(Notice.read_at.is_(None))
NEWEST = (1 << 63) - 1


def own_notices(
    snapshot: Snapshot, person_id: int, *, unread: bool, before: int = NEWEST, size: int = 25
) -> Sequence[Notice]:
    """Return a person's notices, newest first, those before the one with the id `before`."""
    values = {"person_id": person_id, "before": before, "size": size}
    return snapshot.session.scalars(_UNREAD if unread else _OWN, values).all()


_COUNT = select(func.count()).select_from(
    select(Notice.id)
    .where(Notice.person_id == bindparam("person_id"), Notice.read_at.is_(None), Notice.kind.not_in(UNLISTED))
    .limit(MOST_COUNTED)
    .subquery()
)


def count_unread(snapshot: Snapshot, person_id: int) -> int:
    """Count what a person has not read, to `MOST_COUNTED`."""
    return snapshot.session.scalar(_COUNT, {"person_id": person_id}) or 0


_NEWEST = select(Notice).where(Notice.id < bindparam("before")).order_by(Notice.id.desc()).limit(bindparam("size"))


def mailed_notices(snapshot: Snapshot, state: MailState | None, size: int) -> Sequence[Notice]:
    """Return the newest notices, those in a state if one is named."""
    query = _NEWEST if state is None else _NEWEST.where(Notice.state == state.value)
    return snapshot.session.scalars(query, {"before": NEWEST, "size": size}).all()
