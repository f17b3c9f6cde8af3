"""Unicode's normalisation forms in a time that grows with the length of a text alone.

To put a text into a form, the marks behind a letter are sorted and composed, which takes the square of their number.
No writing system stacks more than `MOST_MARKS` on one letter; what does is refused where people send it, and broken up
where it is only compared. Source: UAX #15, section 13 (Stream-Safe Text Format).
"""

import re
import unicodedata
from functools import cache
from typing import Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

MOST_MARKS = 30
"""Marks in a row: what UAX #15-D3 calls non-starters."""

TOO_MANY_MARKS = f"More than {MOST_MARKS} combining marks in a row are not allowed."

_BREAK = "\u034f"
"""COMBINING GRAPHEME JOINER, which UAX #15-D4 puts where a row of marks is too long."""

_BEGIN_WITH_A_MARK = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Characters that are no marks, but whose decompositions begin with one."""


_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Format characters and fillers that nobody sees, marks of direction, breaks of lines; no joiners, no variations."""

_JOINER = "[\u200c\u200d]"
_VARIATION = "[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_SELECTORS = re.compile(f"{_JOINER}|{_VARIATION}")
"""Persian, Indic and Mongolian words, Japanese names and emoji need them, beside characters that are not ASCII."""

_OUT_OF_PLACE = re.compile(
    f"(?:^|[\0-\x7f])(?:{_JOINER}|{_VARIATION})|{_JOINER}{{2}}|{_VARIATION}{{2}}|{_JOINER}(?:\\Z|[\0-\x7f])"
)


def has_invisible(text: str) -> bool:
    """Return whether `text` has characters that nobody sees, and that no writing system needs where they stand."""
    return not text.isascii() and (_UNSEEN.search(text) or _OUT_OF_PLACE.search(text)) is not None


def looks_alike(text: str) -> bool:
    """Return whether `text` may be taken for another: by digits of other scripts, compatibility forms, unseen signs."""
    if text.isascii():
        return False
    return (
        has_invisible(text)
        or _SELECTORS.search(text) is not None
        or any(character.isdecimal() and not character.isascii() for character in text)
        or normalised("NFKC", text) != text
    )


def normalised(form: Form, text: str) -> str:
    """Return `text` in a normalisation form; a row of too many marks is broken up first."""
    if text.isascii():
        return text
    if not is_stream_safe(text):
        text = _too_long(text).sub(lambda row: row[0] + _BREAK, text)
    return unicodedata.normalize(form, text)


def without_marks(text: str) -> str:
    """Return `text` decomposed for compatibility (NFKD), without combining marks."""
    decomposed = normalised("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def is_stream_safe(text: str) -> bool:
    """Return whether no more than `MOST_MARKS` marks follow one another."""
    return text.isascii() or _too_long(text).search(text) is None


def require_stream_safe(text: str) -> None:
    """Raise ValueError with a sentence for people unless `text` is stream-safe."""
    if not is_stream_safe(text):
        raise ValueError(TOO_MANY_MARKS)


def _too_long(text: str) -> re.Pattern[str]:
    """Return the pattern of a row of marks that goes on too long; marks beyond U+FFFF make it slower."""
    return _rows(0x1F000 if _BEYOND.search(text) else 0xD800)


_BEYOND = re.compile("[\U00010000-\U0010ffff]")


@cache
def _rows(end: int) -> re.Pattern[str]:
    """Return the pattern for the marks below a code point; reading Unicode takes some milliseconds."""
    later = (*range(0xE000, 0x10000), *range(0x10000, end))
    marks = [point for point in (*range(0x300, 0xD800), *later) if unicodedata.combining(chr(point))]
    known = set(marks)
    first = [chr(point) for point in marks if point - 1 not in known]
    last = [chr(point) for point in marks if point + 1 not in known]
    some = "".join(f"{start}-{end}" for start, end in zip(first, last, strict=True)) + _BEGIN_WITH_A_MARK
    # the first one stands apart, for then the search for it is ten times as fast
    return re.compile(f"[{some}][{some}]{{{MOST_MARKS - 1}}}(?=[{some}])")
