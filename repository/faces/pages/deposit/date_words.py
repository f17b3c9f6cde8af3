"""What was understood of a date, in the words of a language: ``2019-05/2020`` is "May 2019 to 2020"."""

from repository.dataset.edtf import parse_edtf

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)


def date_in_words(text: str, language: str) -> str:
    """Return a date or an interval in words, empty for what is no date."""
    try:
        parse_edtf(text)
    except ValueError:
        return ""
    is_chinese = language.startswith("zh")
    start, slash, end = text.partition("/")
    if not slash:
        return _day(start, is_chinese)
    first, last = _end(start, is_chinese), _end(end, is_chinese)
    if not first or not last:
        since, until = ("{}起", "至{}") if is_chinese else ("from {} on", "until {}")
        return since.format(first) if first else until.format(last)
    return f"{first}至{last}" if is_chinese else f"{first} to {last}"


def _end(text: str, is_chinese: bool) -> str:
    return "" if text in ("", "..") else _day(text, is_chinese)


def _day(text: str, is_chinese: bool) -> str:
    date, _, time = text.partition("T")
    year, month, day = (*(part for part in date.split("-") if part != "XX"), "", "")[:3]
    if is_chinese:
        words = f"{int(year)}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")
    else:
        words = " ".join(filter(None, (str(int(day)) if day else "", _MONTHS[int(month) - 1] if month else "", year)))
    return f"{words} {time}" if time else words
