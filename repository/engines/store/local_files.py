"""Files and folders of a local store: written and flushed, with the errors of a disk in the house's words."""

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from repository.core.errors import NoRoom, Unavailable
from repository.engines.store.digests import BLOCK

NO_ROOM = "The store has no room left."
_NO_ANSWER = "The store does not answer."
_REASONS = {
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
    errno.EFBIG: NO_ROOM,
    errno.EROFS: "The store is read-only.",
    errno.EACCES: "The store refuses access.",
    errno.EPERM: "The store refuses access.",
    errno.EOPNOTSUPP: "The store's file system cannot link files.",
    errno.EMLINK: _NO_ANSWER,
    errno.EIO: _NO_ANSWER,
    errno.ENOENT: _NO_ANSWER,  # the root is gone; callers look for a missing object themselves
    errno.ENODEV: _NO_ANSWER,
    errno.ENXIO: _NO_ANSWER,
    errno.ENOTCONN: _NO_ANSWER,
    errno.ESTALE: _NO_ANSWER,
    errno.ETIMEDOUT: _NO_ANSWER,
    errno.EHOSTDOWN: _NO_ANSWER,
    errno.EMFILE: _NO_ANSWER,
    errno.ENFILE: _NO_ANSWER,
    errno.ENOMEM: _NO_ANSWER,
}

FLUSHED_AT_ONCE = 8
_CANNOT_COPY = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
"""What a file system answers that does not copy by itself (``man copy_file_range``)."""


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Turn errors of a failing disk into `Unavailable`; never put it around a source, whose errors pass."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        if reason is None:
            raise
        raise (NoRoom if reason == NO_ROOM else Unavailable)(reason) from error


@contextmanager
def new_file(path: Path, mode: int = 0o400) -> Iterator[int]:
    """Open the new file `path` for writing; later only reading is allowed, unless `mode` says otherwise."""
    with as_unavailable():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_all(descriptor: int, block: bytes) -> None:
    """Write all of `block`: a disk may take fewer bytes at a time."""
    with as_unavailable(), memoryview(block) as rest:
        written = 0
        while written < len(block):
            written += os.write(descriptor, rest[written:])


def read_small(path: str, most: int) -> tuple[bytes, float]:
    """Return all bytes of a file, at most `most`, and when it was last modified."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        expected = min(status.st_size, most)
        content = os.read(descriptor, expected)
        while len(content) < expected and (more := os.read(descriptor, most - len(content))):
            content += more
        return content, status.st_mtime
    finally:
        os.close(descriptor)


def flush_file(descriptor: int) -> None:
    """Make the bytes of an open file durable."""
    with as_unavailable():
        os.fsync(descriptor)


def flush_files(paths: Sequence[Path]) -> None:
    """Make the bytes of small files durable: side by side, so that the disk's journal takes many at once."""
    with as_unavailable(), ThreadPoolExecutor(min(FLUSHED_AT_ONCE, len(paths)), "flush") as threads:
        for _ in threads.map(_flush, paths):
            pass


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Make the entries of `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Keep out other threads and processes that lock `folder`; a process that dies gives its lock back."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def copy_file(source: Path, descriptor: int) -> None:
    """Append all bytes of `source` to an open file, without copying them where the file system can share blocks."""
    with as_unavailable(), source.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while left:
            copied = _copy(file.fileno(), descriptor, left)
            if not copied:
                raise Unavailable(_NO_ANSWER)
            left -= copied


def _copy(source: int, target: int, most: int) -> int:
    try:
        return os.copy_file_range(source, target, most)
    except OSError as error:
        if error.errno not in _CANNOT_COPY:
            raise
    block = os.read(source, min(most, BLOCK))
    write_all(target, block)
    return len(block)
