"""The promises of `repository.engines.store.port.PartUploads`, run on every adapter.

A test module derives from `bytestore_appends.AppendsContract`, which has these promises and those about appending and
signed addresses, and gives it a fixture `store`, empty and new for each test.
"""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import cast

import pytest

from repository.core.errors import Conflict, Invalid, NotFound
from repository.engines.store.digests import BLOCK
from repository.engines.store.port import (
    MAX_PARTS,
    MIN_PART_BYTES,
    ByteStore,
    StoredPart,
    UploadToken,
)
from tests.contracts.bytestore_contract import KEY, CutOff, Trickle, content, content_of, listed, put

PARTS = [content_of(MIN_PART_BYTES), content_of(MIN_PART_BYTES + 1), content_of(70_000)]
WHOLE = b"".join(PARTS)
FOREVER = timedelta(days=-1)
"""Uploads "older" than this also began a moment ago by another clock."""
MINUTE = timedelta(minutes=1)


def md5_of(part: bytes) -> str:
    return hashlib.md5(part, usedforsecurity=False).hexdigest()


def begun(store: ByteStore, key: str = KEY, size: int = len(WHOLE)) -> UploadToken:
    return store.uploads.begin(key, size)


def put_part(store: ByteStore, token: UploadToken, number: int, part: bytes, md5: str | None = None) -> StoredPart:
    return store.uploads.put_part(token, number, BytesIO(part), size=len(part), md5=md5)


def uploaded(store: ByteStore, key: str = KEY) -> UploadToken:
    """An upload that has all `PARTS`."""
    token = begun(store, key)
    for number, part in enumerate(PARTS, 1):
        put_part(store, token, number, part)
    return token


def complete(store: ByteStore, token: UploadToken) -> int:
    """Make the object out of everything that has arrived."""
    return store.uploads.complete(token, store.uploads.list_parts(token))


