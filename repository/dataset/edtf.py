"""Dates as a depositor may write them: EDTF level 0, from a year to an interval.

A date is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` of the proleptic Gregorian calendar, years 0000 to 9999; a day may
have a time, ``YYYY-MM-DDThh:mm:ss`` with ``Z``, an offset or nothing behind it. An interval is two dates without times,
with a slash between them; one end may be open (``..``) or unknown (empty). An unknown month or day may be written
``XX``, because catalogues hold such dates.

Most formats want ISO 8601-1 instead, which knows no open end and no ``XX``: `iso_date` and `year_of` lead there.

Source: ISO 8601-2:2019 annex A; Library of Congress, EDTF specification (2019), level 0, and of level 1 open and
unknown ends of intervals and unspecified digits of month and day.
"""

import re
from calendar import monthrange
from dataclasses import dataclass

MESSAGE = "Please provide a valid date or interval."
_NO_DATE = ("..", "")
"""Ends of intervals that are open or unknown."""

_DAY = r"[0-9]{4}(-([0-9]{2}|XX)(-([0-9]{2}|XX))?)?"
_TIME = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}(:[0-9]{2})?)?"
_INTERVAL = rf"({_DAY}|\.\.)?/({_DAY}|\.\.)?"
PATTERN = rf"^({_DAY}|{_INTERVAL})$"
"""The outline of a date or interval for people and for schemas; it does not check the calendar."""
PATTERN_WITH_TIME = rf"^({_DAY}({_TIME})?|{_INTERVAL})$"
"""The same outline where a day may have a time."""

_CLOCK = re.compile(
    r"T(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)|24:00:00)(?:Z|[+-](?:0[0-9]|1[0-4])(?::[0-5][0-9])?)?"
)
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
    """Read a date, a date with a time, or an interval. Raise ValueError with `MESSAGE`."""
    start, slash, end = text.partition("/")
    if not slash:
        first, last = _days(_without_time(start))
        return Edtf(text, first, last)
    earliest = None if start in _NO_DATE else _days(start)[0]
    latest = None if end in _NO_DATE else _days(end)[1]
    if earliest is None and latest is None:
        raise ValueError(MESSAGE)
    if earliest and latest and earliest > latest:
        raise ValueError(MESSAGE)
    return Edtf(text, earliest, latest)


def iso_date(text: str) -> str:
    """Return a date as ISO 8601-1 writes it: a year, month or day, or an interval of two of them.

    Of a half-open interval only the known end is left, of an unknown month or day (``XX``) the year or month, of a
    time the day: ``../2019`` is ``2019``, ``2019-XX/2020-02-01`` is ``2019/2020-02-01``. What is no date is empty.
    """
    try:
        parse_edtf(text)
    except ValueError:
        return ""
    ends = (end for end in text.split("/") if end not in _NO_DATE)
    return "/".join(_without_time(end).replace("-XX", "") for end in ends)


def year_of(text: str) -> int | None:
    """Return the year of a date or of the first known end of an interval, None for no date."""
    known = iso_date(text)
    return int(known[:4]) if known else None


def _without_time(text: str) -> str:
    """Return the day of a date and time; a date without time is left as it is."""
    day, mark, _ = text.partition("T")
    if not mark:
        return text
    if len(day) != len(_FIRST_DAY) or "X" in day or not _CLOCK.fullmatch(text, len(day)):
        raise ValueError(MESSAGE)
    return day


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
