"""The promises of `repository.engines.store.port`, run on every keeper.

A keeper's test module derives from `ByteStoreContract` and gives it a fixture `store`, empty and
new for each test; and from `bytestore_addresses.AddressContract` and `bytestore_announced.AnnouncedContract`.
"""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO, RawIOBase
from typing import cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.core.errors import Conflict, NotFound, TooLarge
from repository.engines.store.digests import BLOCK
from repository.engines.store.port import ByteStore, ContentDisposition, FileDigests

PLENTY = 1 << 40
KEY = "3f2a9c"

SIZES = [0, 1, 4096, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 9 * BLOCK + 17]
"""Around the borders of the blocks that keepers read; the last has more blocks than may wait."""

PRESENTED = ContentDisposition("table one.csv", "text/csv", inline=False)

HOSTILE_KEYS = [
    "",
    "/",
    "/abs",
    "../x",
    "a/../x",
    "a/..",
    "./a",
    "a//b",
    "a/",
    "a\0b",
    "a\nb",
    "a\n",
    "A",
    "a b",
    "a+b",
    "a\\b",
    "ключ",
    "数据",
    ".",
    "..",
    "x" * 300,
]


def content_of(size: int) -> bytes:
    """`size` bytes without a period near a block's length, the same in every run."""
    return hashlib.shake_128(str(size).encode()).digest(size)


def digests_of_content(content: bytes) -> FileDigests:
    """What a store must answer, computed at once and by the library alone."""
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return FileDigests(len(content), md5, hashlib.sha256(content).hexdigest())


def put(store: ByteStore, key: str, content: bytes) -> FileDigests:
    return store.write(key, BytesIO(content), limit=PLENTY)


def content(store: ByteStore, key: str, start: int = 0) -> bytes:
    with store.open(key, start) as file:
        return file.read()


def listed(store: ByteStore) -> list[tuple[str, int]]:
    """Keys and sizes of what is there."""
    return [(each.key, each.size) for each in store.objects()]


class Trickle(RawIOBase):
    """A source like a slow network: `piece` bytes at most at a time, in the end `error`."""

    def __init__(self, content: bytes, piece: int, error: Exception | None = None) -> None:
        self._rest = BytesIO(content)
        self._piece = piece
        self._error = error

    def read(self, size: int = -1, /) -> bytes:
        came = self._rest.read(min(size, self._piece) if size >= 0 else self._piece)
        if not came and self._error is not None:
            raise self._error
        return came


class Counting(BytesIO):
    """Remembers how many bytes were asked of it and given."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        came = super().read(size)
        self.given += len(came)
        return came


class CutOff(Exception):
    """What a test's source breaks with."""


