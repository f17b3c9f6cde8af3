"""The manifest of a backup: what it holds, and how that was proved."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from repository.core.errors import Unsuitable

NAME = "manifest.json"
FORMAT = 1
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of the backup by its name in the folder, with its length in bytes and digest."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`kind` is that of the database; `begun` and `finished` are times of ISO 8601 in UTC.

    `included` says whether the folder holds the objects that `objects` lists, which are `object_count` with
    `object_bytes`.  `faults` are what the store lacked already when it was copied.
    """

    release: str
    schema: str
    kind: str
    begun: str
    finished: str
    database: CopiedFile
    rows: Mapping[str, int]
    objects: CopiedFile
    object_count: int
    object_bytes: int
    included: bool
    verified: str
    faults: tuple[str, ...] = ()
    format: int = field(default=FORMAT)

    def write(self, folder: Path) -> None:
        """Make this the manifest of `folder` in one step, durably."""
        coming = folder / f"{NAME}.part"
        coming.unlink(missing_ok=True)
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        descriptor = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        coming.replace(folder / NAME)
        flush(folder)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup; raises `Unsuitable` if the folder holds no finished one."""
    try:
        values: dict[str, Any] = json.loads((folder / NAME).read_text("utf-8"))
        if values.get("format") != FORMAT:
            raise Unsuitable(f"{folder} is a backup of a format that this release does not read.")
        values |= {name: CopiedFile(**values[name]) for name in ("database", "objects")}
        return Manifest(**{**values, "faults": tuple(values["faults"])})
    except FileNotFoundError:
        raise Unsuitable(f"{folder} is no finished backup: it has no {NAME}.") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unsuitable(f"The manifest of {folder} cannot be read: {error}.") from error


def described(path: Path) -> CopiedFile:
    """Return name, length and digest of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return CopiedFile(path.name, path.stat().st_size, digest)


def require_whole(folder: Path, file: CopiedFile) -> Path:
    """Return the path of a file of the backup; raises `Unsuitable` unless it is as it was written."""
    path = folder / Path(file.name).name
    if not path.is_file() or described(path) != file:
        raise Unsuitable(f"The backup is damaged: {path} is missing or has changed since it was written.")
    return path


def flush(folder: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
