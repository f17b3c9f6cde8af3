"""Uploads into the local store: the contract, and what only a directory can be asked."""

import errno
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest

from repository.core.errors import NoRoom, NotFound, Unavailable
from repository.engines.store import local_uploads, parts
from repository.engines.store.digests import BLOCK
from repository.engines.store.local_objects import ObjectFolder
from repository.engines.store.local_store import LocalStore
from repository.engines.store.port import ByteStore, UploadToken
from tests.contracts.bytestore_appends import AppendsContract
from tests.contracts.bytestore_contract import KEY, content, content_of
from tests.contracts.bytestore_uploads import (
    PARTS,
    WHOLE,
    about_to_complete,
    begun,
    complete,
    md5_of,
    put_part,
    uploaded,
)
from tests.contracts.test_bytestore_local import failing, record_steps

pytestmark = pytest.mark.slow

DIE_BEFORE_EACH_LINE = """
import os, sys
from pathlib import Path
from repository.engines.store import local_files, local_objects, local_uploads, parts
from repository.engines.store.local_objects import ObjectFolder
from repository.engines.store.local_store import LocalStore
from tests.contracts import bytestore_uploads as steps
from tests.support.dying_process import DeathBefore

parts.MIN_PART_BYTES = 1
line = ended = 0
while not ended:  # every attempt in a store of its own
    line += 1
    store = LocalStore(Path(sys.argv[1]) / str(line))
    act, token = getattr(steps, sys.argv[2])(store)
    child = os.fork()
    if not child:
        sys.settrace(DeathBefore(line, *(module.__file__ for module in (local_files, local_objects, local_uploads))))
        act()
        os._exit(0)
    ended = os.WIFEXITED(os.waitpid(child, 0)[1])
    print(token.upload_id, flush=True)
"""


def files_below(store: LocalStore) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


