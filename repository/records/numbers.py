"""Taking ids from the one sequence."""

from sqlalchemy import insert

from repository.core.unit_of_work import UnitOfWork
from repository.records.model import RecordId

_ONE_MORE = insert(RecordId.__table__).returning(RecordId.__table__.c.id)  # type: ignore[arg-type]


def new_record_ids(unit: UnitOfWork, count: int) -> list[int]:
    """Ids that were never given to anything, in ascending order."""
    return sorted(unit.session.connection().execute(_ONE_MORE, [{}] * count).scalars())
