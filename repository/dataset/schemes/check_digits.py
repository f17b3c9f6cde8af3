"""Check digits: the last characters of an identifier, computed from those before them."""

from collections.abc import Iterable, Sequence

_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9)


def mod_11_2(digits: str) -> str:
    """Return the check digit of ISO/IEC 7064 MOD 11-2, for ORCID and ISNI."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return _of_eleven(12 - total % 11)


def mod_97_10(characters: str) -> str:
    """Return the two digits of ISO/IEC 7064 MOD 97-10 over a number of base 32, for ROR."""
    number = 0
    for character in characters:
        number = number * 32 + _BASE32.index(character)
    return f"{98 - number * 100 % 97:02}"


def ean(digits: str) -> str:
    """Return the digit of GS1 mod 10, for EAN-13, UPC and ISBN-13: weights 3 and 1 from the right."""
    return str(-_weighted_digits(digits[::-1], (3, 1)) % 10)


def descending(digits: str) -> str:
    """Return mod 11 with weights 2, 3, … from the right, complemented: for ISSN, ISBN-10 and GND of persons."""
    return _of_eleven(-_weighted_digits(digits[::-1], range(2, len(digits) + 2)))


def ascending(digits: str) -> str:
    """Return mod 11 with the same weights, not complemented: for GND numbers with a hyphen."""
    return _of_eleven(_weighted_digits(digits[::-1], range(2, len(digits) + 2)))


def istc(characters: str) -> str:
    """Return the digit of ISO 21047: mod 16-3 over hexadecimal digits, weights 11, 9, 3, 1."""
    values = (int(character, 16) for character in characters)
    return f"{_weighted_sum(values, (11, 9, 3, 1)) % 16:X}"


def chinese_application(digits: str) -> str:
    """Return mod 11 with weights 2 to 9 from the left, repeated (ZC 0006-2003, section 4.4)."""
    return _of_eleven(_weighted_digits(digits, _PATENT_WEIGHTS))


def _weighted_digits(digits: str, weights: Sequence[int]) -> int:
    return _weighted_sum(map(int, digits), weights)


def _weighted_sum(values: Iterable[int], weights: Sequence[int]) -> int:
    return sum(value * weights[place % len(weights)] for place, value in enumerate(values))


def _of_eleven(number: int) -> str:
    rest = number % 11
    return "X" if rest == 10 else str(rest)
