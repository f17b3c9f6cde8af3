"""Names that cannot be unpacked side by side.

A file and a folder cannot have one name, and two spellings of one name in Unicode (NFC, NFD) are one to many disks.
Names that differ by case stay apart, as in the InvenioRDM contract: the systems that people compute on keep them apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from repository.core.errors import FieldError, Invalid
from repository.dataset.unicode_forms import normalised
from repository.files.rules import MOST_NAMED, Declared, fault_of_key

MOST_SPELLINGS = 16
"""of one name"""
MOST_FOLDERS = 20_000
"""that are named in one request, each spelling for itself"""


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


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Files to come under possible names, and the spellings of names that could be in their way in a set.

    `same` are spellings of the names themselves, `above` of the folders that they lie in.
    """

    declared: Sequence[Declared]
    same: frozenset[str]
    above: frozenset[str]


def named_files(declared: Sequence[Declared]) -> NamedFiles:
    """Return files with names that are possible side by side; raise `Invalid`, which tells of the others."""
    errors = [
        FieldError.of(f"{index}.key", fault) for index, file in enumerate(declared) if (fault := fault_of_key(file.key))
    ]
    if errors:
        raise Invalid(errors=errors)
    keys = [file.key for file in declared]
    if sum(key.count("/") for key in keys) > MOST_FOLDERS:
        raise _too_many_folders()
    require_no_clash(keys)
    same = frozenset(spelling for key in keys for spelling in spellings(key))
    above: set[str] = set()
    for folder in {folder for key in keys for folder in folders_of(key)}:
        above |= spellings(folder)
        if len(above) > MOST_FOLDERS:
            raise _too_many_folders()
    return NamedFiles(declared, same, frozenset(above))


def names_apart(declared: Iterable[Declared]) -> NamedFiles:
    """Return those files, with possible names, that can stand side by side; raise `Invalid` for too many folders."""
    names, apart = Names(), []
    for file in declared:
        if names.clash(file.key) is None:
            names.add(file.key)
            apart.append(file)
    return named_files(apart)


def named_file(key: str, size: int | None) -> NamedFiles:
    """Return one file to come that was not declared before; raises `Invalid`."""
    if fault := fault_of_key(key):
        raise Invalid.field("key", fault)
    return named_files([Declared(key, size)])


def _too_many_folders() -> Invalid:
    return Invalid.field("_schema", "These files lie in too many folders: name fewer of them at once.")


def require_no_clash(keys: Sequence[str], near: Iterable[str] = ()) -> None:
    """Raise `Invalid` for the first name that is taken, or that no disk can hold beside the others."""
    names = Names(near)
    for index, key in enumerate(keys):
        if fault := names.clash(key):
            raise Invalid(fault, [FieldError.of(f"{index}.key", fault)])
        names.add(key)


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


def case_twins(keys: Sequence[str], near: Iterable[str] = ()) -> list[FieldError]:
    """Return a warning for each name that differs from another one in case only; at most `MOST_NAMED`.

    Some disks take both for one (Unicode Standard, section 3.13: caseless matching).
    """
    seen: dict[str, str] = {}
    for key in near:
        seen.setdefault(_caseless(key), key)
    warnings: list[FieldError] = []
    for index, key in enumerate(keys):
        other = seen.setdefault(_caseless(key), key)
        if other != key and len(warnings) < MOST_NAMED:
            message = f"'{other}' differs in case only: some disks hold only one of them."
            warnings.append(FieldError(f"{index}.key", (message,), harmless=True))
    return warnings


def _caseless(key: str) -> str:
    return _normal(key.casefold())


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
