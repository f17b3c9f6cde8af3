"""Where downloaded files may lie: below one folder, whatever names a server tells."""

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from repository.client.client_errors import FileFault
from repository.client.files_here import WORK_FOLDER

RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{name}{n}" for name in ("COM", "LPT") for n in range(1, 10))})
"""names that are devices on Windows, with any ending"""


def fault_of_name(key: str) -> str:
    """Return why a name cannot be a place below the folder, empty if it can."""
    segments = key.split("/")
    if not key or key.startswith("/") or "\\" in key:
        return "it is no relative path"
    if any(segment.strip() in ("", ".", "..") for segment in segments):
        return "it leads out of the folder"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in key):
        return "it has control characters"
    if segments[0].casefold() == WORK_FOLDER:
        return f"{WORK_FOLDER} is kept for files that are not whole"
    if os.name == "nt" and any(_is_odd_on_windows(segment) for segment in segments):
        return "this system cannot have it"
    return ""


def _is_odd_on_windows(segment: str) -> bool:
    return ":" in segment or segment[-1] in ". " or segment.partition(".")[0].upper() in RESERVED


class SafeFolder:
    """The folder that files are downloaded into, and in it one for those that are not whole."""

    def __init__(self, root: Path, keys: Iterable[str]) -> None:
        self._root = root.resolve()
        self.work = self._root / WORK_FOLDER
        self.work.mkdir(parents=True, exist_ok=True)
        self._hidden_by = _same_elsewhere(keys) if _ignores_case(self.work) else {}

    def place(self, key: str) -> Path:
        """Return where a file belongs; raise `FileFault` for a name that leads elsewhere, also by links."""
        fault = fault_of_name(key)
        if not fault and key in self._hidden_by:
            fault = f"this disk cannot tell it from {self._hidden_by[key]!r}"
        place = self._root.joinpath(*key.split("/")) if not fault else self._root
        if not fault and not place.parent.resolve().is_relative_to(self._root):
            fault = "a link leads out of the folder"
        if fault:
            raise FileFault(f"{key!r}: {fault}")
        return place

    def part(self, key: str) -> Path:
        """Return where the file is while it is not whole; any name has one, and no two have the same."""
        return self.work / f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.part"

    def close(self) -> None:
        """Remove the folder of files that are not whole, if there are none."""
        if not any(self.work.iterdir()):
            self.work.rmdir()


def _ignores_case(folder: Path) -> bool:
    return folder.with_name(folder.name.upper()).exists()


def _same_elsewhere(keys: Iterable[str]) -> dict[str, str]:
    first: dict[str, str] = {}
    return {key: first[plain] for key in keys if first.setdefault(plain := _plain(key), key) != key}


def _plain(key: str) -> str:
    return unicodedata.normalize("NFC", key).casefold()
