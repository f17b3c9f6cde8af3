"""Read the grants of a dataset as those see them who share it."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Select, bindparam, func, select, union

from repository.access.model import GrantRow
from repository.access.policy import Action, Resource, must
from repository.access.principals import GrantSubject, SubjectKind
from repository.access.queries import grants_of
from repository.core.errors import NotFound
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.deposits.model import Draft
from repository.records.model import Concept, Version
from repository.records.queries import UNKNOWN

NO_GRANT = "No grant found with the given ID."
_ID = bindparam("id", type_=BigInteger())
_CONCEPT = union(
    select(Draft.concept_id).where(Draft.id == _ID),
    select(Version.concept_id).where(Version.id == _ID),
    select(Concept.id).where(Concept.id == _ID),
)


def dataset_of(snapshot: Snapshot, record_id: int) -> int:
    """Return the concept of a draft, a version or a concept with this id; raise `NotFound`."""
    concept_id = snapshot.session.scalar(_CONCEPT, {"id": record_id})
    if concept_id is None:
        raise NotFound(UNKNOWN)
    return int(concept_id)


def shared_dataset(snapshot: Snapshot, record_id: int) -> int:
    """Return the concept of `dataset_of` if the actor may see who has a part in it; raise `NotFound`, `Forbidden`."""
    concept_id = dataset_of(snapshot, record_id)
    must(snapshot.actor, Action.READ_SHARING, Resource(grants_of(snapshot, concept_id)))
    return concept_id


_NO_LINK = GrantRow.subject_kind.in_([kind.value for kind in SubjectKind if kind is not SubjectKind.LINK])
_OF_DATASET = select(GrantRow).where(GrantRow.concept_id == bindparam("concept_id"), _NO_LINK)
_OF_KIND = _OF_DATASET.where(GrantRow.subject_kind == bindparam("kind"))


def grants_page(
    snapshot: Snapshot, concept_id: int, page: Page, kind: SubjectKind | None = None
) -> tuple[Sequence[GrantRow], int]:
    """Return a page of a dataset's grants and their number, of all or of one `kind` of subjects."""
    chosen = _OF_DATASET if kind is None else _OF_KIND
    values = {"concept_id": concept_id} if kind is None else {"concept_id": concept_id, "kind": kind.value}
    limited = chosen.order_by(GrantRow.id).offset(bindparam("offset")).limit(bindparam("size"))
    rows = snapshot.session.scalars(limited, {**values, "offset": page.offset, "size": page.size}).all()
    return rows, snapshot.session.scalar(_count(chosen), values) or 0


def _count(rows: Select[GrantRow]) -> Select[int]:
    return rows.with_only_columns(func.count(GrantRow.id))


def subject_of(row: GrantRow) -> GrantSubject:
    """Return whom a grant is given to."""
    return GrantSubject(SubjectKind(row.subject_kind), row.subject_id)


def grant_of_dataset(snapshot: Snapshot, concept_id: int, grant_id: int) -> GrantRow:
    """Return the grant with this id; raise `NotFound` if it is of another dataset, or a link's."""
    row = snapshot.session.get(GrantRow, grant_id)
    known = row is not None and row.subject_kind in frozenset(SubjectKind) - {SubjectKind.LINK}
    if row is None or not known or row.concept_id != concept_id:
        raise NotFound(NO_GRANT)
    return row


_OF_SUBJECT = _OF_KIND.where(GrantRow.subject_id == bindparam("subject_id"))


def grant_to(snapshot: Snapshot, concept_id: int, subject: GrantSubject | None) -> GrantRow:
    """Return the grant of a subject on a dataset; raise `NotFound`."""
    if subject is not None:
        values = {"concept_id": concept_id, "kind": subject.kind.value, "subject_id": subject.id}
        row = snapshot.session.scalars(_OF_SUBJECT, values).one_or_none()
        if row is not None:
            return row
    raise NotFound(NO_GRANT)
