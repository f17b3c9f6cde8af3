"""Letters as searches compare them: case, accents, strokes, points, widths and invisible characters do not matter.

One table for every engine: `fold` looks each character up in it, and the Elasticsearch adapter hands the same table
to the server (`folded_characters`).  A letter with a stroke, hook or descender is the letter without it, by its name in
the Unicode Character Database; digits of every script are those of ASCII; signs that stand for an apostrophe are one
sign; what the property Default_Ignorable_Code_Point names (UAX #44) and lengthening strokes are nothing.
"""

import re
import unicodedata
from collections.abc import Iterator

from repository.dataset.unicode_forms import normalised

APOSTROPHE = "'"
APOSTROPHES = (
    "'`\u00b4\u02b9\u02bb-\u02bf\u02c8\u02ca\u02cb\u0374\u055a\u05f3\u07f4\u07f5\u1fbd\u1fbf\u1ffd\u1ffe"
    "\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07"
)
"""Typed for one another in O'zbekiston, Hawaiʻi, al-Qurʾān, O’Brien and ג׳; as the inside of a class of characters."""

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\u0640\u07fa\u05f4"
)
"""Nothing to a search: soft hyphens, joiners, marks of direction, variation selectors, lengthening strokes."""

_DROPPED_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07eb-\u07f3\u08d3-\u08e1\u08e3-\u08ff\u093c"
    "\u0951-\u0954\u135d-\u135f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
"""Accents, Hebrew and Syriac points, Arabic vowel signs, tones of N'Ko, the Devanagari nukta, Vedic accents."""

_ALIKE = {
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ı": "i",
    "ȷ": "j",
    "ĸ": "k",
    "ŋ": "n",
    "ə": "e",
    "ǝ": "e",
    "ɛ": "e",
    "ɔ": "o",
    "ʒ": "z",
    "ȝ": "z",
    "ɑ": "a",
    "ɩ": "i",
    "ʊ": "u",
    "ƿ": "w",
    "ƣ": "g",
    "ꞵ": "b",
    "ɣ": "g",
    "ө": "о",
    "ү": "у",
    "ұ": "у",
    "ѕ": "з",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ے": "ي",
    "ک": "ك",
    "ڪ": "ك",
    "ة": "ه",
    "ہ": "ه",
    "ۃ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ٱ": "ا",
}
"""Letters without a decomposition, and what they are typed as: Latin, Cyrillic, Arabic and Persian letters."""

_NAMED = re.compile(r"((?:LATIN|CYRILLIC) (?:SMALL|CAPITAL) LETTER [A-Z ]+?) WITH .+")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_UNSEEN = re.compile(f"[{INVISIBLE}]+")
_NOTHING = re.compile(f"[{_DROPPED_MARKS}{INVISIBLE}]+")
_GONE = re.compile("[\ud800-\udfff\U000e0000-\U000e0fff]")
"""Halves of characters, and marks that stand beyond every writing system."""

_FORMS = re.compile(
    "[\u2f00-\u2fdf\u3200-\u33ff\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc\uff61-\uffdc"
    "\U0001d400-\U0001d7ff\U0001ee00-\U0001eeff\U0001f100-\U0001f2ff]+|[\u3131-\u318e]{2,}"
)
"""Forms of other characters, which only compatibility keeps: narrow, joined, positional, enclosed, mathematical."""

_GERSHAYIM = re.compile('(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])')


class _Folds(dict[int, str]):
    """Folded characters by code point, each made at its first use."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = _folded(chr(point))
        return folded


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Return `text` without the differences that people ignore when they search."""
    if text.isascii():
        return text.lower().replace("`", APOSTROPHE)
    return clean(text).translate(_FOLDS).replace("l·l", "ll")


def clean(text: str) -> str:
    """Return `text` composed (NFC) and without lone surrogates, which no encoding can carry.

    Forms that only compatibility keeps are the characters that they are forms of (a half-width kana may be composed
    with the next), and the double quotation mark in a Hebrew abbreviation is the gershayim that it stands for.
    """
    if text.isascii():
        return text
    composed = normalised("NFC", _GONE.sub("", text))
    composed = _FORMS.sub(lambda match: normalised("NFKC", match[0]), composed)
    return _GERSHAYIM.sub("\u05f4", composed)


def exact(text: str) -> str:
    """Return `text` as keywords are compared: compatibility forms and case do not matter, accents do."""
    if text.isascii():
        return text.lower().strip()
    return normalised("NFKC", _UNSEEN.sub("", clean(text))).casefold().strip()


def visible(text: str) -> str:
    """Return `text` without characters that nobody sees."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def folded_characters() -> Iterator[tuple[str, str]]:
    """Yield every character that folding changes, with what it becomes; of text that is clean."""
    for character in map(chr, (*range(0xD800), *range(0xF900, 0x20000))):
        if _may_change(character) and (folded := fold(character)) != character:
            yield character, folded


def _may_change(character: str) -> bool:
    """Return whether a clean character may be one that folding changes; most letters without case are none."""
    if unicodedata.category(character) == "Lo" and unicodedata.is_normalized("NFKD", character):
        return character in _ALIKE or _NOTHING.match(character) is not None
    return unicodedata.is_normalized("NFC", character) and not _FORMS.match(character)


def _folded(character: str) -> str:
    if _APOSTROPHE.match(character):
        return APOSTROPHE
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    plain = _NOTHING.sub("", normalised("NFKD", character.casefold()))
    letters = "".join(map(_letter, plain.casefold()))
    return _APOSTROPHE.sub(APOSTROPHE, normalised("NFKC", letters))


def _letter(character: str) -> str:
    """Return a decomposed letter of small case without its stroke, hook or the like."""
    if character.isascii():
        return character
    if unicodedata.category(character) == "No":
        return " "  # signs of counting that have no value of their own, as the Ethiopic hundred
    named = _NAMED.fullmatch(unicodedata.name(character, ""))
    return _ALIKE.get(character) or (_without(named[1]) if named else None) or character


def _without(name: str) -> str | None:
    """Return the folded letter of this name, None when there is none."""
    try:
        return _folded(unicodedata.lookup(name))
    except KeyError:
        return None
