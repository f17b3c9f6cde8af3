"""How text becomes words: one analysis for indexing, searching and highlighting, in every adapter.

Writing systems that put no space between words (Han, kana, hangul, Thai ...) become overlapping pairs of characters,
so that any run of two or more is found as a phrase of its pairs, and a single one as the beginning of a pair.  All
other scripts become whole words, with their marks.  An apostrophe between letters joins them, but for elided articles:
``l'eau`` is found as ``eau``.  What does not matter inside words is `folding`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from repository.core.cache import remembered
from repository.engines.search.folding import APOSTROPHE, APOSTROPHES, INVISIBLE, fold

RUN_TOGETHER = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecf\u0edc-\u0edf"  # Thai, Lao
    "\u1000-\u103f\u104c-\u108f\u109a-\u109f\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
    "\u1950-\u1974\u1980-\u19c9\u1a20-\u1a7c\uaa80-\uaac2\uaadb-\uaadd"  # Tai Le, New Tai Lue, Tai Tham, Tai Viet
    "\u1b00-\u1b4b\ua980-\ua9c0\ua000-\ua48c\u3105-\u312f\u31a0-\u31bf"  # Balinese, Javanese, Yi, Bopomofo
)
"""Characters of unspaced scripts that general tokenizers keep together as if a run were a word."""

_UNSPACED = (
    f"{RUN_TOGETHER}\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u3099-\u309a"
    "\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd"
)


LONGEST_WORD = 255
"""characters of a token; what is longer becomes several"""

UNSAID = r"^(?:d|l|n|s|qu|jusqu|lorsqu|puisqu|quoiqu|a?gl|d?all|dagl|dell|degl|nell|negl|sull|sugl|un)'(?=[aeiouhy])|'"
"""What is taken out of a folded word: elided articles of French, Italian and Catalan, and every other apostrophe."""

_UNSAID = re.compile(UNSAID)


@cache
def _inside_words() -> str:
    """Return the class of what stands inside words and is no letter: all marks (category M), and what nobody sees."""
    unspaced = re.compile(f"[{_UNSPACED}]")
    marks = [p for p in range(0x300, 0x1F000) if unicodedata.category(chr(p))[0] == "M" and not unspaced.match(chr(p))]
    known = set(marks)
    starts = [point for point in marks if point - 1 not in known]
    ends = [point for point in marks if point + 1 not in known]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True)) + INVISIBLE


_JOINT = rf"(?:(?<!\d)[{APOSTROPHES}](?!\d)|(?<=\d)[{APOSTROPHES}](?=\d))"
_LETTER = rf"[^\W_{_UNSPACED}]"
_RUN = f"(?P<run>[{_UNSPACED}](?:[{INVISIBLE}]*[{_UNSPACED}])*)"


# Made at the first text: looking up all marks takes 30 ms, and not every process reads text.
@cache
def _piece() -> re.Pattern[str]:
    word = rf"(?P<word>{_LETTER}+(?:(?:{_JOINT}(?={_LETTER})|[{_inside_words()}])+{_LETTER}*)*)"
    return re.compile(f"{_RUN}|{word}")


@cache
def _pattern() -> re.Pattern[str]:
    word = rf"(?P<word>(?:{_LETTER}|[*?{_inside_words()}]|(?<=[^\W_]){_JOINT}(?=[^\W_]))+)"
    return re.compile(f"{_RUN}|{word}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a run of characters of an unspaced script, at `start` of the text it was found in."""

    text: str
    start: int
    unspaced: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def pieces(text: str) -> Iterator[Piece]:
    """Yield the words and runs of `text` in order and unfolded; fold it first to compare them."""
    for match in _piece().finditer(text):
        yield Piece(match.group(), match.start(), match.lastgroup == "run")


def pattern_pieces(pattern: str) -> Iterator[Piece]:
    """Yield the folded words (with their ``*`` and ``?``) and runs of a wildcard pattern."""
    for match in _pattern().finditer(fold(pattern)):
        text = match.group() if match.lastgroup == "run" else word_token(match.group())
        if text.strip("*?"):
            yield Piece(text, match.start(), match.lastgroup == "run")


def word_token(folded: str) -> str:
    """Return a folded word as it is indexed: without apostrophes and elided articles."""
    return _UNSAID.sub("", folded) if APOSTROPHE in folded else folded


def like(word: str, pattern: str) -> bool:
    """Return whether `word` matches `pattern`; the time is at most the product of their lengths."""
    at = begun = 0
    star = -1
    place = 0
    while at < len(word):
        character = pattern[place : place + 1]
        if character == "*":
            star, begun = place, at
            place += 1
        elif character in ("?", word[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            # the last star takes one character more
            begun += 1
            at, place = begun, star + 1
        else:
            return False
    return not pattern[place:].strip("*")


def index_tokens(text: str) -> list[str]:
    """Return the tokens to index: words, and of each run all pairs and its last character."""
    tokens: list[str] = []
    for piece in pieces(fold(text)):
        tokens.extend(_pairs(piece.text, tail=True) if piece.unspaced else _words(piece.text))
    return tokens


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """Tokens to be found one after the other; of the last one only the beginning when `open_end`."""

    tokens: tuple[str, ...]
    open_end: bool = False


@remembered(2_048)
def query_tokens(text: str) -> PhraseWord:
    """Return the tokens that the index must hold to match `text`; none when it has no word."""
    parts = list(pieces(fold(text)))
    tokens: list[str] = []
    for position, piece in enumerate(parts):
        last = position == len(parts) - 1
        # A run in the middle ends where the text's run ends, so its last character is a token of its own.
        tokens.extend(_pairs(piece.text, tail=not last) if piece.unspaced else _words(piece.text))
    open_end = bool(parts) and parts[-1].unspaced and len(parts[-1].text) == 1
    return PhraseWord(tuple(tokens), open_end)


def words(text: str) -> set[str]:
    """Return the folded words of `text` in spaced scripts; wildcards are compared with them."""
    return {word for piece in pieces(fold(text)) if not piece.unspaced for word in _words(piece.text)}


def _words(folded: str) -> list[str]:
    parts = (folded[at : at + LONGEST_WORD] for at in range(0, len(folded), LONGEST_WORD))
    return [word for part in parts if (word := word_token(part))]


def _pairs(run: str, *, tail: bool) -> list[str]:
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return [*pairs, run[-1]] if tail or not pairs else pairs
