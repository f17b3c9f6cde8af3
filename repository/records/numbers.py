"""Taking ids from the one sequence."""

from repository.foundation.work import Work
from repository.records.model import Number


def next_number(work: Work) -> int:
    """An id that was never given to anything."""
    number = Number()
    work.session.add(number)
    work.session.flush()
    return number.id
