"""What an operator sets for the keeping of bytes."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Upkeep:
    """`quarantine` is how long an object without a file stays before it is removed."""

    quarantine: timedelta = timedelta(days=30)
