"""What an operator sets for the keeping of bytes."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Upkeep:
    """`quarantine` is how long an object without a file stays before it is removed.

    In every `fixity_period` each file is read and compared with its digests, at `fixity_rate` bytes a second.
    """

    quarantine: timedelta = timedelta(days=30)
    fixity_period: timedelta = timedelta(days=90)
    fixity_rate: int = 20 << 20
