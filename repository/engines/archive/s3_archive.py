"""The archive in a bucket of an S3 server.

Each file is an object, named by its path below the prefix of the address.
"""

from collections.abc import Iterator
from typing import BinaryIO

from repository.core.errors import Conflict, NotFound
from repository.engines.archive.port import ArchivedFile, require_path
from repository.engines.store.port import FileDigests
from repository.engines.store.s3_address import S3Address
from repository.engines.store.s3_bucket import prepare_bucket
from repository.engines.store.s3_clients import s3_clients
from repository.engines.store.s3_objects import S3Objects
from repository.engines.store.s3_writes import LARGEST


class S3Archive:
    """An archive in the bucket that `address` names; `prepare` makes the bucket."""

    def __init__(self, address: S3Address) -> None:
        """Nothing is asked yet; raises `ValueError` when there are no credentials."""
        self.place = address
        self._clients = s3_clients(address)
        self._objects = S3Objects(self._clients, address)

    def prepare(self) -> None:
        """Create the bucket if it is missing."""
        prepare_bucket(self._clients.patient, self.place)

    def write_once(self, path: str, source: BinaryIO) -> FileDigests:
        """Store all of `source` (see the port)."""
        name = self._name(path)
        if self._objects.size(name) is not None:  # refused again by the server; here to spare the bytes
            raise _exists(path)
        try:
            return self._objects.write(name, source, limit=LARGEST)
        except Conflict as error:
            raise _exists(path) from error

    def open(self, path: str, start: int = 0) -> BinaryIO:
        """Return the file's bytes from `start`, empty past its end; raises `NotFound`."""
        try:
            return self._objects.open(self._name(path), start)
        except NotFound as error:
            raise NotFound(f"The archive has no file {path!r}.") from error

    def size(self, path: str) -> int | None:
        """Return the length in bytes, None if there is no such file."""
        return self._objects.size(self._name(path))

    def exists(self, path: str) -> bool:
        """Return whether there is such a file."""
        return self.size(path) is not None

    def list(self, folder: str = "") -> Iterator[ArchivedFile]:
        """Yield the files below `folder` (see the port), a page at a time."""
        if folder:
            require_path(folder)
        for page in self._objects.pages("list_objects_v2", "Contents", f"{folder}/" if folder else ""):
            for entry in page:
                yield ArchivedFile(entry["Key"].removeprefix(self.place.prefix), int(entry["Size"]))

    def close(self) -> None:
        """Close connections."""
        self._clients.close()

    def _name(self, path: str) -> str:
        require_path(path)
        return self.place.prefix + path


def _exists(path: str) -> Conflict:
    return Conflict(f"The archive already has a file {path!r}.")
