"""Write and read many small objects of a bucket, some at the same time."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from repository.core.errors import Unavailable
from repository.engines.store.port import MOST_SMALL, NewObject, SmallContent
from repository.engines.store.s3_objects import S3Objects
from repository.engines.store.s3_writes import Content

AT_ONCE = 8
"""Requests; a server's answer to each takes longer than making it."""
AHEAD = 2 * AT_ONCE
"""Objects that are read before the reader of the first one wants them."""


def write_together(objects: S3Objects, new: Mapping[str, NewObject]) -> None:
    """Write `new` objects by their names; after an error none stays that is known to be there."""
    if not new:
        return
    writes: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(min(AT_ONCE, len(new)), "write") as threads:
        for name, content in new.items():
            writes[name] = threads.submit(_write, objects, name, content)
        try:
            for write in writes.values():
                write.result()
            return
        except BaseException:
            threads.shutdown(cancel_futures=True)
            written = [name for name, write in writes.items() if not write.cancelled() and write.exception() is None]
            # The caller must learn why the write failed, not the removal; what stays belongs to nothing, and is swept.
            with suppress(Unavailable):
                objects.remove(written)
            raise


def _write(objects: S3Objects, name: str, new: NewObject) -> None:
    content = Content()
    if block := new.read():
        content.add(block)
    objects.write_whole(name, content, new.digests)


def read_together(objects: S3Objects, names: Iterable[str]) -> Iterator[SmallContent]:
    """Yield all bytes of small objects in the order of `names`; raises `NotFound` in its turn."""
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(AT_ONCE, "read") as threads:
        try:
            for name in names:
                waiting.append(threads.submit(_read, objects, name))
                if len(waiting) == AHEAD:
                    yield SmallContent(waiting.popleft().result())
            while waiting:
                yield SmallContent(waiting.popleft().result())
        finally:
            threads.shutdown(cancel_futures=True)


def _read(objects: S3Objects, name: str) -> bytes:
    with objects.open(name) as source:
        return source.read(MOST_SMALL + 1)
