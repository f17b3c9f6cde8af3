"""What was published last, for everybody: start page and feed.

Every question names only versions that the anonymous public may read, that are not withdrawn, and that no later such
version of the same dataset has followed.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from repository.access.access_terms import PUBLIC
from repository.core.unit_of_work import Snapshot
from repository.records.model import Version
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


# Built once: composing a statement costs more than running it.
_NEWEST = (
    select(Version.id).where(IS_LISTED).order_by(Version.created.desc(), Version.id.desc()).limit(bindparam("limit"))
)
_LAST_CHANGE = select(Version.updated, Version.id).order_by(Version.updated.desc(), Version.id.desc()).limit(1)


def newest_ids(snapshot: Snapshot, limit: int) -> Sequence[int]:
    """The latest public version of each dataset, those published last first."""
    return snapshot.session.scalars(_NEWEST, {"limit": limit}).all()


def last_change(snapshot: Snapshot) -> tuple[datetime, int] | None:
    """When any version was changed last, and which; None while there is none.  Lists are the same until it moves."""
    row = snapshot.session.execute(_LAST_CHANGE).first()
    return (row[0], row[1]) if row else None
