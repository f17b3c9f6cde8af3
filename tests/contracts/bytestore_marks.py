"""The promises of `StoreMarks`; a keeper's test module derives from `MarksContract` and gives it a fixture `store`."""

from datetime import timedelta

import pytest

from repository.core.errors import Conflict
from repository.engines.store.port import ByteStore
from tests.contracts.bytestore_contract import HOSTILE_KEYS, listed, put, write_at_once


class MarksContract:
    def reopened(self, store: ByteStore) -> ByteStore:
        """Another store in the same place."""
        raise pytest.UsageError("a keeper's tests open a store again")

    def test_a_mark_is_read_as_it_was_written_last_also_later(self, store: ByteStore) -> None:
        assert store.marks.read("store-id") is None
        store.marks.write("store-id", b"one")
        store.marks.write("store-id", b"two\n\0")
        assert store.marks.read("store-id") == b"two\n\0"
        assert self.reopened(store).marks.read("store-id") == b"two\n\0"

    def test_a_mark_is_created_once(self, store: ByteStore) -> None:
        store.marks.create("minted/50", b"a")
        with pytest.raises(Conflict):
            store.marks.create("minted/50", b"b")
        assert store.marks.read("minted/50") == b"a"

    def test_of_those_who_create_one_mark_together_one_does(self, store: ByteStore) -> None:
        won = write_at_once([lambda n=n: store.marks.create("minted/50", bytes([n])) for n in range(6)])  # type: ignore[misc]
        assert sum(won) == 1
        assert store.marks.read("minted/50") == bytes([won.index(True)])

    def test_marks_are_listed_by_their_prefix(self, store: ByteStore) -> None:
        for name in ("minted/50", "minted/100", "mint", "progress"):
            store.marks.write(name, b"")
        assert store.marks.names("minted/") == ["minted/100", "minted/50"]
        assert store.marks.names() == ["mint", "minted/100", "minted/50", "progress"]
        assert store.marks.names("nothing/") == []

    def test_a_removed_mark_is_gone_and_may_be_made_again(self, store: ByteStore) -> None:
        store.marks.create("minted/50", b"a")
        store.marks.remove("minted/50")
        store.marks.remove("minted/50")
        assert store.marks.names() == []
        store.marks.create("minted/50", b"b")
        assert store.marks.read("minted/50") == b"b"

    def test_marks_are_no_objects_and_no_sweep_removes_them(self, store: ByteStore) -> None:
        put(store, "store-id", b"an object")
        store.marks.write("store-id", b"a mark")
        assert listed(store) == [("store-id", 9)]
        assert store.clear_abandoned(timedelta(0)) == 0
        store.remove(["store-id"])
        assert store.marks.read("store-id") == b"a mark"

    @pytest.mark.parametrize("name", HOSTILE_KEYS)
    def test_a_hostile_name_is_refused(self, store: ByteStore, name: str) -> None:
        marks = store.marks
        for act in (marks.read, marks.remove, lambda n: marks.write(n, b""), lambda n: marks.create(n, b"")):
            with pytest.raises(ValueError):
                act(name)
        assert marks.names() == []