class UploadsContract:
    """Derive from this and define the fixture `store`."""

    @pytest.fixture
    def store(self) -> ByteStore:
        raise pytest.UsageError("an adapter's tests define the fixture `store`")

    def another(self, store: ByteStore) -> ByteStore:
        """The store of another process, in the same place."""
        raise pytest.UsageError("an adapter's tests open a store again")

    def expect_no_upload(self, store: ByteStore) -> None:
        """Adapters look at what could be left in their place."""
        assert store.clear_abandoned(FOREVER) == 0

    def test_parts_in_any_order_become_one_object(self, store: ByteStore) -> None:
        token = begun(store)
        for number in (3, 1, 2):
            put_part(store, token, number, PARTS[number - 1])
        assert complete(store, token) == len(WHOLE)
        assert content(store, KEY) == WHOLE
        assert listed(store) == [(KEY, len(WHOLE))]

    def test_parts_can_be_sent_at_once_and_by_other_processes(self, store: ByteStore) -> None:
        token, stores = begun(store), [self.another(store) for _ in PARTS]
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(put_part, stores, [token] * 3, [1, 2, 3], PARTS))
        assert complete(self.another(store), token) == len(WHOLE)
        assert content(store, KEY) == WHOLE

    def test_an_upload_is_invisible_until_it_is_complete(self, store: ByteStore) -> None:
        token = uploaded(store)
        assert (store.size(KEY), list(store.objects())) == (None, [])
        with pytest.raises(NotFound):
            store.open(KEY)
        complete(store, token)
        assert store.size(KEY) == len(WHOLE)

    def test_a_part_tells_its_number_its_size_and_the_tag_that_the_list_has(self, store: ByteStore) -> None:
        token = begun(store)
        parts = [put_part(store, token, number, PARTS[number - 1]) for number in (3, 1)]
        assert [(part.number, part.size) for part in parts] == [(3, len(PARTS[2])), (1, len(PARTS[0]))]
        assert list(store.uploads.list_parts(token)) == parts[::-1]

    def test_a_part_that_is_sent_twice_counts_once_and_the_last_bytes_count(self, store: ByteStore) -> None:
        token = begun(store)
        put_part(store, token, 1, b"first bytes")
        put_part(store, token, 1, PARTS[0])
        again = put_part(store, token, 1, PARTS[0])
        last = put_part(store, token, 2, b"end")
        assert list(store.uploads.list_parts(token)) == [again, last]
        complete(store, token)
        assert content(store, KEY) == PARTS[0] + b"end"

    def test_of_two_senders_of_one_part_one_wins_and_no_byte_is_mixed(self, store: ByteStore) -> None:
        token = begun(store)
        candidates = [bytes([number]) * 300_000 for number in range(6)]
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(lambda part: put_part(store, token, 1, part), candidates))
        assert len(store.uploads.list_parts(token)) == 1
        complete(store, token)
        assert content(store, KEY) in candidates

    def test_a_part_of_another_length_than_announced_is_refused(self, store: ByteStore) -> None:
        token = begun(store)
        for size in (4, 6):
            with pytest.raises(Invalid, match=f"{size} bytes were announced"):
                store.uploads.put_part(token, 1, BytesIO(b"bytes"), size=size)
        assert list(store.uploads.list_parts(token)) == []

    @pytest.mark.parametrize("size", [5, 3 * BLOCK])
    def test_a_part_with_other_bytes_than_declared_is_refused_and_the_earlier_one_stays(
        self, store: ByteStore, size: int
    ) -> None:
        token = begun(store)
        earlier = put_part(store, token, 1, b"right", md5_of(b"right"))
        with pytest.raises(Invalid, match="Declared md5:"):
            put_part(store, token, 1, content_of(size), md5_of(b"right"))
        assert list(store.uploads.list_parts(token)) == [earlier]

    def test_a_part_as_declared_is_kept(self, store: ByteStore) -> None:
        token = begun(store)
        part = put_part(store, token, 1, PARTS[0], md5_of(PARTS[0]))
        assert list(store.uploads.list_parts(token)) == [part]

    def test_a_source_that_breaks_keeps_nothing_of_its_part_and_its_error_passes(self, store: ByteStore) -> None:
        token = begun(store)
        source = cast(BytesIO, Trickle(PARTS[0][:-1], 70_000, CutOff("connection lost")))
        with pytest.raises(CutOff, match="connection lost"):
            store.uploads.put_part(token, 1, source, size=len(PARTS[0]))
        assert list(store.uploads.list_parts(token)) == []
        put_part(store, token, 1, PARTS[0])
        assert complete(store, token) == len(PARTS[0])

    @pytest.mark.parametrize("number", [-1, 0, MAX_PARTS + 1])
    def test_a_part_s_number_out_of_range_is_refused(self, store: ByteStore, number: int) -> None:
        token = begun(store)
        with pytest.raises(Invalid):
            put_part(store, token, number, b"abc")
        with pytest.raises(Invalid):
            store.uploads.sign_part(token, number, MINUTE)

    def test_a_part_without_bytes_is_refused(self, store: ByteStore) -> None:
        token = begun(store)
        with pytest.raises(Invalid):
            put_part(store, token, 1, b"")

    def test_a_missing_part_is_named_at_completion_and_the_upload_goes_on(self, store: ByteStore) -> None:
        token = begun(store)
        first = put_part(store, token, 1, PARTS[0])
        absent = StoredPart(2, len(PARTS[1]), md5_of(PARTS[1]))
        with pytest.raises(Invalid) as caught:
            store.uploads.complete(token, [first, absent])
        assert [error.as_json() for error in caught.value.errors] == [
            {"field": "parts.2", "messages": ["Part 2 has not arrived."]}
        ]
        put_part(store, token, 2, PARTS[1])
        assert complete(store, token) == len(PARTS[0] + PARTS[1])

    def test_a_part_that_was_replaced_since_is_named_at_completion(self, store: ByteStore) -> None:
        token = uploaded(store)
        parts = store.uploads.list_parts(token)
        put_part(store, token, 3, b"other bytes")
        with pytest.raises(Invalid) as caught:
            store.uploads.complete(token, parts)
        assert [error.field for error in caught.value.errors] == ["parts.3"]
        assert store.size(KEY) is None

    def test_a_part_that_is_too_small_and_not_the_last_is_named_at_completion(self, store: ByteStore) -> None:
        token = begun(store)
        put_part(store, token, 1, b"small")
        put_part(store, token, 2, b"last")
        with pytest.raises(Invalid) as caught:
            complete(store, token)
        assert [error.field for error in caught.value.errors] == ["parts.1"]

    @pytest.mark.parametrize("order", [[], [1, 0], [0, 0]])
    def test_no_parts_parts_in_disorder_and_parts_twice_are_refused(self, store: ByteStore, order: list[int]) -> None:
        token = uploaded(store)
        parts = store.uploads.list_parts(token)
        with pytest.raises(Invalid):
            store.uploads.complete(token, [parts[place] for place in order])
        assert complete(store, token) == len(WHOLE)

    def test_parts_that_are_left_out_of_the_object_are_gone_with_the_upload(self, store: ByteStore) -> None:
        token = uploaded(store)
        assert store.uploads.complete(token, store.uploads.list_parts(token)[:2]) == len(PARTS[0] + PARTS[1])
        assert content(store, KEY) == PARTS[0] + PARTS[1]
        store.uploads.discard(token)
        self.expect_no_upload(store)

    def test_to_complete_twice_gives_the_same_result(self, store: ByteStore) -> None:
        token = uploaded(store)
        parts = store.uploads.list_parts(token)
        assert store.uploads.complete(token, parts) == len(WHOLE)
        assert self.another(store).uploads.complete(token, parts) == len(WHOLE)
        assert content(store, KEY) == WHOLE

    def test_to_complete_at_once_gives_the_same_result(self, store: ByteStore) -> None:
        token = uploaded(store)
        parts = store.uploads.list_parts(token)
        with ThreadPoolExecutor(3) as threads:
            sizes = list(threads.map(lambda _: store.uploads.complete(token, parts), range(3)))
        assert sizes == [len(WHOLE)] * 3
        assert content(store, KEY) == WHOLE

    def test_a_completed_upload_takes_no_more_bytes(self, store: ByteStore) -> None:
        token = uploaded(store)
        complete(store, token)
        for act in (
            lambda: put_part(store, token, 4, b"more"),
            lambda: store.uploads.append(token, 0, BytesIO(b"more")),
            lambda: store.uploads.list_parts(token),
        ):
            with pytest.raises(NotFound):
                act()
        assert content(store, KEY) == WHOLE

    def test_the_object_of_a_completed_upload_survives_its_abort(self, store: ByteStore) -> None:
        token = uploaded(store)
        complete(store, token)
        store.uploads.discard(token)
        assert content(store, KEY) == WHOLE
        self.expect_no_upload(store)

    def test_an_aborted_upload_leaves_nothing_and_is_not_found(self, store: ByteStore) -> None:
        token = uploaded(store)
        store.uploads.discard(token)
        store.uploads.discard(token)
        self.expect_no_upload(store)
        for act in (
            lambda: put_part(store, token, 1, b"late"),
            lambda: store.uploads.list_parts(token),
            lambda: store.uploads.append(token, 0, BytesIO(b"late")),
            lambda: store.uploads.appended_size(token),
            lambda: store.uploads.complete(token, [StoredPart(1, 5, md5_of(b"right"))]),
        ):
            with pytest.raises(NotFound):
                act()
        self.expect_no_upload(store)
        assert list(store.objects()) == []

    def test_an_upload_of_another_key_or_no_upload_is_not_found(self, store: ByteStore) -> None:
        token = uploaded(store)
        for strange in (UploadToken("other", token.upload_id), UploadToken(KEY, "../objects"), UploadToken(KEY, "")):
            with pytest.raises(NotFound):
                store.uploads.list_parts(strange)
            with pytest.raises(NotFound):
                put_part(store, strange, 1, b"abc")
        assert complete(store, token) == len(WHOLE)

    def test_an_upload_of_an_existing_key_does_not_begin(self, store: ByteStore) -> None:
        put(store, KEY, b"first")
        with pytest.raises(Conflict):
            begun(store)
        assert content(store, KEY) == b"first"

    def test_of_two_uploads_of_one_key_one_becomes_the_object(self, store: ByteStore) -> None:
        first, second = uploaded(store), begun(store)
        put_part(store, second, 1, b"second")
        complete(store, second)
        with pytest.raises(Conflict):
            complete(store, first)
        assert content(store, KEY) == b"second"
        store.uploads.discard(first)
        store.uploads.discard(second)
        self.expect_no_upload(store)
        assert listed(store) == [(KEY, 6)]

    def test_a_write_that_was_faster_keeps_the_key(self, store: ByteStore) -> None:
        token = uploaded(store)
        put(store, KEY, b"written")
        with pytest.raises(Conflict):
            complete(store, token)
        assert content(store, KEY) == b"written"

    def test_uploads_that_are_old_are_cleared_and_those_that_somebody_goes_on_with_are_not(
        self, store: ByteStore
    ) -> None:
        going_on, abandoned = uploaded(store), begun(store, "abandoned")
        put_part(store, abandoned, 1, b"abc")
        store.uploads.append(begun(store, "appended"), 0, BytesIO(b"abc"))
        assert store.clear_abandoned(timedelta(days=1), keep=()) == 0
        assert store.clear_abandoned(FOREVER, keep={KEY}) == 2
        with pytest.raises(NotFound):
            store.uploads.list_parts(abandoned)
        assert complete(store, going_on) == len(WHOLE)
        store.uploads.discard(going_on)
        self.expect_no_upload(store)

    def test_threads_end_with_the_act(self, store: ByteStore) -> None:
        before = threading.active_count()
        complete(store, uploaded(store))
        assert threading.active_count() == before


def about_to_complete(store: ByteStore) -> tuple[Callable[[], object], UploadToken]:
    """An upload with two parts, and the act that completes it; for tests that kill it under way."""
    token = begun(store)
    for number, part in enumerate((b"first", b"second"), 1):
        put_part(store, token, number, part)
    parts = store.uploads.list_parts(token)
    return lambda: store.uploads.complete(token, parts), token


def about_to_replace_a_part(store: ByteStore) -> tuple[Callable[[], object], UploadToken]:
    """An upload with a part, and the act that sends other bytes as this part."""
    token = begun(store)
    put_part(store, token, 1, b"before")
    return lambda: put_part(store, token, 1, b"after"), token


def about_to_append(store: ByteStore) -> tuple[Callable[[], object], UploadToken]:
    """An upload with appended bytes, and the act that appends more."""
    token = begun(store)
    store.uploads.append(token, 0, BytesIO(b"before"))
    return lambda: store.uploads.append(token, 6, BytesIO(b"after")), token
