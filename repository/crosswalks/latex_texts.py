"""Texts of BibTeX as people read them: commands for letters become letters, braces go."""

import re
from collections.abc import Iterator

from pylatexenc.latex2text import LatexNodes2Text

from repository.crosswalks.source_fields import Unreadable

MOST_COMMANDS = 20_000
"""backslashes, dollars and other signs that LaTeX reads as its own, in one source; a second of work"""
DEEPEST = 50
"""braces inside of braces"""
_MEANT = re.compile(r"[\\$~{}%^_]|--|``|''")
_TEXT = LatexNodes2Text(math_mode="verbatim", keep_comments=True, strict_latex_spaces=True)
_ADDRESS = re.compile(r"\\(?:url|href)\s*\{([^{}]*)\}")


def require_bounded(text: str) -> None:
    """Raise `Unreadable` for more LaTeX than is read, or braces that are too deep for it."""
    if sum(map(text.count, "\\$~%^_")) > MOST_COMMANDS:
        raise Unreadable("The BibTeX has too many LaTeX commands.")
    if max(depths(text), default=0) > DEEPEST:
        raise Unreadable("The BibTeX has braces that are too deep.")


def depths(text: str) -> Iterator[int]:
    """Yield the depth after each brace, those behind a backslash too, as BibTeX counts them."""
    depth = 0
    for brace in re.finditer(r"[{}]", text):
        depth += 1 if brace[0] == "{" else -1
        yield depth


def read_latex(text: str) -> str:
    """Return a text of one line without commands; what is no LaTeX stays as it stands."""
    if not _MEANT.search(text):
        return " ".join(text.split())
    return " ".join(str(_TEXT.latex_to_text(_ADDRESS.sub(r"\1", _escaped(text)))).split())


def _escaped(text: str) -> str:
    """Return the text in which a percent sign is one: files of reference software rarely mean a comment."""
    return re.sub(r"(?<!\\)%", r"\\%", text)
