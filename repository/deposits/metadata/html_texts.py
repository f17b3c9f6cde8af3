"""Clean strings: one spelling of every character, nothing invisible, no foreign markup.

Plain text stays plain text: the pages escape it, so ``a < b`` stays as it is.  Plain text from a web
page loses its HTML tags, but known tags only, because ``M<Msun`` is astronomy.  Formatted text keeps
a short list of elements that `nh3` (ammonia) accepts.
"""

import html
import re
import unicodedata
from collections.abc import Callable

import nh3

from repository.deposits.metadata.html_limits import is_shallow

CONTROL_CHARACTERS = "Control or unreadable characters are not allowed."
TOO_DEEP = "Formatting is nested too deeply or left open too often."

TAGS = frozenset(
    (
        *("a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "ins", "kbd", "q", "s", "samp"),
        *("small", "span", "strong", "sub", "sup", "tt", "u", "var", "blockquote", "div", "hr"),
        *("p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dl", "dt", "li", "ol", "ul"),
        *("caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
    )
)
"""Elements that formatted text may contain."""

_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
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
_REFUSED_TAGS = (
    *("audio", "body", "button", "center", "embed", "font", "form", "head", "html", "iframe"),
    *("img", "input", "link", "meta", "object", "script", "style", "svg", "title", "video"),
)
_KNOWN_TAGS = "|".join(sorted({*TAGS, *_REFUSED_TAGS}))
# The search for the end of an element or comment stops at the next one: linear in the text.
_MARKUP = re.compile(
    r"<(script|style)\b[^<>]*>(?:(?!<(?:script|style)\b).)*?</\1\s*>|<!--(?:(?!<!--).)*?-->"
    rf"|</?(?:{_KNOWN_TAGS})(?:\s[^<>]*|/)?>",
    re.IGNORECASE | re.DOTALL,
)


def tidy(text: str) -> str:
    """Return `text` without outer blanks, in Unicode normalisation form C, lines ending in \\n.

    Raises `ValueError` with a message if it contains a forbidden character.
    """
    text = unicodedata.normalize("NFC", _LINE_END.sub("\n", text)).strip()
    if _FORBIDDEN.search(text):
        raise ValueError(CONTROL_CHARACTERS)
    return text


def without_tags(text: str) -> str:
    """Return the plain text without known HTML tags; raise `ValueError` as `tidy` does."""
    return _until_stable(text, lambda part: tidy(_MARKUP.sub("", part)))


def sanitise(text: str) -> str:
    """Return HTML with harmless elements only; raise `ValueError` as `tidy` does, and if it is too deep."""
    if not is_shallow(text):
        raise ValueError(TOO_DEEP)
    return _until_stable(text, lambda part: tidy(_SANITISER.clean(part)))


def _until_stable(text: str, clean: Callable[[str], str]) -> str:
    """Repeat the cleaning, which may uncover more to clean; escape a text that never becomes stable."""
    text = tidy(text)
    for _ in range(_ROUNDS):
        cleaned = clean(text)
        if cleaned == text:
            return text
        text = cleaned
    return clean(html.escape(text, quote=False))
