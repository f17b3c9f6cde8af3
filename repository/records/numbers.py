"""Taking ids from the one sequence."""

from sqlalchemy import insert

from repository.foundation.work import Work
from repository.records.model import Number

_ONE_MORE = insert(Number.__table__).returning(Number.__table__.c.id)  # type: ignore[arg-type]


def next_numbers(work: Work, count: int) -> list[int]:
    """Ids that were never given to anything, in ascending order."""
    return sorted(work.session.connection().execute(_ONE_MORE, [{}] * count).scalars())
