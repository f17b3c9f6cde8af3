"""Uploads in parts into a local store.

::

    root/uploads/<id>/<key>/00001-<md5>    a part, whole and durable
    root/uploads/<id>/<key>/stream-<n>     appended bytes, of which the first n are durable
    root/uploads/<id>/<key>/new-…          a part being received
    root/uploads/<id>/<key>/whole          the object, before it is linked under its key
    root/uploads/<id>/<key>/completed      nothing: the object exists

The name of a file says what is durable of it, and a file gets its name in one step after its bytes were flushed.
So a kill or power cut at any instruction leaves each part whole or as it was before, and a stream that is cut back to
the size in its name.  To complete, the parts are copied into ``whole``; a file system that shares blocks between files
copies none.  One part, or a stream, becomes the object as it is.
"""

import os
import re
import secrets
import shutil
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from repository.engines.store.digests import announced, blocks
from repository.engines.store.local_files import (
    as_unavailable,
    copy_file,
    flush_file,
    flush_folder,
    locked_folder,
    new_file,
    write_all,
)
from repository.engines.store.local_objects import ObjectFolder
from repository.engines.store.parts import DigestedPart, no_upload, other_offset, require_part, require_parts
from repository.engines.store.port import StoredPart, UploadToken
from repository.engines.store.store_keys import key_of, name_of

FLUSHED_EVERY = 64 << 20
"""Bytes of a stream between two flushes: what a kill can cost the sender."""
_PART = re.compile(r"([0-9]{5})-([0-9a-f]{32})")
_STREAM = re.compile(r"stream-([0-9]+)")
_ID = re.compile(r"[0-9a-f]{32}")


class LocalUploads:
    """Uploads below `folder` whose objects go to `objects`."""

    def __init__(self, folder: Path, objects: ObjectFolder) -> None:
        self.folder = folder
        self._objects = objects

    def begin(self, key: str, size: int) -> UploadToken:
        """Make the upload's folder; raises `Unavailable` if the disk has no room for `size` bytes."""
        self._objects.require_free(key)
        self._objects.require_room(size)
        token = UploadToken(key, secrets.token_hex(16))
        folder = self._folder(token)
        with as_unavailable():
            folder.parent.mkdir(0o700)
            folder.mkdir(0o700)
            flush_folder(folder.parent)
            flush_folder(self.folder)
        return token

    @property
    def origin(self) -> None:
        """None: a directory has no address."""

    def sign_part(self, token: UploadToken, number: int, lifetime: timedelta, md5: str | None = None) -> None:  # noqa: ARG002
        """Return None: a directory serves nobody."""
        require_part(number, 1)

    def put_part(
        self, token: UploadToken, number: int, source: BinaryIO, *, size: int, md5: str | None = None
    ) -> StoredPart:
        """Store a part (see the port): receive it under another name, then give it its own."""
        require_part(number, size)
        folder = self._open_folder(token)
        self._objects.require_room(size)
        incoming = folder / f"new-{secrets.token_hex(12)}"
        blocks = self._objects.while_there_is_room(announced(source, limit=size, size=size))
        part = DigestedPart(blocks, number, md5)
        try:
            with new_file(incoming) as descriptor:
                for block in part:
                    write_all(descriptor, block)
                flush_file(descriptor)
            with as_unavailable(), _unless_gone(token), locked_folder(folder):
                _replace_part(folder, incoming, number, part.md5)
        finally:
            with as_unavailable(), suppress(FileNotFoundError):
                incoming.unlink()
        return StoredPart(number, size, part.md5)

    def list_parts(self, token: UploadToken) -> Sequence[StoredPart]:
        """Return the parts, or what was appended as one part."""
        folder = self._open_folder(token)
        with as_unavailable(), _unless_gone(token):
            return [part for part, _ in _parts_in(folder)]

    def complete(self, token: UploadToken, parts: Sequence[StoredPart]) -> int:
        """Make the object (see the port); what a kill interrupted is done to its end by the next call."""
        folder = self._folder(token)
        with as_unavailable(), _unless_gone(token), locked_folder(folder):
            if not (folder / "completed").exists():
                whole = folder / "whole"
                if not whole.exists():
                    self._make_whole(folder, parts)
                self._objects.put_again_in_place(whole, token.key)
                _keep_only_the_mark(folder)
        size = self._objects.size(token.key)
        if size is None:  # it was removed since
            raise no_upload(token)
        return size

    def arrived_md5(self, _token: UploadToken, _parts: Sequence[StoredPart]) -> str | None:
        """Return None: no part is kept whose sender was cut off."""
        return None

    def _make_whole(self, folder: Path, parts: Sequence[StoredPart]) -> None:
        """Make the durable file ``whole`` out of `parts`; raises `Invalid` if they are not what has arrived."""
        files = dict(_parts_in(folder))
        require_parts(parts, list(files))
        if len(parts) == 1:
            _cut(files[parts[0]], parts[0].size)
            files[parts[0]].rename(folder / "whole")
        else:
            self._join([files[part] for part in parts], folder)
        flush_folder(folder)

    def _join(self, parts: Sequence[Path], folder: Path) -> None:
        """Copy `parts` one after another into ``whole``; nothing is left of a copy for which there is no room."""
        joined = folder / f"new-{secrets.token_hex(12)}"
        try:
            with new_file(joined) as descriptor:
                for part in parts:
                    self._objects.require_room(part.stat().st_size)
                    copy_file(part, descriptor)
                flush_file(descriptor)
            joined.rename(folder / "whole")
        finally:
            joined.unlink(missing_ok=True)

    def discard(self, token: UploadToken) -> None:
        """Remove the upload's folder, durably; the object of a completed upload is elsewhere."""
        folder = self._folder(token)
        with as_unavailable(), suppress(FileNotFoundError), locked_folder(folder):
            shutil.rmtree(folder.parent)
            flush_folder(self.folder)

    def append(self, token: UploadToken, offset: int, source: BinaryIO) -> int:
        """Append all of `source` (see the port), with a flush every `FLUSHED_EVERY` bytes.

        At the reserve of the disk this ends like any other interruption: what is durable stays.
        """
        folder = self._open_folder(token)
        with as_unavailable(), _unless_gone(token):
            stream = _stream_in(folder)
            durable = _size_named(stream)
        if offset != durable:
            raise other_offset(durable, offset)
        with _Appending(stream, durable) as appending:
            for block in self._objects.while_there_is_room(blocks(source)):
                appending.add(block)
        return appending.durable

    def appended_size(self, token: UploadToken) -> int:
        """Return the size in the stream's name; bytes behind it may be lost in a power cut."""
        folder = self._open_folder(token)
        with as_unavailable(), _unless_gone(token):
            return _size_named(_stream_in(folder))

    def clear(self, before: float, keep: Container[str]) -> int:
        """Remove uploads, of keys that are not in `keep`, without a change since `before` (POSIX time)."""
        cleared = 0
        with as_unavailable():
            for upload in filter(Path.is_dir, self.folder.iterdir()):
                with suppress(FileNotFoundError):  # it was discarded meanwhile
                    if not _has_key_of(upload, keep) and _last_change(upload) <= before:
                        shutil.rmtree(upload)
                        cleared += 1
        return cleared

    def _folder(self, token: UploadToken) -> Path:
        if not _ID.fullmatch(token.upload_id):
            raise no_upload(token)
        return self.folder / token.upload_id / name_of(token.key)

    def _open_folder(self, token: UploadToken) -> Path:
        """Return the folder of an upload that takes bytes; raises `NotFound` if it is discarded or completed."""
        folder = self._folder(token)
        with as_unavailable():
            self.folder.stat()  # without the store's own folder the upload is not gone: the disk is
            if not folder.is_dir() or (folder / "completed").exists():
                raise no_upload(token)
        return folder


