"""Objects of the store on their way into a backup, and back."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path

from repository.core.errors import NotFound
from repository.engines.store.port import ByteStore, StoredObject
from repository.engines.store.store_keys import name_of

_AT_ONCE = 8
_BATCH = 1000
_BLOCK = 1 << 20
_NO_LINK = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EACCES)
UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object that the database refers to: its length in bytes, and its SHA-256 if it is known."""

    key: str
    size: int
    sha256: str

    @classmethod
    def of_line(cls, line: str) -> "ListedObject":
        key, size, sha256 = line.rstrip("\n").split("\t")
        return cls(key, int(size), sha256)

    @property
    def line(self) -> str:
        return f"{self.key}\t{self.size}\t{self.sha256}\n"

    def place(self, folder: Path) -> Path:
        """Return where the backup in `folder` has it."""
        return folder / "objects" / self.key[:2].replace("/", "_") / name_of(self.key)

    def agrees(self, size: int, sha256: str) -> bool:
        return size == self.size and self.sha256 in (UNKNOWN, sha256)


class ObjectFate(StrEnum):
    """What became of one object."""

    COPIED = "copied"
    LINKED = "linked"
    THERE = "there already"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass
class Tally:
    """How many objects had each fate, and the keys of those that had a bad one."""

    counts: dict[ObjectFate, int] = field(default_factory=lambda: dict.fromkeys(ObjectFate, 0))
    bad: dict[str, ObjectFate] = field(default_factory=dict)

    def note(self, key: str, fate: ObjectFate) -> None:
        self.counts[fate] += 1
        if fate in (ObjectFate.MISSING, ObjectFate.DAMAGED):
            self.bad[key] = fate

    @property
    def words(self) -> str:
        return ", ".join(f"{count} {fate.value}" for fate, count in self.counts.items() if count) or "none"


def listed_in(path: Path) -> Iterator[ListedObject]:
    """Yield the objects of a list, in the order of their keys."""
    with path.open(encoding="utf-8") as lines:
        yield from map(ListedObject.of_line, lines)


def carry(objects: Iterable[ListedObject], act: Callable[[ListedObject], ObjectFate]) -> Tally:
    """Do `act` for every object, several at once, and count what became of them."""
    tally, rest = Tally(), iter(objects)
    with ThreadPoolExecutor(_AT_ONCE, "objects") as threads:
        while batch := list(islice(rest, _BATCH)):
            for listed, fate in zip(batch, threads.map(act, batch), strict=True):
                tally.note(listed.key, fate)
    return tally


def fetch(store: ByteStore, listed: ListedObject, folder: Path, *, link: bool) -> ObjectFate:
    """Bring an object into the backup, unless the last backup has left it there; bytes that disagree are kept."""
    place = listed.place(folder)
    if place.is_file() and place.stat().st_size == listed.size:
        return ObjectFate.THERE
    place.parent.mkdir(0o700, parents=True, exist_ok=True)
    source = store.local_path(listed.key) if link else None
    if source is not None and _link(source, place):
        return ObjectFate.LINKED if place.stat().st_size == listed.size else ObjectFate.DAMAGED
    try:
        size, sha256 = _copy(store, listed.key, place)
    except NotFound:
        return ObjectFate.MISSING
    return ObjectFate.COPIED if listed.agrees(size, sha256) else ObjectFate.DAMAGED


def bring_back(store: ByteStore, listed: ListedObject, folder: Path) -> ObjectFate:
    """Put an object into the store if it is missing there or has another length."""
    size = store.size(listed.key)
    if size == listed.size:
        return ObjectFate.THERE
    place = listed.place(folder)
    if not place.is_file():
        return ObjectFate.MISSING if size is None else ObjectFate.DAMAGED
    if not listed.agrees(*_measured(place)):
        return ObjectFate.DAMAGED
    if size is not None:
        store.remove([listed.key])
    with place.open("rb") as source:
        digests = store.write(listed.key, source, limit=listed.size, size=listed.size)
    return ObjectFate.COPIED if listed.agrees(digests.size, digests.sha256) else ObjectFate.DAMAGED


def only_look(store: ByteStore, listed: ListedObject) -> ObjectFate:
    """Return whether the store has the object."""
    size = store.size(listed.key)
    if size is None:
        return ObjectFate.MISSING
    return ObjectFate.THERE if size == listed.size else ObjectFate.DAMAGED


def unknown_objects(store: ByteStore, objects: Iterable[ListedObject]) -> Iterator[StoredObject]:
    """Yield objects of the store that no line lists."""
    known = {listed.key for listed in objects}
    return (stored for stored in store.objects() if stored.key not in known)


def forget_others(folder: Path, objects: Iterable[ListedObject]) -> None:
    """Remove from a backup the objects of earlier backups that are not on its list any more."""
    known = {listed.place(folder).name for listed in objects}
    for path in (folder / "objects").glob("*/*"):
        if path.name not in known:
            path.unlink()


def _link(source: Path, place: Path) -> bool:
    try:
        place.unlink(missing_ok=True)
        os.link(source, place)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return False
    return True


def _copy(store: ByteStore, key: str, place: Path) -> tuple[int, str]:
    """Write the bytes of `key` to `place`, whole or not at all, and return their length and SHA-256."""
    part = place.with_name(f".{place.name}.part")
    part.unlink(missing_ok=True)
    size, digest = 0, hashlib.sha256()
    with closing(store.open(key)) as source:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            while block := source.read(_BLOCK):
                target.write(block)
                digest.update(block)
                size += len(block)
            target.flush()
            os.fsync(target.fileno())
    part.replace(place)
    return size, digest.hexdigest()


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
