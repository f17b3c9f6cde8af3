"""What is on this machine: files with the names they get in a record, and their digests."""

import base64
import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from repository.client.client_errors import FileFault, UsageFault

BLOCK_BYTES = 1 << 18
WORK_FOLDER = ".repository-download"
"""Beside downloaded files: those that are not whole yet."""
NAMES = {"md5": "md5", "sha256": "sha-256"}
"""Algorithms by our name and by that of RFC 9530, section 5."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to send: `key` is its name in the record.

    `size` and `changed`, in nanoseconds, are those of the moment when it was looked at.
    """

    key: str
    path: Path
    size: int
    changed: int

    def blocks(self, begin: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield bytes from a position on; raise `FileFault` if the file became shorter or was replaced."""
        left = self.size - begin if size is None else size
        try:
            with self.path.open("rb", buffering=0) as stream:
                stream.seek(begin)
                while left and (block := stream.read(min(BLOCK_BYTES, left))):
                    left -= len(block)
                    yield block
        except OSError as error:
            raise FileFault(f"{self.path}: {error.strerror or error}") from error
        if left:
            raise FileFault(f"{self.path}: it became shorter while it was read")

    def require_unchanged(self) -> None:
        """Raise `FileFault` if somebody has written to the file since it was looked at."""
        try:
            now = self.path.stat()
        except OSError as error:
            raise FileFault(f"{self.path}: {error.strerror or error}") from error
        if (now.st_size, now.st_mtime_ns) != (self.size, self.changed):
            raise FileFault(f"{self.path}: it was changed while it was sent")


@dataclass(frozen=True, slots=True)
class Selection:
    """Files in the order of their names; `hidden` counts those that were left out because of their names."""

    files: Sequence[LocalFile]
    hidden: int = 0


def selected(paths: Iterable[Path], *, hidden: bool = False, prefix: str = "") -> Selection:
    """Return the files that `paths` name: a file by its name, a folder's files by their paths inside it.

    Hidden files and folders, which begin with a dot, are left out unless `hidden` or they are named themselves.  Links
    are followed, but not around in a circle.  Raises `UsageFault` for two files of one name and for what is no file.
    """
    files: dict[str, LocalFile] = {}
    skipped: list[Path] = []
    try:
        for key, place in (named for path in paths for named in _files_at(path, hidden, skipped)):
            file = _local_file(_key(f"{prefix}{key}"), place)
            if file.key in files:
                raise UsageFault(f"{files[file.key].path} and {place} would both be {file.key!r} in the record.")
            files[file.key] = file
    except OSError as error:
        raise UsageFault(f"{error.filename}: {error.strerror}") from error
    return Selection([files[key] for key in sorted(files)], len(skipped))


def _files_at(path: Path, hidden: bool, skipped: list[Path]) -> Iterator[tuple[str, Path]]:
    if not path.exists():
        raise UsageFault(f"There is no file {str(path)!r}.")
    if not path.is_dir():
        yield path.absolute().name, path
        return
    yield from _files_below(path, "", (_identity(path),), hidden, skipped)


def _files_below(
    folder: Path, base: str, above: tuple[tuple[int, int], ...], hidden: bool, skipped: list[Path]
) -> Iterator[tuple[str, Path]]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        place = Path(entry.path)
        if entry.name == WORK_FOLDER:
            continue
        if entry.name.startswith(".") and not hidden:
            skipped.append(place)
        elif entry.is_dir():
            identity = _identity(place)
            if identity in above:
                raise UsageFault(f"{place}: this link leads back to a folder that it lies in.")
            yield from _files_below(place, f"{base}{entry.name}/", (*above, identity), hidden, skipped)
        else:
            yield f"{base}{entry.name}", place


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _key(text: str) -> str:
    """Return a name as records keep it, composed (Unicode Normalization Form C)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageFault(f"{os.fsencode(text)!r}: the file's name is no UTF-8.") from None
    return unicodedata.normalize("NFC", text)


def _local_file(key: str, path: Path) -> LocalFile:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise UsageFault(f"{path} is no file with content.")
    return LocalFile(key, path, status.st_size, status.st_mtime_ns)


def digest_of(blocks: Iterable[bytes], algorithm: str, watch: Callable[[int], None] | None = None) -> str:
    """Return the digest of bytes in lower-case hexadecimal; `watch` is told how many were read."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for block in blocks:
        digest.update(block)
        if watch:
            watch(len(block))
    return digest.hexdigest()


def repr_digest(algorithm: str, digest: str) -> str:
    """Return the value of ``Repr-Digest`` (RFC 9530, section 3)."""
    return f"{NAMES[algorithm]}=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"
