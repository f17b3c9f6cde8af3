"""How text becomes words: one analysis for indexing, searching and highlighting, in every adapter.

Writing systems that put no space between words (Han, kana, hangul, Thai ...) become overlapping pairs of characters,
so that any run of two or more is found as a phrase of its pairs, and a single one as the beginning of a pair.  All
other scripts become whole words.  Case, compatibility forms, accents, Hebrew points and Arabic vowel signs do not
matter.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u3099-\u309a"
    "\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd"
)
_INSIDE_WORDS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_PIECE = re.compile(rf"(?P<run>[{_UNSPACED}]+)|(?P<word>[^\W_{_UNSPACED}]+(?:[{_INSIDE_WORDS}]+[^\W_{_UNSPACED}]*)*)")
_PATTERN = re.compile(rf"(?P<run>[{_UNSPACED}]+)|(?P<word>(?:[^\W_{_UNSPACED}]|[*?{_INSIDE_WORDS}])+)")
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a run of characters of an unspaced script, at `start` of the text it was found in."""

    text: str
    start: int
    unspaced: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def fold(text: str) -> str:
    """Return `text` without the differences that people ignore when they search."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFKC", plain.casefold())


def clean(text: str) -> str:
    """Return `text` composed (NFC) and without lone surrogates, which no encoding can carry."""
    return text if text.isascii() else unicodedata.normalize("NFC", _SURROGATES.sub("", text))


def exact(text: str) -> str:
    """Return `text` as keywords are compared: compatibility forms and case do not matter, accents do."""
    if text.isascii():
        return text.lower().strip()
    return unicodedata.normalize("NFKC", clean(text)).casefold().strip()


def pieces(text: str) -> Iterator[Piece]:
    """Yield the words and runs of `text` in order and unfolded; fold it first to compare them."""
    for match in _PIECE.finditer(text):
        yield Piece(match.group(), match.start(), match.lastgroup == "run")


def pattern_pieces(pattern: str) -> Iterator[Piece]:
    """Yield the folded words (with their ``*`` and ``?``) and runs of a wildcard pattern."""
    for match in _PATTERN.finditer(fold(pattern)):
        if match.group().strip("*?"):
            yield Piece(match.group(), match.start(), match.lastgroup == "run")


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
        tokens.extend(_pairs(piece.text, tail=True) if piece.unspaced else (piece.text,))
    return tokens


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """Tokens to be found one after the other; of the last one only the beginning when `open_end`."""

    tokens: tuple[str, ...]
    open_end: bool = False


@lru_cache(maxsize=4096)
def query_tokens(text: str) -> PhraseWord:
    """Return the tokens that the index must hold to match `text`; none when it has no word."""
    parts = list(pieces(fold(text)))
    tokens: list[str] = []
    for position, piece in enumerate(parts):
        last = position == len(parts) - 1
        # A run in the middle ends where the text's run ends, so its last character is a token of its own.
        tokens.extend(_pairs(piece.text, tail=not last) if piece.unspaced else (piece.text,))
    open_end = bool(parts) and parts[-1].unspaced and len(parts[-1].text) == 1
    return PhraseWord(tuple(tokens), open_end)


def words(text: str) -> set[str]:
    """Return the folded words of `text` in spaced scripts; wildcards are compared with them."""
    return {piece.text for piece in pieces(fold(text)) if not piece.unspaced}


def _pairs(run: str, *, tail: bool) -> list[str]:
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return [*pairs, run[-1]] if tail or not pairs else pairs
