"""Mark in a dataset's card what a search found there."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import unescape

from markupsafe import escape

from repository.dataset.formats.plain_text import language_of

TITLE, SNIPPET = "title", "snippet"
"""Parts of a card that are written anew where something was found in them."""
_BEST_FIRST = ("description", "additional_descriptions", "subjects", "creators", "contributors", "affiliations")
_IN_TITLES = ("title", "additional_titles")
_MOST_FRAGMENTS = 2
_TAGS = re.compile("(</?em>)")
_FOUND = re.compile("<em>(.*?)</em>", re.DOTALL)


def with_marks(card: str, highlights: Mapping[str, Sequence[str]]) -> str:
    """Return a card with its title and its passage marked; `highlights` are fragments with ``<em>`` around matches."""
    if not highlights:
        return card
    words = {unescape(word) for fragments in highlights.values() for text in fragments for word in _FOUND.findall(text)}
    card = _changed(card, TITLE, lambda text: _marked_words(text, words))
    fragments = [text for name in _fields(highlights) for text in highlights[name]][:_MOST_FRAGMENTS]
    if not fragments:
        return _changed(card, SNIPPET, lambda text: _marked_words(text, words))
    return _changed(card, SNIPPET, lambda _: snippet(fragments))


def _fields(highlights: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the fields to show, the best first; titles stand in the card already."""
    others = [name for name in highlights if name not in (*_BEST_FIRST, *_IN_TITLES)]
    return [name for name in (*_BEST_FIRST, *others) if name in highlights]


def snippet(fragments: Sequence[str]) -> str:
    """Return the passage of fragments as HTML with marks; whatever else they hold stays text."""
    language = language_of(unescape(" ".join(_TAGS.sub("", text) for text in fragments))) or ""
    text = " … ".join("".join(_with_mark(part) for part in _TAGS.split(text)) for text in fragments)
    return f'<p class="snippet" dir="auto" lang="{escape(language)}">{text}</p>'


def _with_mark(part: str) -> str:
    match part:
        case "<em>":
            return "<mark>"
        case "</em>":
            return "</mark>"
    return str(escape(unescape(part)))


def _changed(card: str, name: str, change: Callable[[str], str]) -> str:
    before, opened, rest = card.partition(f"<!--{name}-->")
    inner, closed, after = rest.partition(f"<!--/{name}-->")
    return f"{before}{change(inner)}{after}" if opened and closed else card


def _marked_words(html: str, words: Iterable[str]) -> str:
    """Return HTML with marks around words of its text; tags and references to characters stay whole."""
    longest_first = sorted({str(escape(word)) for word in words if word}, key=len, reverse=True)
    if not longest_first:
        return html
    alternatives = "|".join(map(re.escape, longest_first))
    pattern = re.compile(f"<[^>]*>|(?P<word>{alternatives})|&#?[0-9A-Za-z]+;")
    return pattern.sub(lambda match: f"<mark>{match[0]}</mark>" if match["word"] else match[0], html)
