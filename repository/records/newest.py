"""What was published last, for everybody: start page and feed.

Every question names only versions that the anonymous public may read, that are not withdrawn, and that no later such
version of the same dataset has followed.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.orm import aliased

from repository.access.terms import PUBLIC
from repository.foundation.actor import ANONYMOUS
from repository.foundation.work import Work
from repository.records.model import Concept, Version
from repository.records.queries import readable

_LATER = aliased(Version)


def listed() -> Sequence[ColumnElement[bool]]:
    """The conditions for a query over `Version` joined with `Concept`."""
    later = exists().where(
        _LATER.concept_id == Version.concept_id,
        _LATER.index > Version.index,
        _LATER.record_access == PUBLIC,
        _LATER.withdrawn_at.is_(None),
    )
    return (readable(ANONYMOUS), Version.withdrawn_at.is_(None), ~later)


# Built once: composing a statement costs more than running it.
_NEWEST = (
    select(Version.id)
    .join(Concept, Version.concept_id == Concept.id)
    .where(*listed())
    .order_by(Version.created.desc(), Version.id.desc())
    .limit(bindparam("limit"))
)
_LAST_CHANGE = select(Version.updated, Version.id).order_by(Version.updated.desc(), Version.id.desc()).limit(1)


def newest_ids(work: Work, limit: int) -> Sequence[int]:
    """The latest public version of each dataset, those published last first."""
    return work.session.scalars(_NEWEST, {"limit": limit}).all()


def last_change(work: Work) -> tuple[datetime, int] | None:
    """When any version was changed last, and which; None while there is none.  Lists are the same until it moves."""
    row = work.session.execute(_LAST_CHANGE).first()
    return (row[0], row[1]) if row else None
