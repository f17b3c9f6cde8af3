"""How fast the local store writes, beside what the machine could do.

``python -m tests.benchmarks.bytestore [MEBIBYTES [DIRECTORY]]`` writes objects of 256 MiB below the
system's temporary directory unless told otherwise.  Ratios travel between machines, speeds do not.
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from repository.engines.store.digests import BLOCK, digests_of
from repository.engines.store.local_store import LocalStore

ROUNDS = 5


def rate(megabytes: int, act: Callable[[int], object]) -> float:
    """MiB/s of the median of `ROUNDS` runs of `act`, which gets the round's number."""
    seconds = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        act(number)
        seconds.append(time.perf_counter() - began)
    return megabytes / sorted(seconds)[ROUNDS // 2]


def plain_write(path: Path, content: bytes) -> None:
    """Write and flush without digests or a safe place."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(content), BLOCK):
            file.write(content[start : start + BLOCK])
        os.fsync(file.fileno())
    path.unlink()


def store_write(store: LocalStore, content: bytes) -> None:
    """Write through the store, and make room again as the plain write does."""
    store.write("benchmark", BytesIO(content), limit=len(content))
    store.remove(["benchmark"])


def one_after_the_other(content: bytes) -> None:
    """Both digests in one thread."""
    hashlib.md5(content, usedforsecurity=False).hexdigest()
    hashlib.sha256(content).hexdigest()


def small_writes(store: LocalStore, count: int, number: int) -> None:
    """Objects of 4 KiB under `count` keys of their own."""
    keys = [f"{i * 2654435761 % 2**32:08x}-{number}" for i in range(count)]
    for key in keys:
        store.write(key, BytesIO(bytes(4096)), limit=4096)
    store.remove(keys)


def main(megabytes: int = 256, below: str | None = None) -> None:
    content = os.urandom(1 << 20) * megabytes
    with tempfile.TemporaryDirectory(dir=below) as folder:
        store = LocalStore(Path(folder) / "store")
        written = rate(megabytes, lambda _: store_write(store, content))
        plain = rate(megabytes, lambda _: plain_write(Path(folder) / "plain", content))
        digested = rate(megabytes, lambda _: digests_of(BytesIO(content)))
        single = rate(megabytes, lambda _: one_after_the_other(content))
        small = rate(200, lambda number: small_writes(store, 200, number))
    table = {
        "plain write and fsync": plain,
        "digests alone, a thread each": digested,
        "digests alone, one thread": single,
    }
    print(f"{'store write, digested and durable':36}{written:7.0f} MiB/s")
    for what, speed in table.items():
        print(f"{what:36}{speed:7.0f} MiB/s   the store's share {written / speed:.2f}")
    print(f"{'small objects of 4 KiB':36}{small:7.0f} objects/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 256, sys.argv[2] if sys.argv[2:] else None)
