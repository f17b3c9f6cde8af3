"""Dates of a description in the forms that other systems read, all of them made by `dataset.edtf`.

Sources: ISO 8601-1:2019 for dates; ISO 8601-2:2019, section 4.4, for open intervals, which schema.org takes too;
RKMS-ISO8601 for DataCite, where an open end is empty.
"""

from repository.dataset.edtf import iso_date

_OPEN = ("", "..")


def first_date(text: str) -> str:
    """Return one date of ISO 8601: of an interval its first known end; empty for what is no date."""
    return iso_date(text).partition("/")[0]


def interval(text: str, open_end: str = "..") -> str:
    """Return a date or interval with known parts only, an open end as `open_end`; empty for what is no date."""
    ends = text.split("/")
    if not iso_date(text):
        return ""
    return "/".join(open_end if end in _OPEN else iso_date(end) for end in ends)


def date_parts(text: str) -> list[list[int]]:
    """Return year, month and day of a date, two such lists for a closed interval; [] for no date."""
    return [[int(part) for part in end.split("-")] for end in iso_date(text).split("/") if end]
