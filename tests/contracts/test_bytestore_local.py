"""The local byte store: the contract, and what only a directory can be asked."""

import errno
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest

from repository.core.errors import Conflict, Unavailable
from repository.engines.store.digests import BLOCK, digests_of
from repository.engines.store.local_store import LocalStore
from repository.engines.store.port import ByteStore
from tests.contracts.bytestore_addresses import AddressContract
from tests.contracts.bytestore_announced import AnnouncedContract
from tests.contracts.bytestore_contract import (
    KEY,
    PLENTY,
    Counting,
    content,
    content_of,
    put,
)
from tests.contracts.bytestore_many import ManyContract
from tests.contracts.bytestore_marks import MarksContract

pytestmark = pytest.mark.slow

KILLS = 20

WRITE_UNTIL_KILLED = """
import hashlib, itertools, os, sys
from io import BytesIO
from pathlib import Path
from repository.engines.store.local_store import LocalStore
store = LocalStore(Path(sys.argv[1]))
os.write(1, b"ready")
for number in itertools.count():
    content = hashlib.shake_128(os.urandom(16)).digest(number % 5 * 700_000)
    key = hashlib.sha256(content).hexdigest() + f"-{os.getpid()}-{number}"
    store.write(key, BytesIO(content), limit=1 << 30)
"""

DIE_BEFORE_EACH_LINE = """
import os, sys
from io import BytesIO
from pathlib import Path
from repository.engines.store import local_files, local_objects, local_store
from tests.support.dying_process import DeathBefore

line = ended = 0
while not ended:
    line += 1
    store = local_store.LocalStore(Path(sys.argv[1]) / str(line))
    child = os.fork()
    if not child:
        sys.settrace(DeathBefore(line, *(module.__file__ for module in (local_files, local_objects, local_store))))
        store.write("3f2a9c", BytesIO(b"whole"), limit=100)
        os._exit(0)
    ended = os.WIFEXITED(os.waitpid(child, 0)[1])
print(line)
"""


def incoming(store: LocalStore) -> list[Path]:
    return list((store.root / "incoming").iterdir())


