"""What a subject owns."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject
from repository.core.unit_of_work import Snapshot

_OWNED = (
    select(GrantRow.concept_id)
    .where(
        GrantRow.subject_kind == bindparam("kind"),
        GrantRow.subject_id == bindparam("subject_id"),
        GrantRow.concept_id > bindparam("after"),
        GrantRow.permission == Permission.OWNER.value,
    )
    .order_by(GrantRow.concept_id)
    .limit(bindparam("most"))
)


def owned_datasets(snapshot: Snapshot, subject: GrantSubject, most: int, after: int = 0) -> Sequence[int]:
    """Return the ids of at most so many datasets that `subject` owns, in ascending order, past the id `after`."""
    values = {"kind": subject.kind.value, "subject_id": subject.id, "after": after, "most": most}
    return snapshot.session.scalars(_OWNED, values).all()
