"""Plain text from text with inline markup, as titles from web pages have: ``10<sup>6</sup>`` becomes 10⁶.

A raised or lowered text becomes Unicode's characters for it where every character has one. Of other inline markup the
content is left. Nothing else is removed: a tag without its partner, a block, a script is text as it was typed, which
every page and format escapes.
"""

import re
from collections.abc import Mapping

from repository.dataset.formats.raised_letters import CHARACTERS
from repository.deposits.metadata.html_markup import TAG, has_attributes_of_html
from repository.deposits.metadata.html_texts import tidy

_INLINE = frozenset(
    "b big cite code em font i kbd mark samp small span strong sub sup tt u var".split()  # noqa: SIM905 - shorter so
)
_BREAK = re.compile(r"[ \t]*<br\s*/?>[ \t]*", re.IGNORECASE)
_ROUNDS = 5
_LONGEST = 20
"""Pieces of a raised or lowered text; a longer one stays as typed, so that nested ones cost no time."""


def without_inline_markup(text: str) -> str:
    """Return tidy plain text; one whose markup uncovers more and more of it is returned as typed."""
    text = as_typed = tidy(text)
    for _ in range(_ROUNDS):
        plainer = tidy(_plainer(text))
        if plainer == text:
            return text
        text = plainer
    return as_typed


def _plainer(text: str) -> str:
    if "<" not in text:
        return text
    text = _BREAK.sub(" ", text)
    pieces: list[str] = []
    opened: dict[str, list[int]] = {}
    position = 0
    for tag in TAG.finditer(text):
        name = tag["name"].lower()
        if name not in _INLINE or not has_attributes_of_html(tag):
            continue
        pieces += [text[position : tag.start()], tag[0]]
        position = tag.end()
        if not tag["end"]:
            opened.setdefault(name, []).append(len(pieces) - 1)
        elif opened.get(name):
            _resolve(pieces, opened[name].pop(), CHARACTERS.get(name))
    return "".join((*pieces, text[position:]))


def _resolve(pieces: list[str], start: int, characters: Mapping[str, str] | None) -> None:
    """Take the tags from a piece and the last one; write what is between them with other characters."""
    if characters is not None:
        if len(pieces) - start - 2 > _LONGEST:
            return
        content = pieces[start + 1 : -1]
        if not all(character in characters for part in content for character in part):
            return
        pieces[start + 1 : -1] = ["".join(map(characters.__getitem__, part)) for part in content]
    pieces[start] = pieces[-1] = ""