class TestLocalStore(AnnouncedContract, ManyContract, AddressContract, MarksContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "store")

    def reopened(self, store: ByteStore) -> LocalStore:
        return LocalStore(cast(LocalStore, store).root)

    def test_only_the_owner_of_the_processes_may_read_a_mark(self, store: LocalStore) -> None:
        store.marks.write("store-id", b"x")
        store.marks.create("minted/50", b"x")
        assert {path.name: path.stat().st_mode & 0o777 for path in (store.root / "marks").iterdir()} == {
            "store-id": 0o600,
            "minted+50": 0o600,
        }

    def test_a_mark_of_a_store_that_is_gone_is_not_written(self, store: LocalStore) -> None:
        shutil.rmtree(store.root)
        with pytest.raises(Unavailable):
            store.marks.write("store-id", b"x")
        assert not store.root.exists()

    def expect_nothing_kept(self, store: ByteStore, key: str = KEY) -> None:
        super().expect_nothing_kept(store, key)
        root = cast(LocalStore, store).root
        assert [path for path in root.rglob("*") if path.is_file()] == []

    def test_an_object_lies_where_the_layout_says(self, store: LocalStore) -> None:
        put(store, "3f2a9c/part.1", b"abc")
        expected = store.root / "objects" / "3f" / "3f2a9c+part.1"
        assert store.local_path("3f2a9c/part.1") == expected
        assert expected.read_bytes() == b"abc"
        assert incoming(store) == []

    def test_an_object_s_file_cannot_be_written_to(self, store: LocalStore) -> None:
        put(store, KEY, b"abc")
        path = store.local_path(KEY)
        assert path is not None
        assert path.stat().st_mode & 0o222 == 0

    def test_another_store_on_the_same_root_sees_the_objects(self, store: LocalStore) -> None:
        put(store, KEY, b"abc")
        other = LocalStore(store.root)
        assert content(other, KEY) == b"abc"
        with pytest.raises(Conflict):
            put(other, KEY, b"def")

    def test_a_start_past_the_end_reads_nothing(self, store: LocalStore) -> None:
        put(store, KEY, b"abc")
        assert content(store, KEY, 4) == b""

    def test_a_reader_keeps_its_object_when_it_is_removed(self, store: LocalStore) -> None:
        put(store, KEY, b"abc")
        with store.open(KEY) as file:
            store.remove([KEY])
            assert file.read() == b"abc"

    def test_a_writer_that_comes_second_is_refused_when_it_is_done(self, store: LocalStore) -> None:
        class Overtaken(BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if store.size(KEY) is None:
                    put(store, KEY, b"first")
                return super().read(size)

        with pytest.raises(Conflict):
            store.write(KEY, Overtaken(b"second"), limit=PLENTY)
        assert content(store, KEY) == b"first"
        assert incoming(store) == []

    def test_leftovers_of_network_file_systems_are_no_objects(self, store: LocalStore) -> None:
        put(store, KEY, b"abc")
        (store.root / "objects/3f/.nfs0001").write_bytes(b"")
        assert [each.key for each in store.objects()] == [KEY]

    def test_the_description_names_the_place_and_the_room(self, store: LocalStore) -> None:
        pattern = rf"local store at {re.escape(str(store.root))}, \d+\.\d GiB free"
        assert re.fullmatch(pattern, store.describe())


class TestCrashes:
    @pytest.mark.process
    def test_a_writer_killed_at_random_moments_leaves_only_whole_objects(self, tmp_path: Path) -> None:
        for _ in range(KILLS):
            kill_while_writing(tmp_path)
        store = LocalStore(tmp_path)
        objects = list(store.objects())
        assert objects
        for each in objects:
            with store.open(each.key) as file:
                assert digests_of(file).sha256 == each.key.partition("-")[0]

    @pytest.mark.process
    def test_a_writer_killed_before_any_line_leaves_all_or_nothing(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", DIE_BEFORE_EACH_LINE, str(tmp_path)]
        lines = int(subprocess.run(command, check=True, capture_output=True).stdout)
        assert lines > 30
        outcomes = [what_is_visible(tmp_path / str(line)) for line in range(1, lines + 1)]
        assert set(outcomes) == {None, b"whole"}
        assert outcomes == sorted(outcomes, key=bool)

    def test_what_a_crash_left_is_cleared_when_it_is_old_and_nothing_else_is(self, tmp_path: Path) -> None:
        store = LocalStore(tmp_path)
        put(store, KEY, b"abc")
        for name, hours in (("old", 25), ("young", 23)):
            left = tmp_path / "incoming" / name
            left.write_bytes(b"partial")
            age(left, timedelta(hours=hours))
        age(tmp_path / "objects/3f" / KEY, timedelta(days=400))
        assert store.clear_abandoned(timedelta(days=1)) == 1
        assert store.clear_abandoned(timedelta(days=1)) == 0
        assert [path.name for path in incoming(store)] == ["young"]
        assert content(store, KEY) == b"abc"

    def test_bytes_and_folders_are_flushed_before_a_write_returns(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = LocalStore(tmp_path)
        steps = record_steps(monkeypatch, tmp_path)
        put(store, KEY, b"abc")
        assert [re.sub(r"incoming/.*", "incoming", step) for step in steps] == [
            "flush incoming",
            "flush objects",
            "link objects/3f/3f2a9c",
            "flush objects/3f",
        ]

    def test_a_removal_is_flushed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = LocalStore(tmp_path)
        put(store, KEY, b"abc")
        steps = record_steps(monkeypatch, tmp_path)
        store.remove([KEY, "absent"])
        assert steps == ["flush objects/3f"]


class TestTroubledDisks:
    def test_what_is_announced_to_be_more_than_there_is_room_for_is_not_read(self, tmp_path: Path) -> None:
        store, source = LocalStore(tmp_path), Counting(b"abc")
        with pytest.raises(Unavailable, match="no room left"):
            store.write(KEY, source, limit=1 << 61, size=1 << 60)
        assert source.given == 0
        TestLocalStore().expect_nothing_kept(store)

    @pytest.mark.parametrize(
        ("number", "reason"),
        [
            (errno.ENOSPC, "The store has no room left."),
            (errno.EDQUOT, "The store has no room left."),
            (errno.EROFS, "The store is read-only."),
            (errno.EIO, "The store does not answer."),
        ],
    )
    @pytest.mark.parametrize("act", ["write", "fsync", "link"])
    def test_a_disk_that_fails_a_write_is_unavailable_and_keeps_nothing(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        act: str,
        number: int,
        reason: str,
    ) -> None:
        store = LocalStore(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(os, act, failing(number))
            with pytest.raises(Unavailable, match=re.escape(reason)):
                put(store, KEY, content_of(3 * BLOCK))
        TestLocalStore().expect_nothing_kept(store)
        put(store, KEY, b"better now")
        assert content(store, KEY) == b"better now"

    def test_a_folder_that_cannot_be_flushed_takes_the_object_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = LocalStore(tmp_path)
        put(store, KEY + "0", b"makes the folders")
        flush = os.fsync

        def fail_after_the_link(descriptor: int) -> None:
            if (tmp_path / "objects/3f" / KEY).exists():
                raise OSError(errno.EIO, "Input/output error")
            flush(descriptor)

        monkeypatch.setattr(os, "fsync", fail_after_the_link)
        with pytest.raises(Unavailable):
            put(store, KEY, b"abc")
        assert store.size(KEY) is None
        assert incoming(store) == []

    def test_a_disk_may_take_fewer_bytes_than_offered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write = os.write
        monkeypatch.setattr(os, "write", lambda number, block: write(number, block[:65_537]))
        store = LocalStore(tmp_path)
        put(store, KEY, content_of(2 * BLOCK + 1))
        assert content(store, KEY) == content_of(2 * BLOCK + 1)

    def test_a_root_that_vanished_is_unavailable(self, tmp_path: Path) -> None:
        store = LocalStore(tmp_path / "store")
        (tmp_path / "store").rename(tmp_path / "elsewhere")
        acts: list[Callable[[], object]] = [
            lambda: put(store, KEY, b"abc"),
            lambda: store.describe(),
            lambda: store.clear_abandoned(timedelta(0)),
        ]
        for act in acts:
            with pytest.raises(Unavailable, match="does not answer"):
                act()

    def test_a_bug_is_not_called_unavailable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = LocalStore(tmp_path)
        monkeypatch.setattr(os, "link", failing(errno.EINVAL))
        with pytest.raises(OSError, match="Invalid argument"):
            put(store, KEY, b"abc")


def kill_while_writing(root: Path) -> None:
    """Let a process write objects, and kill it within a tenth of a second."""
    command = [sys.executable, "-c", WRITE_UNTIL_KILLED, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(5) == b"ready"
        with pytest.raises(subprocess.TimeoutExpired):  # it still writes: it did not fail
            process.wait(random.uniform(0.02, 0.12))
        process.kill()


def what_is_visible(root: Path) -> bytes | None:
    """The one object's bytes, None if it is not there."""
    store = LocalStore(root)
    keys = [each.key for each in store.objects()]
    assert keys in ([], [KEY])
    return content(store, KEY) if keys else None


def age(path: Path, by: timedelta) -> None:
    then = path.stat().st_mtime - by.total_seconds()
    os.utime(path, (then, then))


def failing(number: int) -> Callable[..., object]:
    def fail(*arguments: object) -> object:
        raise OSError(number, os.strerror(number))

    return fail


def record_steps(monkeypatch: pytest.MonkeyPatch, root: Path) -> list[str]:
    """The flushes and links below `root` from now on, as they come; all are really done."""
    steps: list[str] = []
    flush, link = os.fsync, os.link

    def note_flush(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        steps.append(f"flush {path.relative_to(root)}")
        flush(descriptor)

    def note_link(source: Path, target: Path) -> None:
        steps.append(f"link {target.relative_to(root)}")
        link(source, target)

    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(os, "link", note_link)
    return steps
