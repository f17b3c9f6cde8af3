"""What every byte store does with many small objects at once; see `bytestore_contract`."""

from collections.abc import Callable
from zlib import crc32

import pytest

from repository.core.errors import Conflict, NotFound, Unavailable
from repository.engines.store.port import MOST_SMALL, ByteStore, NewObject
from tests.contracts.bytestore_contract import ByteStoreContract, content, content_of, digests_of_content, listed, put


def new(key: str, content: bytes, read: Callable[[], bytes] | None = None) -> NewObject:
    digests = digests_of_content(content)
    return NewObject(key, digests, read or (lambda: content))


class ManyContract(ByteStoreContract):
    """Derive from this and define the fixture `store`."""

    def test_many_objects_are_there_after_one_write(self, store: ByteStore) -> None:
        contents = {f"3f{number:04}": content_of(number * 997) for number in range(40)} | {"a/b.c": b"", "_x": b"1"}
        store.write_many([new(key, whole) for key, whole in contents.items()])
        assert {key: content(store, key) for key in contents} == contents
        assert dict(listed(store)) == {key: len(whole) for key, whole in contents.items()}
        store.write_many([])

    def test_of_many_objects_none_stays_if_one_cannot_be_read(self, store: ByteStore) -> None:
        def broken() -> bytes:
            raise Unavailable("away")

        objects = [new(f"3f{number:04}", b"x", broken if number == 20 else None) for number in range(30)]
        with pytest.raises(Unavailable, match="away"):
            store.write_many(objects)
        assert listed(store) == []
        store.write_many(objects[:20])
        assert len(listed(store)) == 20

    def test_of_many_objects_none_stays_if_a_key_exists_and_that_one_keeps_its_bytes(self, store: ByteStore) -> None:
        put(store, "3f0002", b"first")
        with pytest.raises(Conflict):
            store.write_many([new(f"3f{number:04}", b"second") for number in range(5)])
        assert content(store, "3f0002") == b"first"
        assert listed(store) == [("3f0002", 5)]

    def test_many_small_objects_are_read_in_the_wanted_order(self, store: ByteStore) -> None:
        contents = {f"3f{number:04}": content_of(number * 61) for number in range(50)}
        store.write_many([new(key, whole) for key, whole in contents.items()])
        keys = [*reversed(contents), "3f0001", "3f0001"]
        read = list(store.read_many(keys))
        assert [crc32(small.content) for small in read] == [crc32(contents[key]) for key in keys]
        assert {small.modified is None for small in read} == {store.local_path(keys[0]) is None}
        assert list(store.read_many([])) == []

    def test_a_missing_one_of_many_is_not_found_in_its_turn(self, store: ByteStore) -> None:
        put(store, "3f0001", b"1")
        reading = store.read_many(["3f0001", "3f0002", "3f0001"])
        assert next(reading).content == b"1"
        with pytest.raises(NotFound):
            next(reading)

    def test_a_long_object_among_many_is_not_read_to_its_end(self, store: ByteStore) -> None:
        put(store, "3f0001", content_of(MOST_SMALL + 5000))
        [read] = store.read_many(["3f0001"])
        assert read.content == content_of(MOST_SMALL + 5000)[: MOST_SMALL + 1]

    def test_names_of_many_are_taken_while_they_are_read(self, store: ByteStore) -> None:
        keys = [f"3f{number:04}" for number in range(60)]
        store.write_many([new(key, key.encode()) for key in keys])
        rest = iter(keys)
        reading = store.read_many(rest)
        assert next(reading).content == keys[0].encode()
        assert len(list(rest)) > 30, "a reader of very many keeps few of them"

    def test_reading_many_can_be_given_up(self, store: ByteStore) -> None:
        keys = [f"3f{number:04}" for number in range(40)]
        store.write_many([new(key, key.encode()) for key in keys])
        reading = store.read_many(keys)
        assert next(reading).content == keys[0].encode()
        reading.close()  # type: ignore[attr-defined]
        assert list(reading) == []
