"""How identifiers are read: the errors that readers raise, and what most of them are made of."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

Read = Callable[[str], str]
"""From an identifier as written to its normal form; raises ValueError."""

BLANKS_AND_HYPHENS = re.compile(r"[\s-]+")


class Misread(ValueError):
    """Is not written as the scheme wants it; its text is a sentence that tells people why."""


class WrongCheck(Misread):
    """Is written as the scheme wants it, but its check digit does not belong to the rest."""

    def __init__(self, right: str) -> None:
        digits = "check digit" if len(right) == 1 else "check digits"
        super().__init__(f"Its {digits} should be {right}.")


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
    """A reader that gives the first group of a pattern, which has to match the whole text."""

    def read(text: str) -> str:
        return without_blanks(matched(pattern, text).group(1))

    return read


def matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def after(mark: re.Pattern[str], text: str) -> str:
    """The text without a mark that it begins with."""
    found = mark.match(text)
    return text[found.end() :] if found else text


def without_blanks(text: str) -> str:
    if any(character.isspace() for character in text):
        raise Misread("It must not have blanks.")
    return text


def checked(text: str, given: str, right: str) -> str:
    """`text`, when the check digits that it was given are the right ones; else raises WrongCheck."""
    if given.upper() != right:
        raise WrongCheck(right)
    return text
