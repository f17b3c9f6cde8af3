"""Send bytes to an S3 store: in one request, or in parts, a few of them at a time.

Parts can be sent again, and can wait for a slow source.  But a server has to put them together, and many copy every
byte once more.  So a source that is fast and not very large is sent in one request as it comes (`comes_as_a_stream`).

Parts have 8 MiB at first and double every `EACH_SIZE` parts up to 128 MiB.  So the 10,000 parts that S3 allows hold
`LARGEST` bytes, and yet a small file needs little memory: the part that is gathered and those under way, 32 MiB, and
at most 384 MiB for an object of hundreds of gigabytes.
"""

import base64
import hashlib
import time
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import reduce
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import ClientError

from repository.core.errors import Unavailable
from repository.engines.store.s3_abilities import Abilities, Ability
from repository.engines.store.s3_errors import as_unavailable, is_missing

FIRST_PART = 8 << 20
DOUBLINGS = 4
EACH_SIZE = 400
MOST_PARTS = 10_000
UNDER_WAY = 3
BYTES_UNDER_WAY = 256 << 20

LARGEST_STREAM = 512 << 20
"""Bytes; after a failure the client has to send all of them again."""
QUICK = 32 << 20
"""Bytes a second; a source of this speed will hardly make the store wait until it hangs up."""


def part_size(number: int) -> int:
    """Return the bytes in part `number`, counted from 0; the last part may be shorter."""
    return FIRST_PART << min(number // EACH_SIZE, DOUBLINGS)


LARGEST = sum(map(part_size, range(MOST_PARTS)))
"""Bytes of the largest object: about 1.07 TiB."""


class Content:
    """Blocks that are sent one after another: joining them first would copy every byte once more.

    botocore asks for the length, sends the blocks of an iteration, and seeks the start before it sends them again.
    """

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._size = 0

    def __len__(self) -> int:
        """In bytes."""
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._blocks)

    def seek(self, position: int) -> int:
        """Do nothing for the start, where every iteration begins; raises `ValueError` for another position."""
        if position:
            raise ValueError(f"content is sent from its start, not from byte {position}")
        return position

    def add(self, block: bytes) -> None:
        self._blocks.append(block)
        self._size += len(block)

    def crc32(self) -> int:
        return reduce(lambda known, block: zlib.crc32(block, known), self._blocks, 0)

    def md5(self) -> str:
        """Return the digest in hexadecimal."""
        digest = hashlib.md5(usedforsecurity=False)
        for block in self._blocks:
            digest.update(block)
        return digest.hexdigest()


class Stream:
    """Content of `size` bytes that is sent while it comes, once."""

    def __init__(self, blocks: Iterable[bytes], size: int) -> None:
        self._blocks = iter(blocks)
        self._size = size
        self.is_begun = False
        self.failure: Exception | None = None
        """the error of its source, which botocore wraps in an error of its own"""

    def __len__(self) -> int:
        """In bytes."""
        return self._size

    def read(self, _size: int = -1, /) -> bytes:
        """Return the next block, of any size; empty at the end."""
        self.is_begun = True
        try:
            return next(self._blocks, b"")
        except Exception as error:
            self.failure = error
            raise

    def seek(self, position: int) -> int:
        """Raise `ValueError` once it has begun: the sent blocks are gone."""
        if position or self.is_begun:
            raise ValueError("a stream is sent once, from its start")
        return position


def first_part(blocks: Iterator[bytes]) -> tuple[Content, bytes | None]:
    """Return the blocks that fit in one part, and the block after them, None if there is none."""
    gathered = Content()
    for block in blocks:
        if len(gathered) + len(block) > part_size(0):
            return gathered, block
        gathered.add(block)
    return gathered, None


def in_parts(blocks: Iterable[bytes]) -> Iterator[Content]:
    """Yield `blocks`, each no longer than a part, gathered to parts; all but the last are full."""
    gathered, number = Content(), 0
    for block in blocks:
        if len(gathered) + len(block) > part_size(number):
            yield gathered
            gathered, number = Content(), number + 1
        gathered.add(block)
    yield gathered


def comes_as_a_stream(size: int, begun: float, first: Content) -> bool:
    """Return whether a source of `size` bytes is sent as a stream.

    It began to come at `begun` (`time.monotonic`), and the `first` bytes are here.
    """
    return size <= LARGEST_STREAM and len(first) >= QUICK * (time.monotonic() - begun)


class PartsUpload:
    """One multipart upload; entered by ``with``, and aborted when the block ends before `keep` was called."""

    def __init__(
        self,
        client: Any,
        brief: Any,
        target: Mapping[str, str],
        metadata: Mapping[str, str],
        abilities: Abilities,
    ) -> None:
        """`target` is bucket and key; `brief` a client that gives up soon and asks once."""
        self._client = client
        self._brief = brief
        self._abilities = abilities
        self.is_compared = True
        """whether the server, or a part's tag, has confirmed the bytes of each part"""

        def begin(knows_checksums: bool) -> Any:
            algorithm = {"ChecksumAlgorithm": "CRC32"} if knows_checksums else {}
            return client.create_multipart_upload(**target, Metadata=metadata, **algorithm)

        with as_unavailable():
            begun = abilities.use(Ability.CHECKSUMS, begin)
        self._upload = {**target, "UploadId": begun["UploadId"]}
        self._threads = ThreadPoolExecutor(UNDER_WAY, "part")
        self._waiting: deque[Future[dict[str, Any]]] = deque()
        self._arrived: list[dict[str, Any]] = []
        self._kept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)  # a part that arrived after the abort would stay for ever
        if not self._kept:
            self._abort()

    def send(self, content: Content) -> None:
        """Send `content`, after waiting while too much is under way; raises errors of the parts before it."""
        self._wait(max(1, min(UNDER_WAY, BYTES_UNDER_WAY // len(content))) - 1)
        number = len(self._arrived) + len(self._waiting) + 1
        self._waiting.append(self._threads.submit(self._send, number, content))

    def wait(self) -> None:
        """Wait until all parts have arrived; raises their errors."""
        self._wait(0)

    def complete(self, **condition: str) -> Any:
        """Make the object of the parts; may be repeated after a lost answer.  The client's errors pass."""
        parts = {"Parts": self._arrived}
        return self._brief.complete_multipart_upload(**self._upload, MultipartUpload=parts, **condition)

    def keep(self) -> None:
        """Keep the object, which is there: nothing is left to abort."""
        self._kept = True

    def _wait(self, most: int) -> None:
        while len(self._waiting) > most:
            self._arrived.append(self._waiting.popleft().result())

    def _send(self, number: int, content: Content) -> dict[str, Any]:
        checksum = base64.b64encode(content.crc32().to_bytes(4, "big")).decode()

        def upload(**digest: str) -> tuple[Any, Mapping[str, str]]:
            answer = self._client.upload_part(**self._upload, PartNumber=number, Body=content, **digest)
            return answer, digest

        with as_unavailable():
            answer, digest = self._abilities.compared(upload, {"ChecksumCRC32": checksum}, content.md5)
        if not digest and answer["ETag"].strip('"') != content.md5():
            self.is_compared = False
        compared = {"ChecksumCRC32": checksum} if "ChecksumCRC32" in digest else {}
        return {"PartNumber": number, "ETag": answer["ETag"], **compared}

    def _abort(self) -> None:
        # The caller must learn why the write failed, not the abort; `clear_abandoned` finds the leftover.
        with suppress(Unavailable), as_unavailable():
            try:
                self._brief.abort_multipart_upload(**self._upload)
            except ClientError as error:
                if not is_missing(error):
                    raise
