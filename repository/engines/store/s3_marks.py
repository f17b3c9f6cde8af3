"""Marks of an S3 store: small objects under a prefix that no key of the store can have."""

from collections.abc import Sequence
from io import BytesIO

from repository.core.errors import Conflict, NotFound
from repository.engines.store.s3_errors import as_unavailable
from repository.engines.store.s3_objects import S3Objects
from repository.engines.store.store_keys import require_key

FOLDER = "Marks/"
"""The capital letter: no object of the store is called so, and nobody lists it as one."""
MOST_BYTES = 1 << 20


class S3Marks:
    """Marks beside the objects."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects

    def read(self, name: str) -> bytes | None:
        """Return the content, None if there is no such mark."""
        try:
            with self._objects.open(self._name(name)) as stored:
                return stored.read()
        except NotFound:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Set the content, whatever it was."""
        target = self._objects.target(self._name(name))
        with as_unavailable():
            self._objects.clients.patient.put_object(**target, Body=content)

    def create(self, name: str, content: bytes) -> None:
        """Make a mark; raises `Conflict` if it is there."""
        try:
            self._objects.write(self._name(name), BytesIO(content), limit=MOST_BYTES)
        except Conflict as error:
            raise Conflict(f"There is already a mark {name!r}.") from error

    def names(self, prefix: str = "") -> Sequence[str]:
        """Return the names that begin with `prefix`, in their order."""
        begin = len(self._objects.prefix) + len(FOLDER)
        pages = self._objects.pages("list_objects_v2", "Contents", FOLDER + prefix)
        return sorted(entry["Key"][begin:] for page in pages for entry in page)

    def remove(self, name: str) -> None:
        """Remove a mark, if it is there."""
        self._objects.remove([self._name(name)])

    def _name(self, name: str) -> str:
        require_key(name)
        return f"{self._objects.prefix}{FOLDER}{name}"
