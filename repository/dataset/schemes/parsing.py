"""Parts of the readers of identifiers, and the errors that readers raise."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

Read = Callable[[str], str]
"""An identifier as written -> its normal form; raises ValueError."""

BLANKS_AND_HYPHENS = re.compile(r"[\s-]+")


class Misread(ValueError):
    """The text does not have the form of the scheme; the message is a sentence that tells people why."""


class WrongCheck(Misread):
    """The text has the form of the scheme, but its check digit does not fit the rest."""

    def __init__(self, right: str) -> None:
        several = len(right) > 1
        super().__init__(f"Its check digits should be {right}." if several else f"Its check digit should be {right}.")


@cache
def idutils() -> Any:
    """Return the library of that name, loaded at its first use."""
    # imported here: its expressions take half a second to compile, and many processes read no identifier
    import idutils as library  # noqa: PLC0415

    return library


def by_idutils(name: str) -> Read:
    """Return a reader that leaves syntax and normal form to idutils."""

    def read(text: str) -> str:
        if not getattr(idutils(), f"is_{name}")(text):
            raise ValueError(text)
        return without_blanks(str(idutils().normalize_pid(text, name)))

    return read


def by_pattern(pattern: re.Pattern[str]) -> Read:
    """Return a reader that gives the first group of a pattern; the whole text must match."""

    def read(text: str) -> str:
        return without_blanks(full_match(pattern, text).group(1))

    return read


def full_match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return match


def without_mark(mark: re.Pattern[str], text: str) -> str:
    """Return the text without the mark at its beginning."""
    match = mark.match(text)
    return text[match.end() :] if match else text


def without_blanks(text: str) -> str:
    if any(character.isspace() for character in text):
        raise Misread("It must not have blanks.")
    return text


def require_check_digits(text: str, digits: str, right: str) -> str:
    """Return `text` if `digits` are the `right` ones. Raise WrongCheck otherwise."""
    if digits.upper() != right:
        raise WrongCheck(right)
    return text
