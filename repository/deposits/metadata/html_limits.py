"""Decide whether parsing a piece of HTML takes less time than the square of its length.

At many tags a parser of HTML 5 searches all elements that are open; a text of a megabyte that only
opens elements costs it minutes.  Texts with few tags pass.  Long tables and reports pass when their
elements are closed in order and never deeper than `DEEPEST`.  The count here never sees fewer open
elements than a parser does: an end tag counts only directly after the element that it closes, and
constructs in which tags have another meaning are refused.

Reading a tag costs time too, always the same: a megabyte of nothing but tags would cost seconds.  So a text has at most
`MOST` of them, which are counted before anything else is done.
"""

import re
from itertools import islice

FEW = 1_000
"""Start tags that may stand in any order."""

DEEPEST = 100

MOST = 50_000
"""Tags, of elements and of their ends, in one text."""

_BEGINNING = re.compile(r"</?[A-Za-z]")
_START = re.compile(r"<[A-Za-z]")
_FOREIGN = re.compile(
    r"<(?:[!?]|/?(?:frameset|iframe|math|noembed|noframes|noscript|plaintext|script|select|style"
    r"|svg|template|textarea|title|xmp)\b)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?>")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
_CLOSED_BY_THE_NEXT = frozenset({"p", "li"})


def has_few_tags(text: str) -> bool:
    """Return whether `text` has at most `MOST` tags, or what looks like tags."""
    return text.count("<") <= MOST or sum(1 for _ in islice(_BEGINNING.finditer(text), MOST + 1)) <= MOST


def is_shallow(text: str) -> bool:
    """Return whether parsing `text` as HTML is cheap."""
    starts = sum(1 for _ in _START.finditer(text))
    return starts <= FEW or (_is_regular(text) and _depth(text) <= DEEPEST)


def _is_regular(text: str) -> bool:
    """Return whether all parsers read every tag alike, and no attribute contains a tag."""
    return _FOREIGN.search(text) is None and _BEGINNING.search(_TAG.sub(" ", text)) is None


def _depth(text: str) -> int:
    """Return the largest number of elements that are open at once."""
    deepest, opened = 0, [""]
    for end, name in _TAG.findall(text.lower()):
        if end:
            if opened[-1] == name:
                opened.pop()
        elif name not in _VOID and not (name in _CLOSED_BY_THE_NEXT and opened[-1] == name):
            opened.append(name)
            deepest = max(deepest, len(opened) - 1)
    return deepest
