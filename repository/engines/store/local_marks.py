"""Marks of a local store: small files beside its objects, which only the owner of the processes may read."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from repository.core.errors import Conflict
from repository.engines.store.local_files import as_unavailable, flush_file, flush_folder, new_file, write_all
from repository.engines.store.store_keys import key_of, name_of

_PRIVATE = 0o600


class LocalMarks:
    """Marks in `folder`; they are written in `incoming`, and moved or linked to their name whole."""

    def __init__(self, folder: Path, incoming: Path) -> None:
        self.folder = folder
        self._incoming = incoming

    def read(self, name: str) -> bytes | None:
        """Return the content, None if there is no such mark."""
        path = self.folder / name_of(name)
        with as_unavailable():
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def write(self, name: str, content: bytes) -> None:
        """Set the content, whatever it was."""
        path = self.folder / name_of(name)
        with self._written(content) as whole, as_unavailable():
            os.replace(whole, path)
            flush_folder(self.folder)

    def create(self, name: str, content: bytes) -> None:
        """Make a mark; raises `Conflict` if it is there."""
        path = self.folder / name_of(name)
        with self._written(content) as whole, as_unavailable():
            try:
                os.link(whole, path)
            except FileExistsError as error:
                raise Conflict(f"There is already a mark {name!r}.") from error
            flush_folder(self.folder)

    def names(self, prefix: str = "") -> Sequence[str]:
        """Return the names that begin with `prefix`, in their order."""
        with as_unavailable():
            try:
                names = map(key_of, os.listdir(self.folder))
            except FileNotFoundError:
                return []
            return sorted(name for name in names if name is not None and name.startswith(prefix))

    def remove(self, name: str) -> None:
        """Remove a mark, if it is there."""
        path = self.folder / name_of(name)
        with as_unavailable(), suppress(FileNotFoundError):
            path.unlink()
            flush_folder(self.folder)

    @contextmanager
    def _written(self, content: bytes) -> Iterator[Path]:
        """Write a new durable file, which is gone after the block; a kill leaves it to `LocalStore.clear_abandoned`."""
        with as_unavailable():
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700, exist_ok=True)
                flush_folder(self.folder.parent)
        whole = self._incoming / f"{os.getpid()}-{secrets.token_hex(12)}"
        try:
            with new_file(whole, _PRIVATE) as descriptor:
                write_all(descriptor, content)
                flush_file(descriptor)
            yield whole
        finally:
            with as_unavailable():
                whole.unlink(missing_ok=True)