class TestLocalUploads(AppendsContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "store")

    def another(self, store: ByteStore) -> LocalStore:
        return LocalStore(cast(LocalStore, store).root)

    def expect_no_upload(self, store: ByteStore) -> None:
        super().expect_no_upload(store)
        assert list((cast(LocalStore, store).root / "uploads").iterdir()) == []

    def test_an_upload_lies_where_the_layout_says(self, store: LocalStore) -> None:
        token = begun(store)
        put_part(store, token, 2, PARTS[2])
        [path] = files_below(store)
        assert path == f"uploads/{token.upload_id}/{KEY}/00002-{md5_of(PARTS[2])}"
        complete(store, token)
        assert files_below(store) == [f"objects/3f/{KEY}", f"uploads/{token.upload_id}/{KEY}/completed"]

    def test_an_object_of_parts_cannot_be_written_to(self, store: LocalStore) -> None:
        complete(store, uploaded(store))
        store.uploads.append(begun(store, "appended"), 0, BytesIO(b"abc"))
        for path in (store.root / "objects").rglob("*"):
            assert path.is_dir() or path.stat().st_mode & 0o222 == 0

    def test_bytes_that_were_appended_and_never_flushed_do_not_count(self, store: LocalStore) -> None:
        token = begun(store)
        store.uploads.append(token, 0, BytesIO(b"abc"))
        [stream] = (store.root / "uploads").rglob("stream-*")
        with stream.open("ab") as file:
            file.write(b"never flushed")
        assert store.uploads.appended_size(token) == 3
        assert [part.size for part in store.uploads.list_parts(token)] == [3]
        assert store.uploads.append(token, 3, BytesIO(b"def")) == 6
        complete(store, token)
        assert content(store, KEY) == b"abcdef"

    def test_a_stream_is_cut_to_its_durable_bytes_at_completion(self, store: LocalStore) -> None:
        token = begun(store)
        store.uploads.append(token, 0, BytesIO(b"abc"))
        [stream] = (store.root / "uploads").rglob("stream-*")
        with stream.open("ab") as file:
            file.write(b"never flushed")
        assert complete(store, token) == 3
        assert content(store, KEY) == b"abc"

    def test_more_bytes_than_there_is_room_for_do_not_begin(self, store: LocalStore) -> None:
        with pytest.raises(Unavailable, match="no room left"):
            begun(store, size=1 << 60)
        assert list((store.root / "uploads").iterdir()) == []

    def test_a_disk_that_cannot_copy_by_itself_is_copied_by_us(
        self, store: LocalStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "copy_file_range", failing(errno.EXDEV))
        complete(store, uploaded(store))
        assert content(store, KEY) == WHOLE


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few bytes, which are quickly flushed hundreds of times."""
    monkeypatch.setattr(parts, "MIN_PART_BYTES", 1)


class TestCrashes:
    @pytest.mark.parametrize(
        ("act", "visible", "completed"),
        [
            ("about_to_complete", {None, b"firstsecond"}, {b"firstsecond"}),
            ("about_to_replace_a_part", {None}, {b"before", b"after"}),
            ("about_to_append", {None}, {b"before", b"beforeafter"}),
        ],
    )
    @pytest.mark.process
    @pytest.mark.usefixtures("small_parts")
    def test_a_process_killed_before_any_line_leaves_an_upload_to_go_on_with(
        self, tmp_path: Path, act: str, visible: set[bytes | None], completed: set[bytes]
    ) -> None:
        command = [sys.executable, "-c", DIE_BEFORE_EACH_LINE, str(tmp_path), act]
        ids = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        assert len(ids) > 20
        stores = [LocalStore(tmp_path / str(line)) for line in range(1, len(ids) + 1)]
        objects = {content(store, KEY) if store.size(KEY) is not None else None for store in stores}
        assert objects == visible
        again = {completed_by(store, UploadToken(KEY, upload_id)) for store, upload_id in zip(stores, ids, strict=True)}
        assert again == completed

    @pytest.mark.usefixtures("small_parts")
    def test_every_step_of_a_completion_is_flushed_before_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = LocalStore(tmp_path)
        act, token = about_to_complete(store)
        steps = record_steps(monkeypatch, tmp_path)
        act()
        place = f"uploads/{token.upload_id}/{KEY}"
        assert [re.sub(r"new-.*", "new", step) for step in steps] == [
            f"flush {place}/new",
            f"flush {place}",
            "flush objects",
            f"link objects/3f/{KEY}",
            "flush objects/3f",
            f"flush {place}",
        ]

    @pytest.mark.parametrize("size", [1, 5 * BLOCK])
    def test_a_part_is_flushed_before_it_has_its_name_and_its_folder_after(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
    ) -> None:
        store = LocalStore(tmp_path)
        token = begun(store)
        steps = record_steps(monkeypatch, tmp_path)
        put_part(store, token, 1, content_of(size))
        place = f"uploads/{token.upload_id}/{KEY}"
        assert [re.sub(r"new-.*", "new", step) for step in steps] == [f"flush {place}/new", f"flush {place}"]

    def test_a_stream_is_flushed_often(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(local_uploads, "FLUSHED_EVERY", BLOCK)
        store = LocalStore(tmp_path)
        token = begun(store)
        steps = record_steps(monkeypatch, tmp_path)
        store.uploads.append(token, 0, BytesIO(content_of(3 * BLOCK + 1)))
        assert len([step for step in steps if "stream-" in step]) == 4

    def test_a_full_disk_keeps_the_part_that_was_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = LocalStore(tmp_path)
        token = begun(store)
        before = put_part(store, token, 1, b"before")
        for act in ("write", "fsync"):
            with monkeypatch.context() as patch:
                patch.setattr(os, act, failing(errno.ENOSPC))
                with pytest.raises(Unavailable, match="no room left"):
                    put_part(store, token, 1, b"after")
        assert list(store.uploads.list_parts(token)) == [before]
        assert len(files_below(store)) == 1

    def test_a_root_that_vanished_is_unavailable_and_no_upload_is_not_found(self, tmp_path: Path) -> None:
        store = LocalStore(tmp_path / "store")
        token = begun(store)
        (tmp_path / "store").rename(tmp_path / "elsewhere")
        for act in (
            lambda: begun(store),
            lambda: put_part(store, token, 1, b"abc"),
            lambda: store.uploads.list_parts(token),
            lambda: store.uploads.append(token, 0, BytesIO(b"abc")),
        ):
            with pytest.raises(Unavailable, match="does not answer"):
                act()


def completed_by(store: LocalStore, token: UploadToken) -> bytes:
    """The object after another process has completed the upload."""
    try:
        arrived = store.uploads.list_parts(token)
    except NotFound:  # it is completed
        arrived = []
    store.uploads.complete(token, arrived)
    return content(store, KEY)


class TestReserve:
    """A disk that fills while bytes are on their way: the reserve stays free, whatever way they come."""

    @pytest.fixture
    def free(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The free bytes of the disk, one number a look; the last one stays."""
        looks: list[int] = [1 << 40]

        def room(_folder: ObjectFolder) -> int:
            return looks.pop(0) if len(looks) > 1 else looks[0]

        monkeypatch.setattr(ObjectFolder, "room", room)
        return looks

    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "store", reserve=100)

    def test_a_part_is_refused_before_it_travels(self, store: LocalStore, free: list[int]) -> None:
        token = store.uploads.begin(KEY, 50)
        free[:] = [149]
        source = BytesIO(b"1" * 50)
        with pytest.raises(NoRoom):
            store.uploads.put_part(token, 1, source, size=50)
        assert source.tell() == 0
        assert files_below(store) == []

    def test_a_part_stops_at_the_reserve_and_leaves_nothing(self, store: LocalStore, free: list[int]) -> None:
        token = store.uploads.begin(KEY, 20 * BLOCK)
        free[:] = [1 << 40, 1 << 40, 100]
        source = BytesIO(bytes(20 * BLOCK))
        with pytest.raises(NoRoom):
            store.uploads.put_part(token, 1, source, size=20 * BLOCK)
        assert source.tell() < 6 * BLOCK
        assert files_below(store) == []

    def test_a_stream_stops_at_the_reserve_and_goes_on_later(self, store: LocalStore, free: list[int]) -> None:
        whole = content_of(20 * BLOCK)
        token = store.uploads.begin(KEY, len(whole))
        free[:] = [1 << 40, 100]
        with pytest.raises(NoRoom):
            store.uploads.append(token, 0, BytesIO(whole))
        durable = store.uploads.appended_size(token)
        assert 0 < durable < 6 * BLOCK
        free[:] = [1 << 40]
        assert store.uploads.append(token, durable, BytesIO(whole[durable:])) == len(whole)
        store.uploads.complete(token, store.uploads.list_parts(token))
        with store.open(KEY) as file:
            assert file.read() == whole

    def test_an_upload_of_unknown_length_stops_at_the_reserve_and_leaves_nothing(
        self, store: LocalStore, free: list[int]
    ) -> None:
        free[:] = [1 << 40, 100]
        source = BytesIO(bytes(20 * BLOCK))
        with pytest.raises(NoRoom):
            store.write(KEY, source, limit=1 << 40)
        assert source.tell() < 6 * BLOCK
        assert files_below(store) == []

    def test_parts_are_not_joined_into_the_reserve(
        self, store: LocalStore, free: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parts, "MIN_PART_BYTES", 1)
        token = store.uploads.begin(KEY, len(WHOLE))
        for number, part in enumerate(PARTS, 1):
            store.uploads.put_part(token, number, BytesIO(part), size=len(part))
        arrived = files_below(store)
        free[:] = [1 << 40, 100]
        with pytest.raises(NoRoom):
            store.uploads.complete(token, store.uploads.list_parts(token))
        assert files_below(store) == arrived
        free[:] = [1 << 40]
        assert store.uploads.complete(token, store.uploads.list_parts(token)) == len(WHOLE)
