"""What the public may know of the life of a version: when it was published, corrected, withdrawn or opened.

Facts say it, so it is as whole as the audit trail.  Nobody is named: who did it is for those who look after the site.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from repository.core.facts import FactRow
from repository.core.unit_of_work import Snapshot
from repository.publication.facts import (
    EmbargoLifted,
    EmbargoRestored,
    VersionEdited,
    VersionPublished,
    VersionRestored,
    VersionWithdrawn,
)

PUBLIC_KINDS = tuple(
    kind.__name__
    for kind in (VersionPublished, VersionEdited, VersionWithdrawn, VersionRestored, EmbargoLifted, EmbargoRestored)
)
MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """Something that happened to a version, by the kind of its fact."""

    kind: str
    at: datetime


_EVENTS = (
    select(FactRow.kind, FactRow.at)
    .where(FactRow.subject == bindparam("version_id"), FactRow.kind.in_(PUBLIC_KINDS))
    .order_by(FactRow.id.desc())
    .limit(MOST_EVENTS)
)


def public_history(snapshot: Snapshot, version_id: int) -> Sequence[PublicEvent]:
    """Return what happened to a version, the newest first.  Whether it may be read, the caller has asked."""
    return [PublicEvent(row.kind, row.at) for row in snapshot.session.execute(_EVENTS, {"version_id": version_id})]
