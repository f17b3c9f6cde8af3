"""What looks into stored files promises: format and small preview, or the reason for none.

It never fails because of a file, changes nothing, keeps nothing, and takes a bounded time and memory, whatever the
bytes are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from repository.engines.store.port import ByteStore

VERSION = 1
"""of what is found; it grows when a file that was looked into should be looked into again"""


@dataclass(frozen=True, slots=True)
class FileToInspect:
    """An object of the store, its size in bytes, and the name that people gave the file."""

    object_key: str
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: the key of a format ("" for none), and a preview by its kind, or a reason.

    `is_final` is False where the reason is this machine rather than the file: another try may find more.
    """

    format: str = ""
    kind: str = ""
    body: Mapping[str, Any] | None = None
    reason: str = ""
    is_final: bool = True


class Inspector(Protocol):
    @property
    def is_looking(self) -> bool:
        """Whether it ever looks into a file."""

    def inspect(self, store: ByteStore, files: Sequence[FileToInspect]) -> Sequence[Finding]:
        """Return what is in each of the files, which are of one depositor; raises `Unavailable` of the store alone.

        A file that could see what the next ones are could tell it as its own: files of others come by another call.
        """

    def close(self) -> None:
        """End what it has started."""
