"""The folder of a local store's objects: the place of each key, and how a whole file gets there."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from repository.core.errors import Conflict, NoRoom
from repository.engines.store.local_files import NO_ROOM, as_unavailable, flush_folder
from repository.engines.store.store_keys import name_of

_NO_SHELF = re.compile("[^a-z0-9]")
_OF_GROUP = 0o050
"""what leads through a folder"""


class ObjectFolder:
    """Objects by their keys below `folder`, in sub-folders ("shelves") by the first two letters.

    New bytes leave `reserve` bytes of the disk free: for the database, for deleting, for publishing what is there.
    With `for_group`, the group of the processes may read objects: a proxy in it can send them itself.
    """

    def __init__(self, folder: Path, reserve: int = 0, *, for_group: bool = False) -> None:
        self.folder = folder
        self._root = str(folder)
        self._for_group = for_group
        self._reserve = reserve
        self._durable: set[str] = set()

    def path(self, key: str) -> Path:
        """Return the file of an object; raises `ValueError` for a text that is no key."""
        return Path(self.place(key))

    def place(self, key: str) -> str:
        """Return the path as text: reading thousands of small files, making it costs as much as reading one."""
        return f"{self._root}/{_shelf_of(key[:2])}/{name_of(key)}"

    def size(self, key: str) -> int | None:
        """Return the length in bytes, None if there is no such object."""
        with as_unavailable():
            try:
                return os.stat(self.place(key)).st_size
            except FileNotFoundError:
                return None

    def sizes(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the lengths in bytes of those objects that are there."""
        sizes: dict[str, int] = {}
        stat, place = os.stat, self.place
        with as_unavailable():
            for key in keys:
                try:
                    sizes[key] = stat(place(key)).st_size
                except FileNotFoundError:
                    continue
        return sizes

    def room(self) -> int:
        """Return the free bytes of the disk."""
        with as_unavailable():
            return shutil.disk_usage(self.folder).free

    def require_room(self, size: int) -> None:
        """Raise `NoRoom` if the disk has no room for `size` bytes beside the reserve."""
        if self.room() < size + self._reserve:
            raise NoRoom(NO_ROOM)

    def while_there_is_room(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield `blocks`; raises `NoRoom` when the reserve of the disk is reached.

        Looking at each block costs next to nothing, and many uploads at once pass it by no more than a block each.
        """
        for block in blocks:
            self.require_room(len(block))
            yield block

    def require_free(self, key: str) -> None:
        """Raise `Conflict` if the key exists."""
        if self.size(key) is not None:
            raise _exists(key)

    def put_in_place(self, whole: Path, key: str) -> None:
        """Link the durable file `whole` under its key, durably; raises `Conflict` if the key exists."""
        self.put_all_in_place([(whole, key)])

    def put_all_in_place(self, files: Iterable[tuple[Path, str]]) -> None:
        """Link durable files under their keys, all or none, and flush each shelf once."""
        placed: list[Path] = []
        with as_unavailable():
            try:
                for whole, key in files:
                    placed.append(self._link(whole, key))
                for shelf in {path.parent for path in placed}:
                    flush_folder(shelf)
            except BaseException:
                for path in placed:
                    path.unlink()  # nobody was told of it, and it may be gone after a power cut
                raise

    def _link(self, whole: Path, key: str) -> Path:
        path = self.path(key)
        self._make_durable(path.parent)
        if self._for_group:
            whole.chmod(0o440)
        try:
            os.link(whole, path)
        except FileExistsError as error:
            raise _exists(key) from error
        return path

    def put_again_in_place(self, whole: Path, key: str) -> None:
        """Do the same as `put_in_place`; nothing changes if `whole` itself is there already."""
        path = self.path(key)
        with as_unavailable():
            is_placed = path.exists() and path.samefile(whole)
            if is_placed:
                flush_folder(path.parent)  # a kill may have come between the link and its flush
        if not is_placed:
            self.put_in_place(whole, key)

    def open_to_group(self) -> None:
        """Let the group pass through the folders that lead to objects: earlier processes may have made them private."""
        for folder in (self.folder.parent, self.folder, *filter(Path.is_dir, self.folder.iterdir())):
            mode = folder.stat().st_mode & 0o7777
            if mode & _OF_GROUP != _OF_GROUP:
                folder.chmod(mode | _OF_GROUP)

    def make_folder(self, folder: Path) -> None:
        """Make a folder that leads to objects, if it is missing; its mode does not depend on the process's umask."""
        if not folder.is_dir():
            folder.mkdir(0o700, exist_ok=True)
            if self._for_group:
                folder.chmod(0o750)

    def _make_durable(self, folder: Path) -> None:
        """Make `folder` if missing and flush its entry: a process that made it may not have done so yet."""
        self.make_folder(folder)
        if str(folder) not in self._durable:
            flush_folder(folder.parent)
            self._durable.add(str(folder))


@lru_cache(maxsize=4096)
def _shelf_of(beginning: str) -> str:
    """Return the sub-folder: few ones, soon all there, for making one costs more flushes than storing an object."""
    return _NO_SHELF.sub("_", beginning).ljust(2, "_")


def _exists(key: str) -> Conflict:
    return Conflict(f"There is already a stored object {key!r}.")
