"""Names that cannot be unpacked side by side.

A file and a folder cannot have one name, and two spellings of one name in Unicode (NFC, NFD) are one to many disks.
Names that differ by case stay apart, as in the InvenioRDM contract: the systems that people compute on keep them apart.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod

from repository.core.errors import FieldError
from repository.dataset.unicode_forms import normalised
from repository.files.rules import MOST_NAMED

MOST_SPELLINGS = 64


class Names:
    """The names of one set that matter, each by its normal spelling (Unicode NFC, UAX #15)."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        """Take in a name."""
        self._files.setdefault(_normal(key), key)
        for folder in folders_of(key):
            self._folders.setdefault(_normal(folder), key)

    def clash(self, key: str) -> str | None:
        """Return why `key` cannot stand beside the names that are here, None if it can."""
        normal = _normal(key)
        taken = self._files.get(normal)
        if taken == key:
            return f"File with key {key} already exists."
        if taken is not None:
            return f"'{taken}' is the same name, spelt with other Unicode characters (NFC, NFD): a disk holds only one."
        if normal in self._folders:
            return f"'{self._folders[normal]}' is in a folder of this name: a disk cannot hold a file of it too."
        for folder in folders_of(key):
            if (file := self._files.get(_normal(folder))) is not None:
                return f"'{file}' is a file: a disk cannot hold a folder of this name too."
        return None


def clashes(keys: Iterable[str]) -> list[FieldError]:
    """Return an error for each name that cannot stand beside those before it; at most `MOST_NAMED`, and one more."""
    names, errors = Names(), []
    for key in keys:
        if fault := names.clash(key):
            errors.append(FieldError.of(f"files.entries.{key}", fault))
            if len(errors) > MOST_NAMED:
                return [*errors[:-1], FieldError.of("files.entries", "There are more.")]
        else:
            names.add(key)
    return errors


def folders_of(key: str) -> Iterator[str]:
    """Yield the folders that the name lies in, the outermost first."""
    segments = key.split("/")
    return ("/".join(segments[:depth]) for depth in range(1, len(segments)))


def spellings(key: str) -> frozenset[str]:
    """Return the ways to write the name that are likely to be there: each part as typed, composed and decomposed."""
    if key.isascii():
        return frozenset({key})
    parts = [{part, _normal(part), normalised("NFD", part)} for part in key.split("/")]
    if prod(map(len, parts)) > MOST_SPELLINGS:
        return frozenset({key, _normal(key), normalised("NFD", key)})
    return frozenset(map("/".join, product(*parts)))


def _normal(text: str) -> str:
    return normalised("NFC", text)
