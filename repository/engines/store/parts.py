"""What all stores ask of the parts of an upload before they make an object of them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from repository.core.errors import Conflict, FieldError, Invalid, NotFound
from repository.engines.store.port import MAX_PART_BYTES, MAX_PARTS, MIN_PART_BYTES, StoredPart, UploadToken


def require_part(number: int, size: int) -> None:
    """Raise `Invalid` unless a part may have this number and this size in bytes."""
    if not 1 <= number <= MAX_PARTS:
        raise Invalid.field("part_number", f"Parts are numbered from 1 to {MAX_PARTS}.")
    if not 0 < size <= MAX_PART_BYTES:
        raise Invalid.field(f"parts.{number}", f"A part has 1 to {MAX_PART_BYTES} bytes.")


def require_parts(chosen: Sequence[StoredPart], arrived: Sequence[StoredPart]) -> None:
    """Raise `Invalid` naming every chosen part that the store does not have so, or that is too small."""
    if not chosen:
        raise Invalid.field("parts", "An upload needs at least one part.")
    if any(first.number >= second.number for first, second in pairwise(chosen)):
        raise Invalid.field("parts", "Parts are listed once, in the order of their numbers.")
    by_number = {part.number: part for part in arrived}
    errors = [
        FieldError.of(f"parts.{part.number}", fault)
        for part in chosen
        if (fault := _fault_of(part, by_number.get(part.number), is_last=part is chosen[-1]))
    ]
    if errors:
        raise Invalid(errors=errors)


class PartDigests:
    """The MD5s of parts of `size` bytes each, of bytes that come in blocks of any size."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._part = hashlib.md5(usedforsecurity=False)
        self._digests: list[str] = []

    def feed(self, block: bytes) -> None:
        """Take the next bytes."""
        view = memoryview(block)
        while view:
            piece, view = view[: self._left], view[self._left :]
            self._part.update(piece)
            self._left -= len(piece)
            if not self._left:
                self._end()

    def md5(self) -> str:
        """Return the MD5 of the MD5s; there is nothing to feed after it."""
        if self._left < self._size:
            self._end()
        return md5_of_md5s(self._digests)

    def _end(self) -> None:
        self._digests.append(self._part.hexdigest())
        self._part, self._left = hashlib.md5(usedforsecurity=False), self._size


def md5_of_md5s(digests: Iterable[str]) -> str:
    """Return the MD5 of MD5s, all in hexadecimal: the tag of an object in parts, at most S3 servers."""
    return hashlib.md5(b"".join(map(bytes.fromhex, digests)), usedforsecurity=False).hexdigest()


def _fault_of(part: StoredPart, stored: StoredPart | None, *, is_last: bool) -> str:
    if stored is None:
        return f"Part {part.number} has not arrived."
    if stored != part:
        return f"Part {part.number} has other bytes than the listed ones."
    if not is_last and part.size < MIN_PART_BYTES:
        return f"Part {part.number} has {part.size} bytes; all but the last part have at least {MIN_PART_BYTES}."
    return ""


class DigestedPart:
    """The blocks of one part, digested as they are read; `md5` is complete after the last one."""

    def __init__(self, blocks: Iterable[bytes], number: int, declared: str | None) -> None:
        """`declared` is the MD5 that the sender has told, in hexadecimal, or None."""
        self._blocks = blocks
        self._number = number
        self._declared = declared
        self._digest = hashlib.md5(usedforsecurity=False)

    @property
    def md5(self) -> str:
        """The digest of the blocks so far, in hexadecimal."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the blocks; raise `Invalid` before the last one if the digest is not the declared one."""
        pending = b""
        for block in self._blocks:
            self._digest.update(block)
            if pending:
                yield pending
            pending = block
        if self._declared not in (None, self.md5):
            message = f"Declared md5:{self._declared}, received md5:{self.md5}."
            raise Invalid(message, [FieldError.of(f"parts.{self._number}", message)])
        yield pending


def no_upload(token: UploadToken) -> NotFound:
    """Return the error that there is no such upload (any more)."""
    return NotFound(f"There is no upload of the object {token.key!r} under this id.")


def other_offset(durable: int, offset: int) -> Conflict:
    """Return the error that an append does not begin where the durable bytes end."""
    return Conflict(f"The upload has {durable} bytes: nothing can be appended at {offset}.")
