"""Values of BibTeX: texts in braces or quotes, numbers and abbreviations, joined by ``#``.

Source: BibTeXing (Patashnik, 1988), section 2.1.
"""

from collections.abc import Iterator, Mapping

from repository.crosswalks.source_fields import Unreadable

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST = 1 << 20
"""characters of one value: abbreviations of abbreviations could double it without an end"""


def joined_value(raw: str, strings: Mapping[str, str]) -> str:
    """Return a value without what encloses its parts; an unknown abbreviation stays as it stands."""
    parts = [_part(part.strip(), strings) for part in _parts(raw)]
    if sum(map(len, parts)) > LONGEST:
        raise Unreadable("The BibTeX has a value that is too long.")
    return "".join(parts)


def _parts(raw: str) -> Iterator[str]:
    """Yield what stands between ``#`` outside of braces and quotes."""
    depth, is_quoted, start = 0, False, 0
    for place, character in enumerate(raw):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        elif character == '"' and not depth:
            is_quoted = not is_quoted
        elif character == "#" and not depth and not is_quoted:
            yield raw[start:place]
            start = place + 1
    yield raw[start:]


def _part(part: str, strings: Mapping[str, str]) -> str:
    if len(part) > 1 and (part[0], part[-1]) in (("{", "}"), ('"', '"')):
        return part[1:-1]
    return strings.get(part.lower(), part)
