"""Dates as a depositor may write them: EDTF level 0, from a year to an interval.

A date is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` of the proleptic Gregorian calendar, years 0000 to 9999. An interval
is two dates with a slash between them; one end may be open (``..``). An unknown month or day may be written ``XX``,
because catalogues hold such dates.

Source: ISO 8601-2:2019 annex A; Library of Congress, EDTF specification (2019), level 0, and of level 1 open intervals
and unspecified digits of month and day.
"""

import re
from calendar import monthrange
from dataclasses import dataclass

MESSAGE = "Please provide a valid date or interval."
OPEN = ".."

PATTERN = (
    r"^([0-9]{4}(-([0-9]{2}|XX)(-([0-9]{2}|XX))?)?|\.\.)"
    r"(/([0-9]{4}(-([0-9]{2}|XX)(-([0-9]{2}|XX))?)?|\.\.))?$"
)
"""The outline of a date for people and for schemas; it does not check the calendar."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?")
_FIRST_DAY, _LAST_DAY = "0000-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date or interval: `text` as written, and the days it spans.

    `earliest` and `latest` are ISO 8601 days (``YYYY-MM-DD``), both included, so that they compare as text. None is an
    open end; at least one end is a day.
    """

    text: str
    earliest: str | None
    latest: str | None

    @property
    def sort_key(self) -> str:
        """The day that orders dates: the first one, or the last when the start is open."""
        return self.earliest or self.latest or ""

    @property
    def year(self) -> int:
        """The year of `sort_key`."""
        return int(self.sort_key[:4])

    def covers(self, day: str) -> bool:
        """Return whether an ISO 8601 day lies within the date or interval."""
        return (self.earliest or _FIRST_DAY) <= day <= (self.latest or _LAST_DAY)


def parse_edtf(text: str) -> Edtf:
    """Read a date or interval. Raise ValueError with `MESSAGE`."""
    start, slash, end = text.partition("/")
    if not slash:
        first, last = _days(start)
        return Edtf(text, first, last)
    earliest = None if start == OPEN else _days(start)[0]
    latest = None if end == OPEN else _days(end)[1]
    if earliest is None and latest is None:
        raise ValueError(MESSAGE)
    if earliest and latest and earliest > latest:
        raise ValueError(MESSAGE)
    return Edtf(text, earliest, latest)


def _days(text: str) -> tuple[str, str]:
    """Return the first and last day of a date; an absent part and ``XX`` stand for any value."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(MESSAGE)
    year, month, day = match.group(1), match.group(2) or "XX", match.group(3) or "XX"
    if month == "XX":
        return _unknown_month(year, day)
    if not 1 <= int(month) <= 12:
        raise ValueError(MESSAGE)
    length = monthrange(int(year), int(month))[1]
    if day == "XX":
        return f"{year}-{month}-01", f"{year}-{month}-{length:02}"
    if not 1 <= int(day) <= length:
        raise ValueError(MESSAGE)
    return f"{year}-{month}-{day}", f"{year}-{month}-{day}"


def _unknown_month(year: str, day: str) -> tuple[str, str]:
    """Return the days of a year. Refuse a day of an unknown month, which says nothing about time."""
    if day != "XX":
        raise ValueError(MESSAGE)
    return f"{year}-01-01", f"{year}-12-31"