class ByteStoreContract:
    """Derive from this and define the fixture `store`."""

    @pytest.fixture
    def store(self) -> ByteStore:
        raise pytest.UsageError("a keeper's tests define the fixture `store`")

    def reopened(self, store: ByteStore) -> ByteStore:
        """Another store in the same place."""
        raise pytest.UsageError("a keeper's tests open a store again")

    def expect_nothing_kept(self, store: ByteStore, key: str = KEY) -> None:
        """After a refused or failed write; keepers that can leave more behind look at that too."""
        assert store.size(key) is None
        assert list(store.objects()) == []
        with pytest.raises(NotFound):
            store.open(key)

    def lacks(self, store: ByteStore) -> list[str]:
        """What the store says that its server lacks; some servers are known to lack something that is worked round."""
        return []

    @pytest.mark.parametrize("size", SIZES)
    def test_bytes_read_are_the_bytes_written(self, store: ByteStore, size: int) -> None:
        put(store, KEY, content_of(size))
        assert content(store, KEY) == content_of(size)

    @pytest.mark.parametrize("size", SIZES)
    def test_a_write_answers_the_length_and_both_digests(self, store: ByteStore, size: int) -> None:
        assert put(store, KEY, content_of(size)) == digests_of_content(content_of(size))

    @pytest.mark.parametrize("piece", [1000, BLOCK - 1, BLOCK])
    def test_a_source_may_give_fewer_bytes_than_asked_for(self, store: ByteStore, piece: int) -> None:
        whole = content_of(3 * BLOCK + 5)
        source = cast(BytesIO, Trickle(whole, piece))
        assert store.write(KEY, source, limit=PLENTY) == digests_of_content(whole)
        assert content(store, KEY) == whole

    def test_a_source_is_read_from_where_it_stands(self, store: ByteStore) -> None:
        source = BytesIO(b"header:body")
        source.seek(7)
        store.write(KEY, source, limit=PLENTY)
        assert content(store, KEY) == b"body"

    @settings(
        max_examples=30,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(whole=st.binary(max_size=5000), data=st.data())
    def test_any_range_reads_as_a_slice(self, store: ByteStore, whole: bytes, data: st.DataObject) -> None:
        key = uuid4().hex
        put(store, key, whole)
        start = data.draw(st.integers(0, len(whole)), "start")
        length = data.draw(st.integers(0, len(whole) + 10), "length")
        with store.open(key, start) as file:
            assert file.read(length) == whole[start : start + length]
            assert file.read() == whole[start + length :]

    def test_a_range_reaches_across_blocks(self, store: ByteStore) -> None:
        whole = content_of(2 * BLOCK + 9)
        put(store, KEY, whole)
        assert content(store, KEY, BLOCK - 3) == whole[BLOCK - 3 :]

    def test_a_start_before_the_first_byte_is_refused(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        with pytest.raises(ValueError):
            store.open(KEY, -1)

    def test_what_is_not_there_is_not_found(self, store: ByteStore) -> None:
        assert store.size(KEY) is None
        assert store.local_path(KEY) is None
        with pytest.raises(NotFound):
            store.open(KEY)

    def test_the_size_is_known_without_reading(self, store: ByteStore) -> None:
        put(store, KEY, content_of(12345))
        assert store.size(KEY) == 12345

    def test_a_local_path_if_any_holds_the_bytes(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        path = store.local_path(KEY)
        assert path is None or path.read_bytes() == b"abc"

    def test_an_existing_key_is_refused_and_keeps_its_bytes(self, store: ByteStore) -> None:
        put(store, KEY, b"first")
        with pytest.raises(Conflict):
            put(store, KEY, b"second")
        assert content(store, KEY) == b"first"
        assert listed(store) == [(KEY, 5)]

    def test_of_concurrent_writers_of_one_key_exactly_one_wins(self, store: ByteStore) -> None:
        candidates = [bytes([number]) * 70_000 for number in range(8)]
        won = write_at_once([lambda c=c: put(store, KEY, c) for c in candidates])  # type: ignore[misc]
        assert sum(won) == 1
        assert content(store, KEY) == candidates[won.index(True)]
        assert listed(store) == [(KEY, 70_000)]

    def test_concurrent_writers_of_different_keys_all_succeed(self, store: ByteStore) -> None:
        keys = [f"3f2a{number:02}" for number in range(8)]
        won = write_at_once([lambda k=k: put(store, k, k.encode()) for k in keys])  # type: ignore[misc]
        assert won == [True] * 8
        assert {key: content(store, key) for key in keys} == {key: key.encode() for key in keys}

    @pytest.mark.parametrize("size", [0, 10, 3 * BLOCK])
    def test_a_failing_source_keeps_nothing_and_its_error_passes(self, store: ByteStore, size: int) -> None:
        source = cast(BytesIO, Trickle(content_of(size), 70_000, CutOff("connection lost")))
        with pytest.raises(CutOff, match="connection lost"):
            store.write(KEY, source, limit=PLENTY)
        self.expect_nothing_kept(store)

    def test_a_source_that_fails_like_a_disk_is_not_the_stores_fault(self, store: ByteStore) -> None:
        source = cast(BytesIO, Trickle(b"abc", 2, OSError(5, "Input/output error")))
        with pytest.raises(OSError, match="Input/output error"):
            store.write(KEY, source, limit=PLENTY)
        self.expect_nothing_kept(store)

    @pytest.mark.parametrize("size", [1, 4096, BLOCK, 3 * BLOCK + 1])
    def test_exactly_the_limit_is_kept_and_a_byte_more_is_not(self, store: ByteStore, size: int) -> None:
        with pytest.raises(TooLarge):
            store.write(KEY, BytesIO(content_of(size)), limit=size - 1)
        self.expect_nothing_kept(store)
        store.write(KEY, BytesIO(content_of(size)), limit=size)
        assert store.size(KEY) == size

    def test_a_source_past_the_limit_is_not_read_to_its_end(self, store: ByteStore) -> None:
        source = Counting(content_of(5 * BLOCK))
        with pytest.raises(TooLarge):
            store.write(KEY, source, limit=1000)
        assert source.given <= 1001

    def test_after_a_failed_write_the_key_can_be_written(self, store: ByteStore) -> None:
        with pytest.raises(CutOff):
            store.write(KEY, cast(BytesIO, Trickle(b"abc", 2, CutOff())), limit=PLENTY)
        put(store, KEY, b"again")
        assert content(store, KEY) == b"again"

    def test_a_removed_object_is_gone_and_its_key_free(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        put(store, "other", b"stays")
        store.remove([KEY])
        assert store.size(KEY) is None
        assert listed(store) == [("other", 5)]
        put(store, KEY, b"new")
        assert content(store, KEY) == b"new"

    def test_removing_what_is_not_there_is_no_error(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        store.remove(["absent", KEY, "never/was"])
        store.remove([KEY])
        store.remove([])
        assert list(store.objects()) == []

    def test_all_objects_are_listed_lazily_with_their_sizes(self, store: ByteStore) -> None:
        sizes = {f"{number:04x}/part.{number}": number for number in range(30)}
        for key, size in sizes.items():
            put(store, key, bytes(size))
        objects = store.objects()
        assert iter(objects) is objects
        assert {each.key: each.size for each in objects} == sizes

    def test_objects_come_in_the_order_of_their_keys(self, store: ByteStore) -> None:
        keys = ["a", "a/b", "a-b", "a.b", "a0", "a_", "aa", "-", "0", "_a", "zz/y", "zz-y", "3f2a9c", "3f"]
        for key in keys:
            put(store, key, b"")
        assert [each.key for each in store.objects()] == sorted(keys, key=lambda key: key.replace("/", "+"))

    def test_an_object_tells_when_it_was_stored(self, store: ByteStore) -> None:
        before = datetime.now(UTC) - timedelta(seconds=2)  # servers tell whole seconds
        put(store, KEY, b"abc")
        (stored,) = store.objects()
        assert before < stored.modified < datetime.now(UTC) + timedelta(seconds=2)
        assert stored.modified.utcoffset() == timedelta(0)

    @pytest.mark.parametrize("keys", [("a", "a/b"), ("ab", "ab/cd/ef"), ("a.b", "a/b"), ("a-", "a_")])
    def test_keys_that_resemble_each_other_are_different_objects(self, store: ByteStore, keys: tuple[str, str]) -> None:
        for key in keys:
            put(store, key, key.encode())
        assert [content(store, key) for key in keys] == [key.encode() for key in keys]
        assert {each.key for each in store.objects()} == set(keys)

    @pytest.mark.parametrize("key", HOSTILE_KEYS)
    def test_a_hostile_key_is_refused_by_every_act(self, store: ByteStore, key: str) -> None:
        acts: list[Callable[[], object]] = [
            lambda: put(store, key, b"abc"),
            lambda: store.open(key),
            lambda: store.size(key),
            lambda: store.local_path(key),
            lambda: store.remove([key]),
            lambda: store.address(key, PRESENTED, timedelta(minutes=1)),
        ]
        for act in acts:
            with pytest.raises(ValueError):
                act()
        assert list(store.objects()) == []

    def test_a_store_describes_itself(self, store: ByteStore) -> None:
        assert "store" in store.describe()

    def test_a_store_that_is_prepared_again_keeps_its_objects(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        store.prepare()
        store.prepare()
        assert content(store, KEY) == b"abc"

    def test_a_trial_of_the_server_finds_what_is_lacking_and_leaves_nothing(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        assert list(store.shortcomings()) == self.lacks(store)
        assert listed(store) == [(KEY, 3)]
        assert store.clear_abandoned(timedelta(0)) == 0

    def test_a_closed_store_has_kept_what_was_written(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        store.close()
        store.close()
        assert self.reopened(store).size(KEY) == 3


def write_at_once(writes: list[Callable[[], object]]) -> list[bool]:
    """Run `writes` in threads that start together; for each whether it was let through."""
    gate = threading.Barrier(len(writes))
    won = [False] * len(writes)

    def run(number: int) -> None:
        gate.wait()
        try:
            writes[number]()
        except Conflict:
            return
        won[number] = True

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(writes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won
