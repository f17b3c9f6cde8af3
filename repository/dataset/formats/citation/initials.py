"""Initials of given names, in every script that has capital letters; other scripts have none.

Sources: CSL 1.0.2, ``initialize-with`` and ``initialize-with-hyphen``; The Unicode Standard, chapter 5.18 (case) and
7.7 (Georgian, whose letters stand alone in names though capitals are encoded); the Uzbek alphabet of 1995, in which
Oʻ and Gʻ are letters.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from repository.dataset.formats.scripts import script_of
from repository.dataset.unicode_forms import normalised

_SCRIPTS_WITH_CAPITALS = """
LATIN GREEK CYRILLIC ARMENIAN COPTIC ADLAM DESERET OSAGE CHEROKEE
"""
_WITH_CAPITALS = frozenset(_SCRIPTS_WITH_CAPITALS.split())
_ASIDE = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]?|\"[^\"]*\"|“[^”]*”|«[^»]*»")
_WORD = re.compile(r"[^\s.,;]+(?:\.-[^\s.,;]+)*\.?")
_KEPT_WORDS = """
qizi qızı kizi kızı kyzy qyzy oʻgʻli oʻgli ogʻli ogli oğlu oglu ogly uly ugli ўғли қизи оглы оглу угли кызы кизи гызы
қызы ұлы улы jr sr ii iii iv bin bint ibn
"""
"""Words that say how a name belongs to the one before it: patronymics of Turkic and Arabic names, and generations."""
_KEPT = frozenset(_KEPT_WORDS.split())
_SHORTENED = 3
"""Letters of an abbreviation such as ``Ch.`` or ``Yu.``, which is an initial already."""
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`ʼ", "ʻ"))


@dataclass(frozen=True, slots=True)
class GivenName:
    """One word of a given name; `initials` are empty for a word that is never shortened."""

    word: str
    initials: Sequence[str] = ()


def given_names(text: str) -> list[GivenName]:
    """Return the words of given names with their initials, two for "Jean-Paul"; what stands in brackets is no name.

    Particles and patronymic words are kept, and so is every name in a script without capital letters.
    """
    bare = _ASIDE.sub(" ", text).strip() or text
    words = [match[0] for match in _WORD.finditer(bare)]
    if script_of(bare) not in _WITH_CAPITALS:
        return [GivenName(word) for word in bare.split()]
    return [GivenName(word, _initials(word)) for word in words if any(map(str.isalpha, word))]


def shortened(text: str, mark: str, hyphen: bool = True) -> str:
    """Return given names with each word cut to its initial and `mark` behind it, as CSL styles want them."""
    joint = f"{mark.rstrip()}-" if hyphen else mark
    parts = [f"{joint.join(name.initials)}{mark}" if name.initials else f" {name.word} " for name in given_names(text)]
    return " ".join("".join(parts).split())


def _initials(word: str) -> list[str]:
    if word.rstrip(".").translate(_APOSTROPHES).casefold() in _KEPT:
        return []
    letters = word.lstrip("".join(letter for letter in word if not _starts_a_name(letter)))
    if not letters or not letters[0].isupper():
        return []
    if word.endswith(".") and len(word) <= _SHORTENED:
        return [word.rstrip(".")]
    return [initial for part in letters.split("-") if (initial := _first_letter(part))]


def _starts_a_name(letter: str) -> bool:
    return letter.isalpha() and unicodedata.category(letter) != "Lm"


def _first_letter(part: str) -> str:
    """Return the first letter in upper case, with its accents and, in Uzbek, its turned comma."""
    for place, letter in enumerate(part):
        if _starts_a_name(letter):
            rest = part[place + 1 :]
            accents = rest[: len(rest) - len(rest.lstrip("".join(filter(unicodedata.combining, rest))))]
            turned = "ʻ" if letter in "OGog" and rest[:1] in ("ʻ", "‘") else ""
            return normalised("NFC", letter.upper() + accents) + turned
    return ""
