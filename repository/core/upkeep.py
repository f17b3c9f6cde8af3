"""What an operator sets for the keeping of bytes: reserve, quarantine, rounds of checks, and quotas of drafts."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The settings of keeping.

    `reserve` is the bytes of each local disk that uploads leave free.  `quarantine` is how long an object without a
    file stays before it is removed.  Within `fixity` every stored file is read back once, at most `fixity_rate` bytes
    a second.  A person has at most `drafts` drafts with `draft_bytes` bytes in all; 0 means any number.
    """

    reserve: int = 0
    quarantine: timedelta = timedelta(days=30)
    fixity: timedelta = timedelta(days=90)
    fixity_rate: int = 20 << 20
    drafts: int = 0
    draft_bytes: int = 0
