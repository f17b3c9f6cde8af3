"""Clean strings: one spelling of every character, nothing invisible, no foreign markup.

Formatted text keeps a short list of elements, and its words keep their angle brackets: `html_markup` escapes what is no
markup, and `nh3` (ammonia), which reads HTML as browsers do, decides what is harmless.
"""

import html
import re

import nh3

from repository.dataset.unicode_forms import normalised, require_stream_safe
from repository.deposits.metadata.html_limits import MOST, has_few_tags, is_shallow
from repository.deposits.metadata.html_markup import TAGS, lost_attributes, read_markup

CONTROL_CHARACTERS = "Control or unreadable characters are not allowed."
TOO_DEEP = "Formatting is nested too deeply or left open too often."
TOO_MANY_TAGS = f"Formatting has more than {MOST} tags."

_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_SANITISER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)
_ROUNDS = 5

# Unassigned in XML 1.0 or a sign of text that was decoded wrongly, besides all of Unicode's Cc.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")
_LINE_END = re.compile("\r\n?")


def tidy(text: str) -> str:
    """Return `text` without outer blanks, in Unicode normalisation form C, lines ending in \\n.

    Raises `ValueError` with a message if it contains a forbidden character, or too many marks in a row.
    """
    require_stream_safe(text)
    text = normalised("NFC", _LINE_END.sub("\n", text)).strip()
    if _FORBIDDEN.search(text):
        raise ValueError(CONTROL_CHARACTERS)
    return text


def sanitise(text: str) -> str:
    """Return HTML with harmless elements only; raise `ValueError` as `tidy` does, and for too many or too deep tags.

    The cleaning is repeated, because it may uncover more to clean; a text that never becomes stable is escaped.
    """
    text = tidy(text)
    for _ in range(_ROUNDS):
        cleaned = _cleaned(text)
        if cleaned == text:
            return text
        text = cleaned
    return _cleaned(html.escape(text, quote=False))


def unkept(text: str) -> tuple[str, ...]:
    """Return what `sanitise` cannot keep of a text that it accepts, in sentences for people."""
    if "<" not in text:
        return ()
    markup = read_markup(tidy(text))
    lost = lost_attributes(markup.html, _SANITISER.clean) if "=" in text else ()
    return (
        *(f"Formatting cannot contain {name}; it is shown as text." for name in markup.shown),
        *(f"Formatting cannot keep the attribute {name}." for name in dict.fromkeys(lost)),
    )


def _cleaned(text: str) -> str:
    if not has_few_tags(text):
        raise ValueError(TOO_MANY_TAGS)
    # both are checked: the first before time is spent on it, the second because a parser gets it
    if not is_shallow(text):
        raise ValueError(TOO_DEEP)
    markup = read_markup(text).html
    if markup != text and not is_shallow(markup):
        raise ValueError(TOO_DEEP)
    return tidy(_SANITISER.clean(markup))
