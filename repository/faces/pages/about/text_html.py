"""Markdown to clean HTML, with headings that keep their anchors in every language.

CommonMark with tables; HTML in a text is shown as it is written.  A heading may end with ``{#anchor}``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_ANCHOR = re.compile(r"\s*\{#([a-z][a-z0-9-]*)\}\s*$")
_VALUE = re.compile(r"\[\[([a-z_]+)\]\]")
_INLINE = {"a", "br", "code", "em", "strong"}
_BLOCKS = {"blockquote", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_ATTRIBUTES = {"a": {"href"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class TextBody:
    """The title of a text, its headings, and its HTML without the title; values are still missing."""

    title: str
    headings: tuple[Heading, ...]
    html: str

    def with_values(self, values: Mapping[str, str]) -> Markup:
        """Return the HTML with a value in each place such as ``[[site]]``; an unknown place stays as it is."""
        return Markup(_VALUE.sub(lambda place: str(escape(values.get(place[1], place[0]))), self.html))


def body_of(markdown: str) -> TextBody:
    """Return the content of a text; raise `ValueError` if it does not begin with a title."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(markdown)
    if len(tokens) < 3 or tokens[0].tag != "h1":
        raise ValueError("The text has to begin with its title, as a heading of the first level.")
    headings = tuple(
        _heading(opening, text) for opening, text in pairwise(tokens[3:]) if opening.type == "heading_open"
    )
    html = reader.renderer.render(tokens[3:], reader.options, {})
    clean = nh3.clean(
        html, tags=_INLINE | _BLOCKS | _TABLES, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None
    )
    return TextBody(tokens[1].content, headings, clean)


def _heading(opening: Token, text: Token) -> Heading:
    """Return a heading, whose anchor becomes its id."""
    anchor = _ANCHOR.search(text.content)
    children = text.children or []
    if anchor and children:
        opening.attrSet("id", anchor[1])
        children[-1].content = _ANCHOR.sub("", children[-1].content)
    return Heading(int(opening.tag[1:]), anchor[1] if anchor else "", _ANCHOR.sub("", text.content))
