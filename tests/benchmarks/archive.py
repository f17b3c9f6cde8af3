"""How fast an archive is made, beside reading the same objects from the store, and what it takes of memory.

``python -m tests.benchmarks.archive [FILES [BYTES_EACH]]`` makes records in a local store of a temporary folder: many
small files, and few large ones.  Ratios travel between machines, speeds do not.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path

from sqlalchemy import insert

from repository.core.actor import SYSTEM
from repository.core.clock import now
from repository.core.database.engine import Base, open_database
from repository.core.unit_of_work import Database
from repository.engines.store.digests import BLOCK
from repository.engines.store.local_store import LocalStore
from repository.files.archived_files import FileSelection
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.zip_archive import ZipArchive

ROUNDS = 3


def set_of(database: Database, store: LocalStore, count: int, size: int) -> int:
    """Store `count` files of `size` bytes and name them in a new set; return its id."""
    content = bytes(range(256)) * (size // 256)
    rows = []
    for number in range(count):
        key = f"{number * 2654435761 % 2**32:08x}{number:08x}{count:x}"
        digests = store.write(key, BytesIO(content), limit=size)
        rows.append({"object_key": key, "size": size, "md5": digests.md5, "sha256": digests.sha256})
        rows[-1] |= {"crc32": digests.crc32, "media_type": "text/plain", "created": now(), "fault": ""}
    with database.transaction(SYSTEM) as unit:
        files = FileSet(state="open", count=count, total_bytes=count * size)
        unit.session.add(files)
        unit.session.flush()
        ids = unit.session.scalars(insert(StoredFile).returning(StoredFile.id, sort_by_parameter_order=True), rows)
        names = [{"key": f"{n // 500:03}/{n:06}.txt", "file_id": id_} for n, id_ in enumerate(ids.all())]
        same = {"file_set_id": files.id, "pending": False, "hidden": False, "created": now(), "updated": now()}
        unit.session.execute(insert(FileEntry), [name | same for name in names])
        return files.id


def drained(blocks: Iterable[bytes]) -> int:
    return sum(map(len, blocks))


def plain_read(store: LocalStore, keys: Sequence[str]) -> int:
    """Read the objects one after the other, as a program would that knows them."""
    length = 0
    for key in keys:
        with store.open(key) as source:
            while block := source.read(BLOCK):
                length += len(block)
    return length


def made(database: Database, store: LocalStore, set_id: int) -> int:
    """Make the whole archive as a reply does: planned, looked for, read."""
    archive = ZipArchive(database, store, FileSelection(set_id, 1, hidden=True))
    archive.require_objects(0, archive.size)
    return drained(archive.blocks(0, archive.size))


def seconds(act: Callable[[], int]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return sorted(times)[ROUNDS // 2]


def compare(database: Database, store: LocalStore, count: int, size: int) -> None:
    set_id = set_of(database, store, count, size)
    keys = [stored.key for stored in store.objects() if stored.key.endswith(f"{count:x}")]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    plain, whole = seconds(lambda: plain_read(store, keys)), seconds(lambda: made(database, store, set_id))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    rate = count * size / 2**20 / whole
    print(f"{count} files of {size} bytes: {rate:.0f} MiB/s, {plain / whole:.0%} of plain reads, {grown:.0f} MiB more")


def main(count: int = 20_000, size: int = 10_240) -> None:
    """Print both comparisons."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{folder}/repository.db")
        Base.metadata.create_all(engine)
        database, store = Database(engine), LocalStore(Path(folder, "store"))
        compare(database, store, count, size)
        compare(database, store, 4, 256 << 20)
        database.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
