"""The house's analysis of text, said in the words of the server.

The server's standard tokenizer finds words as UAX #29 says, our own as `tokenizer` does; what a character filter does
before it makes both alike, character by character:

* every character that `folding` changes becomes what it folds to;
* punctuation that UAX #29 keeps inside words and numbers becomes a blank, except the apostrophe;
* characters of unspaced scripts that the tokenizer keeps together become rare ideographs, one each, of which the
  server makes pairs as it does of Chinese ones.  Queries say the same ideographs (`stand_ins`);
* where hangul touches a word of another script, the text that is sent has an invisible mark (`divided`).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from repository.engines.search.folding import folded_characters
from repository.engines.search.tokenizer import LONGEST_WORD, RUN_TOGETHER, UNSAID

_STAND_INS = 0x2A700
"""CJK Unified Ideographs Extension C, in hardly any text"""

_SEPARATORS = (
    ".,:;_\u00b7\u02c2-\u02c5\u02d2-\u02d7\u02de\u02df\u02e5-\u02eb\u02ed\u02ef-\u02ff\u0387\u055b\u055c\u055e\u055f"
    "\u0589\u058a\u0600-\u0605\u060c\u060d\u066b\u066c\u06dd\u070f\u07f8\u08e2\u2024\u2027\u202f\u203f\u2040\u2044"
    "\u2054\u2063\u2e80-\u2e9e\u2ea0-\u2ef2\ua708-\ua716\ua720\ua721\ua789\ua78a\uab5b\ufe10\ufe13\ufe14\ufff9-\ufffb\U000110bd"
    "\U000110cd\U0001f150-\U0001f169\U0001f170-\U0001f189"
)
"""Inside words or numbers by UAX #29 (Word_Break, version 13), and no letter, digit or mark."""

BORDER = "\u2063"
"""The invisible separator, put into text that is sent to the server, and read there as a blank."""

_HANGUL = "\u1100-\u115e\u1161-\u11ff\u3131-\u3163\u3165-\u318e\ua960-\ua97f\uac00-\ud7af"
_BORDER = re.compile(rf"(?<=[{_HANGUL}])(?=[^\W{_HANGUL}])|(?<=[^\W{_HANGUL}])(?=[{_HANGUL}])")
_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)


def divided(text: str) -> str:
    """Return text to be indexed, with a mark where hangul touches other letters, which the tokenizer would join."""
    return text if text.isascii() else _BORDER.sub(BORDER, text.replace(BORDER, ""))


def stand_ins(tokens: str) -> str:
    """Return folded text as the index holds it: characters of scripts that run together by their ideographs."""
    return tokens if tokens.isascii() else tokens.translate(_ideographs())


@cache
def analysis() -> Mapping[str, Any]:
    """Return the parts of the index's ``analysis`` that follow from folding and tokenizer."""
    return {
        "char_filter": {"folding": {"type": "mapping", "mappings": list(_rules())}},
        "tokenizer": {"words": {"type": "standard", "max_token_length": LONGEST_WORD}},
        "filter": {"unsaid": {"type": "pattern_replace", "pattern": UNSAID, "replacement": ""}},
    }


def _rules() -> Iterator[str]:
    """Yield the rules of the character filter; the longest that fits applies."""
    blanks = dict.fromkeys(_characters(_SEPARATORS), " ")
    ideographs = _ideographs()
    outcomes = {chr(point): chr(point + 32) for point in range(ord("A"), ord("Z") + 1)} | {"`": "'"}
    outcomes |= {chr(point): stand_in for point, stand_in in ideographs.items()}
    for character, folded in folded_characters():
        outcomes[character] = folded.translate(blanks).translate(ideographs)
    outcomes |= {chr(point): blank for point, blank in blanks.items()}
    outcomes |= {f"{first}·{second}": "ll" for first in "lL" for second in "lL"}
    for text, outcome in outcomes.items():
        yield f"{_escaped(text)} => {_escaped(outcome)}"


@cache
def _ideographs() -> dict[int, str]:
    return {point: chr(_STAND_INS + at) for at, point in enumerate(_characters(RUN_TOGETHER))}


def _characters(ranges: str) -> Iterator[int]:
    """Yield the code points of a class of characters."""
    for first, last, single in _RANGE.findall(ranges):
        yield from range(ord(first or single), ord(last or single) + 1)


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" if ord(character) < 0x10000 else character for character in text)
