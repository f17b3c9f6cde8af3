"""How text becomes words: one analysis for what is indexed, asked and highlighted, whichever keeper runs it.

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
    """`text` without the differences that a reader of a search form does not make."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFKC", plain.casefold())


def clean(text: str) -> str:
    """`text` composed (NFC) and without the halves of characters that no encoding can carry."""
    return text if text.isascii() else unicodedata.normalize("NFC", _SURROGATES.sub("", text))


def exact(text: str) -> str:
    """`text` as keywords are compared: compatibility forms and case do not matter, accents do."""
    if text.isascii():
        return text.lower().strip()
    return unicodedata.normalize("NFKC", clean(text)).casefold().strip()


def pieces(text: str) -> Iterator[Piece]:
    """The words and runs of `text` as it stands, in order; fold it first to compare them."""
    for found in _PIECE.finditer(text):
        yield Piece(found.group(), found.start(), found.lastgroup == "run")


def pattern_pieces(pattern: str) -> Iterator[Piece]:
    """The words, with their ``*`` and ``?``, and the runs of a wildcard pattern, folded."""
    for found in _PATTERN.finditer(fold(pattern)):
        if found.group().strip("*?"):
            yield Piece(found.group(), found.start(), found.lastgroup == "run")


def like(word: str, pattern: str) -> bool:
    """Whether `word` is what `pattern` says; takes their lengths multiplied at most, however many stars."""
    at = begun = 0
    star = -1
    place = 0
    while at < len(word):
        wanted = pattern[place : place + 1]
        if wanted == "*":
            star, begun = place, at
            place += 1
        elif wanted in ("?", word[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            # the last star takes one character more
            begun += 1
            at, place = begun, star + 1
        else:
            return False
    return not pattern[place:].strip("*")


def index_tokens(text: str) -> list[str]:
    """What is indexed of `text`: words, and of each run all pairs and its last character."""
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
    """What must stand in the index for `text` to be found; no tokens when it holds no word."""
    found = list(pieces(fold(text)))
    tokens: list[str] = []
    for position, piece in enumerate(found):
        last = position == len(found) - 1
        # A run in the middle ends where the text's run ends, so its last character is a token of its own.
        tokens.extend(_pairs(piece.text, tail=not last) if piece.unspaced else (piece.text,))
    open_end = bool(found) and found[-1].unspaced and len(found[-1].text) == 1
    return PhraseWord(tuple(tokens), open_end)


def words(text: str) -> set[str]:
    """The folded words of `text` in spaced scripts: what a wildcard is compared with."""
    return {piece.text for piece in pieces(fold(text)) if not piece.unspaced}


def _pairs(run: str, *, tail: bool) -> list[str]:
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return [*pairs, run[-1]] if tail or not pairs else pairs
