"""Dates and intervals are read as EDTF level 0, on a real calendar, and written as ISO 8601."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.dataset.edtf import MESSAGE, PATTERN_WITH_TIME, iso_date, parse_edtf, year_of

ISO = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2020", "2020-01-01", "2020-12-31"),
        ("2020-06", "2020-06-01", "2020-06-30"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2020-06-01", "2020-06-01", "2020-06-01"),
        ("2020-XX", "2020-01-01", "2020-12-31"),
        ("2020-02-XX", "2020-02-01", "2020-02-29"),
        ("2020-XX-XX", "2020-01-01", "2020-12-31"),
        ("0000", "0000-01-01", "0000-12-31"),
        ("0000-02-29", "0000-02-29", "0000-02-29"),
        ("9999-12-31", "9999-12-31", "9999-12-31"),
        ("2020-01/2020-03", "2020-01-01", "2020-03-31"),
        ("2020-06/2020", "2020-06-01", "2020-12-31"),
        ("2020/2020", "2020-01-01", "2020-12-31"),
        ("2012-09-20/..", "2012-09-20", None),
        ("../2012", None, "2012-12-31"),
        ("2020-12/", "2020-12-01", None),
        ("/2020-12", None, "2020-12-31"),
        ("2021-03-04T05:06:07", "2021-03-04", "2021-03-04"),
        ("2021-03-04T23:59:60Z", "2021-03-04", "2021-03-04"),
        ("2021-03-04T24:00:00+05:45", "2021-03-04", "2021-03-04"),
        ("2021-03-04T05:06:07-04", "2021-03-04", "2021-03-04"),
    ],
)
def test_a_date_spans_its_days(text: str, earliest: str | None, latest: str | None) -> None:
    date = parse_edtf(text)
    assert (date.text, date.earliest, date.latest) == (text, earliest, latest)


NO_DATES = {
    "blank": ["", " "],
    "blanks around it": ["2020\n", " 2020"],
    "years": ["-0001", "-2020", "+2020", "20", "202", "20200", "2020-"],
    "months and days": [
        "2020-1",
        "2020-13",
        "2020-00",
        "2020-01-00",
        "2020-01-32",
        "2021-02-29",
        "1900-02-29",
        "2020-06-31",
    ],
    "unspecified or uncertain": ["2020-XX-01", "202X", "XXXX", "2020-xx", "2020~", "2020?", "[2020]"],
    "times": [
        "2020-01T00:00:00",
        "2020-01-01T",
        "2020-01-01T00:00",
        "2020-01-01T25:00:00",
        "2020-01-01T24:00:01",
        "2020-01-01T00:60:00",
        "2020-01-01T00:00:00+15",
        "2020-01-XXT00:00:00",
        "2020-01-32T00:00:00",
        "2020-01-01t00:00:00z",
    ],
    "intervals": [
        "/",
        "../",
        "/..",
        "..",
        "../..",
        "2020/2019",
        "2020-02/2020-01",
        "2020/2021/2022",
        "2020-01-01/2020-01-02T00:00:00",
    ],
    "other digits, marks and words": ["２０２０", "٢٠٢٠", "2020年", "2020.06", "01/02/2020", "yesterday"],
}


@pytest.mark.parametrize("text", [text for texts in NO_DATES.values() for text in texts])
def test_what_is_no_date_is_refused_with_one_message(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(MESSAGE)}$"):
        parse_edtf(text)


def test_dates_are_ordered_by_their_first_day() -> None:
    texts = ["2021", "../2019", "2020-06-01", "2020", "2020-06-02/2020-07", "1999/.."]
    ordered = sorted(texts, key=lambda text: parse_edtf(text).sort_key)
    assert ordered == ["1999/..", "../2019", "2020", "2020-06-01", "2020-06-02/2020-07", "2021"]


@pytest.mark.parametrize(("text", "year"), [("0000", 0), ("2020-06", 2020), ("../2019-03", 2019), ("1999/..", 1999)])
def test_a_date_has_a_year(text: str, year: int) -> None:
    assert parse_edtf(text).year == year


def test_an_open_interval_covers_all_days_on_its_open_side() -> None:
    since = parse_edtf("2012-09-20/..")
    assert since.covers("9999-12-31")
    assert since.covers("2012-09-20")
    assert not since.covers("2012-09-19")


@given(st.dates())
def test_every_day_of_the_calendar_is_a_date(day: datetime.date) -> None:
    date = parse_edtf(day.isoformat())
    assert date.earliest == date.latest == date.sort_key == day.isoformat()
    assert date.year == day.year


@given(st.dates(), st.dates())
def test_an_interval_runs_forward_only(one: datetime.date, other: datetime.date) -> None:
    first, last = sorted((one, other))
    assert parse_edtf(f"{first}/{last}").covers(first.isoformat())
    if first != last:
        with pytest.raises(ValueError, match="valid date"):
            parse_edtf(f"{last}/{first}")


@given(st.text(alphabet="0123456789X-/. TZ:+", max_size=24))
def test_reading_ends_in_a_date_or_a_value_error(text: str) -> None:
    try:
        date = parse_edtf(text)
    except ValueError:
        with pytest.raises(ValueError, match=re.escape(MESSAGE)):
            parse_edtf(text)
        return
    assert re.search(PATTERN_WITH_TIME, text), "the published pattern must allow what is accepted"
    assert date.sort_key[:4] == f"{date.year:04}"
    assert year_of(text) == date.year
    assert all(ISO.fullmatch(end) for end in iso_date(text).split("/"))


@pytest.mark.parametrize(
    ("text", "iso", "year"),
    [
        ("1931", "1931", 1931),
        ("1931-07", "1931-07", 1931),
        ("1931-07-09", "1931-07-09", 1931),
        ("0004", "0004", 4),
        ("1931-XX", "1931", 1931),
        ("1931-XX-XX", "1931", 1931),
        ("1931-07-XX", "1931-07", 1931),
        ("1931/1932-02", "1931/1932-02", 1931),
        ("1931-XX/1932-02-XX", "1931/1932-02", 1931),
        ("../1931", "1931", 1931),
        ("/1931-07", "1931-07", 1931),
        ("1931-07/..", "1931-07", 1931),
        ("1931-07-XX/", "1931-07", 1931),
        ("1931-07-09T10:11:12Z", "1931-07-09", 1931),
        ("1931-13", "", None),
        ("../..", "", None),
        ("some day", "", None),
        ("", "", None),
    ],
)
def test_formats_without_edtf_get_iso_8601_and_a_year(text: str, iso: str, year: int | None) -> None:
    assert (iso_date(text), year_of(text)) == (iso, year)
