"""Tell markup from words in angle brackets, before a parser of HTML sees a text.

A parser takes the ``<Msun`` of ``M<Msun`` for the beginning of an element and drops what follows. Here a tag is markup
only if it is written as HTML writes tags (WHATWG HTML, section 13.1.2): a known element, attributes with values, and
its end tag where HTML requires one. Everything else is text and is escaped, so that a parser shows it as it was typed.
Elements that only arrange a page become a neutral element; markup of JATS and of word processors becomes that of HTML.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TAGS = frozenset(
    (
        *("a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "ins", "kbd", "q", "s", "samp"),
        *("small", "span", "strong", "sub", "sup", "tt", "u", "var", "blockquote", "div", "hr"),
        *("p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dl", "dt", "li", "ol", "ul"),
        *("caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
    )
)
"""Elements that formatted text may contain."""

_NEUTRAL = {
    **dict.fromkeys(
        ("address", "article", "aside", "body", "center", "details", "dir", "fieldset", "figcaption"), "div"
    ),
    **dict.fromkeys(("figure", "footer", "header", "hgroup", "html", "legend", "main", "menu", "nav"), "div"),
    **dict.fromkeys(("section", "summary", "jats:sec"), "div"),
    **dict.fromkeys(("acronym", "bdi", "bdo", "big", "data", "dfn", "font", "label", "mark", "nobr", "o:p"), "span"),
    **dict.fromkeys(("rp", "rt", "ruby", "time", "jats:sc"), "span"),
    "strike": "s",
    "jats:bold": "b",
    "jats:italic": "i",
    "jats:list": "ul",
    "jats:list-item": "li",
    "jats:p": "p",
    "jats:sub": "sub",
    "jats:sup": "sup",
    "jats:title": "h4",
}
"""Known elements that formatted text gets under another name; each needs its end tag."""

REFUSED = frozenset(
    (
        *("applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "head", "iframe"),
        *("img", "input", "link", "math", "meta", "noscript", "object", "option", "param", "picture", "script"),
        *("select", "source", "style", "svg", "template", "textarea", "title", "track", "video"),
    )
)
"""Elements that formatted text never contains; between words they may be words, as in ``an <object>``."""

_VOID = frozenset({"br", "hr"})
_END_IS_OPTIONAL = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot"})
_WITHOUT_VALUE = frozenset({"compact", "hidden", "itemscope", "noshade", "nowrap", "open", "reversed"})
_MEANINGFUL = frozenset({"action", "alt", "cite", "datetime", "formaction", "href", "src", "summary"})
"""Attributes whose loss a depositor should learn; so are those that hold a script (``on…``)."""

# the length of a value is limited, so that a quotation mark that is never closed costs no time
_VALUE = r"""(?:"[^"]{0,5000}"|'[^']{0,5000}'|[^\s"'=<>`]+)"""
_ATTRIBUTE = rf"[A-Za-z_:@][A-Za-z0-9_:.@-]*(?:\s*=\s*{_VALUE})?"
TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*(?:[:-][A-Za-z0-9-]+)?)(?P<attributes>(?:\s+{_ATTRIBUTE})*)\s*(?P<closed>/?)>"
)
_EACH_ATTRIBUTE = re.compile(rf"\s({_ATTRIBUTE})")
# A name of a character needs its semicolon, else the © of an address ``?a=1&copy=2`` would appear.
_BARE_AMPERSAND = re.compile(r"&(?!#[0-9]+;|#[xX][0-9A-Fa-f]+;|[A-Za-z][A-Za-z0-9]*;)")
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML in which everything that is no markup is escaped; `shown` names the elements that became text with it."""

    html: str
    shown: tuple[str, ...]


def read_markup(text: str) -> Markup:
    """Return the text as HTML that a parser reads as its author meant it."""
    tags = list(TAG.finditer(text))
    names, shown = _formatting(tags)
    comments = ("comment",) if _COMMENT.search(text) else ()
    return Markup(_written(text, tags, names), (*sorted(shown), *comments))


def _written(text: str, tags: list[re.Match[str]], names: dict[int, str]) -> str:
    """Return the text with the tags that are formatting, under their names; nothing is copied of one that is so."""
    as_typed = all(tags[place]["name"] == name and not tags[place]["closed"] for place, name in names.items())
    if as_typed and text.count("<") == len(names) and not _BARE_AMPERSAND.search(text):
        return text
    pieces, position = [], 0
    for index, tag in enumerate(tags):
        if index in names:
            pieces += [_escaped(text[position : tag.start()]), _renamed(tag, names[index])]
            position = tag.end()
    pieces.append(_escaped(text[position:]))
    return "".join(pieces)


def lost_attributes(html: str, clean: Callable[[str], str]) -> list[str]:
    """Return the attributes with a meaning that HTML loses when it is cleaned, as in ``onclick of p``."""
    before = Counter(_meaningful(html))
    return sorted(before - Counter(_meaningful(clean(html)))) if before else []


def has_attributes_of_html(tag: re.Match[str]) -> bool:
    """Return whether each attribute of a tag has a value or is known to have none; words are no attributes."""
    return not tag["attributes"] or all(
        "=" in text or text.lower() in _WITHOUT_VALUE for text in _EACH_ATTRIBUTE.findall(tag["attributes"])
    )


def _formatting(tags: list[re.Match[str]]) -> tuple[dict[int, str], set[str]]:
    """Return the element of each tag that is formatting, by its place, and the refused elements."""
    elements: dict[int, str] = {}
    refused: set[str] = set()
    opened: dict[str, list[int]] = {}
    for place, tag in enumerate(tags):
        name = tag["name"].lower()
        element = name if name in TAGS else _NEUTRAL.get(name, "")
        if name in REFUSED:
            refused |= _meant(name, tag, opened, place)
        elif not element or not has_attributes_of_html(tag):
            continue
        elif name in _VOID or name in _END_IS_OPTIONAL or (tag["closed"] and name in _NEUTRAL):
            elements[place] = element
        elif not tag["end"]:
            opened.setdefault(name, []).append(place)
        elif opened.get(name):
            elements[opened[name].pop()] = elements[place] = element
    return elements, refused


def _meant(name: str, tag: re.Match[str], opened: dict[str, list[int]], place: int) -> set[str]:
    """Return the name of a refused element that has attributes or an end; without them it may be a word."""
    if not tag["end"]:
        opened.setdefault(name, []).append(place)
        return {name} if tag["attributes"] and has_attributes_of_html(tag) else set()
    return {name} if opened.get(name) else set()


def _renamed(tag: re.Match[str], element: str) -> str:
    if tag["closed"] and element not in _VOID:
        return ""  # an empty element of XML
    if element == tag["name"]:
        return tag[0]
    return f"<{tag['end']}{element}{tag['attributes']}>"


def _escaped(text: str) -> str:
    return _BARE_AMPERSAND.sub("&amp;", text).replace("<", "&lt;")


def _meaningful(html: str) -> Iterator[str]:
    for tag in TAG.finditer(html):
        for text in _EACH_ATTRIBUTE.findall(tag["attributes"]) if tag["attributes"] else ():
            name = text.partition("=")[0].strip().lower()
            if name in _MEANINGFUL or name.startswith("on"):
                yield f"{name} of {tag['name'].lower()}"
