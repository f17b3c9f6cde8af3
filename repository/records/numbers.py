"""Taking ids from the one sequence."""

from repository.foundation.work import Work
from repository.records.model import Number


def next_numbers(work: Work, count: int) -> list[int]:
    """Ids that were never given to anything, in ascending order."""
    numbers = [Number() for _ in range(count)]
    work.session.add_all(numbers)
    work.session.flush()
    return sorted(number.id for number in numbers)