class _Appending:
    """Bytes on their way into a stream; what has come is flushed when the block ends, also by an error."""

    def __init__(self, stream: Path, durable: int) -> None:
        self.durable = durable
        self._stream = stream
        self._unflushed = 0

    def __enter__(self) -> "_Appending":
        with as_unavailable():
            self._descriptor = os.open(self._stream, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.ftruncate(self._descriptor, self.durable)
            os.lseek(self._descriptor, self.durable, os.SEEK_SET)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._flush()
        finally:
            os.close(self._descriptor)

    def add(self, block: bytes) -> None:
        write_all(self._descriptor, block)
        self._unflushed += len(block)
        if self._unflushed >= FLUSHED_EVERY:
            self._flush()

    def _flush(self) -> None:
        flush_file(self._descriptor)
        size = self.durable + self._unflushed
        named = self._stream.with_name(f"stream-{size:015}")
        with as_unavailable():
            self._stream.rename(named)
            flush_folder(named.parent)
        self._stream, self.durable, self._unflushed = named, size, 0


@contextmanager
def _unless_gone(token: UploadToken) -> Iterator[None]:
    """Raise `NotFound` if the upload's folder vanishes: it was discarded meanwhile."""
    try:
        yield
    except FileNotFoundError as error:
        raise no_upload(token) from error


def _replace_part(folder: Path, incoming: Path, number: int, md5: str) -> None:
    """Let `incoming` be the part.  The folder is locked: two senders of one part do not undo each other."""
    name = f"{number:05}-{md5}"
    incoming.rename(folder / name)
    for earlier in folder.glob(f"{number:05}-*"):
        if earlier.name != name:
            earlier.unlink()
    flush_folder(folder)


def _parts_in(folder: Path) -> list[tuple[StoredPart, Path]]:
    """Return the parts and their files.  A kill can leave two files of one part; the newer one counts."""
    newest: dict[int, tuple[int, StoredPart, Path]] = {}
    for path in folder.iterdir():
        if part := _part_at(path):
            changed = path.stat().st_mtime_ns
            if part.number not in newest or newest[part.number][0] < changed:
                newest[part.number] = (changed, part, path)
    return [(part, path) for _, (_, part, path) in sorted(newest.items())]


def _part_at(path: Path) -> StoredPart | None:
    if match := _PART.fullmatch(path.name):
        return StoredPart(int(match[1]), path.stat().st_size, match[2])
    if (match := _STREAM.fullmatch(path.name)) and int(match[1]):
        return StoredPart(1, int(match[1]), path.name)
    return None


def _stream_in(folder: Path) -> Path:
    names = [path for path in folder.iterdir() if _STREAM.fullmatch(path.name)]
    return names[0] if names else folder / "stream-0"


def _size_named(stream: Path) -> int:
    return int(stream.name.partition("-")[2])


def _cut(path: Path, size: int) -> None:
    """Take away what a stream has behind its durable `size`; from now on its file can only be read."""
    if path.stat().st_size != size:
        with path.open("r+b") as file:
            file.truncate(size)
            flush_file(file.fileno())
    path.chmod(0o400)


def _keep_only_the_mark(folder: Path) -> None:
    """Mark the upload as completed, and let go of its bytes."""
    (folder / "completed").touch()
    flush_folder(folder)
    for path in folder.iterdir():
        if path.name != "completed":
            path.unlink()


def _has_key_of(upload: Path, keep: Container[str]) -> bool:
    return any(key_of(path.name) in keep for path in upload.iterdir())


def _last_change(upload: Path) -> float:
    return max(path.stat().st_mtime for path in (upload, *upload.rglob("*")))
