"""Raised and lowered letters of Unicode, for plain text from ``<sup>`` and ``<sub>``: ``10<sup>6</sup>`` is 10⁶.

Source: The Unicode Standard, chapter 22.4 (superscripts and subscripts).
"""

import re
from collections.abc import Mapping

RAISED: Mapping[str, str] = dict(
    zip(
        "0123456789+-\u2212=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ®™℠°*†‡",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ®™℠°*†‡",
        strict=True,
    )
)
LOWERED: Mapping[str, str] = dict(
    zip("0123456789+-\u2212=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
CHARACTERS: Mapping[str, Mapping[str, str]] = {"sup": RAISED, "sub": LOWERED}
"""Element -> character -> the one that stands for it there."""
_ELEMENT = re.compile(r"<(sup|sub)>([^<>]{1,20})</\1>", re.IGNORECASE)


def with_raised_letters(html: str) -> str:
    """Return sanitised `html` with Unicode's characters for raised and lowered texts that have one for each letter."""
    return _ELEMENT.sub(_written, html) if "<su" in html or "<SU" in html else html


def _written(element: re.Match[str]) -> str:
    characters = CHARACTERS[element[1].lower()]
    known = all(character in characters for character in element[2])
    return "".join(map(characters.__getitem__, element[2])) if known else element[0]
