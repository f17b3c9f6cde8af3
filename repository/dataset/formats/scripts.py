"""The script of a text, and the languages that are written in other scripts than Latin.

The script of a letter is the first word of its name. Sources: The Unicode Standard, chapter 4.8 (names) and UAX #24;
CLDR, supplemental data, ``languageData``, for the scripts of languages.
"""

import unicodedata
from collections import Counter
from itertools import islice

LATIN = "LATIN"
_MOST_LETTERS = 400
"""Letters that are looked at: more of them tell nothing new."""
_WIDTHS = ("FULLWIDTH", "HALFWIDTH", "MODIFIER")

_LANGUAGES = {
    "ARABIC": "ara arz ary apc azb bal ckb fas kas kur pan pes prs pus snd uig urd",
    "ARMENIAN": "hye",
    "BENGALI": "asm ben mni",
    "CYRILLIC": "abk ava aze bak bel bos bul che chu chv cnr crh kaz kir kom mkd mon oss rus sah srp tat tgk tuk tyv "
    "udm ukr uzb",
    "DEVANAGARI": "awa bho hin kas kok mag mai mar nep new san snd",
    "ETHIOPIC": "amh gez tir",
    "GEORGIAN": "kat xmf",
    "GREEK": "ell grc",
    "GUJARATI": "guj",
    "GURMUKHI": "pan",
    "HEBREW": "heb yid",
    "KANNADA": "kan",
    "KHMER": "khm",
    "LAO": "lao",
    "MALAYALAM": "mal",
    "MONGOLIAN": "mon",
    "MYANMAR": "mya",
    "ORIYA": "ori",
    "SINHALA": "sin",
    "TAMIL": "tam",
    "TELUGU": "tel",
    "THAANA": "div",
    "THAI": "tha",
    "TIBETAN": "bod dzo",
}
_EAST_ASIAN = frozenset(["zho", "cmn", "yue", "wuu", "jpn", "kor"])
_LATIN_TOO = frozenset(["aze", "bos", "cnr", "crh", "kaz", "kur", "srp", "tat", "tuk", "uzb"])
_OTHERS = {script: frozenset(codes.split()) for script, codes in _LANGUAGES.items()}
_NOT_LATIN = frozenset().union(*_OTHERS.values(), _EAST_ASIAN) - _LATIN_TOO


def script_of(text: str) -> str:
    """Return the script of most letters, as in ``CYRILLIC``; empty for a text without letters."""
    letters = (letter for letter in text if letter.isalpha())
    if text.isascii():
        return LATIN if any(letters) else ""
    counts = Counter(map(_script, islice(letters, _MOST_LETTERS)))
    return counts.most_common(1)[0][0] if counts else ""


def writes(language: str, script: str) -> bool:
    """Return whether a language, by its ISO 639-3 code, is written in `script`; East Asian ones are not asked."""
    return language not in _NOT_LATIN if script == LATIN else language in _OTHERS.get(script, ())


def _script(letter: str) -> str:
    words = unicodedata.name(letter, "").split()
    return next((word for word in words if word not in _WIDTHS), "")
