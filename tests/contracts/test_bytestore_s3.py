"""The S3 byte store: the contract, and what only a server can be asked."""

import os
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from itertools import islice
from typing import cast

import pytest

from repository.core.errors import Conflict, TooLarge, Unavailable
from repository.engines.store import s3_clients
from repository.engines.store.digests import BLOCK
from repository.engines.store.port import ByteStore, FileDigests
from repository.engines.store.s3_store import S3Store
from repository.engines.store.s3_writes import (
    BYTES_UNDER_WAY,
    FIRST_PART,
    LARGEST,
    MOST_PARTS,
    UNDER_WAY,
    first_part,
    in_parts,
    part_size,
)
from tests.contracts.bytestore_addresses import AddressContract
from tests.contracts.bytestore_announced import AnnouncedContract, put_announced
from tests.contracts.bytestore_contract import (
    KEY,
    PLENTY,
    CutOff,
    Trickle,
    content,
    content_of,
    digests_of_content,
    listed,
    put,
    write_at_once,
)
from tests.contracts.bytestore_many import ManyContract
from tests.contracts.bytestore_marks import MarksContract
from tests.contracts.s3_faults import (
    LostAnswers,
    cut_after,
    silent_after,
    spoiled,
    with_endpoint,
)
from tests.contracts.s3_stores import LARGE, client_of, lacks_of, opened, server_of, tag

FOREVER = timedelta(days=-1)
"""Older than this is also what began a moment ago by another clock."""


def expect_nothing_kept(store: ByteStore) -> None:
    TestS3Store().expect_nothing_kept(store)


@pytest.mark.minio
class TestS3Store(AnnouncedContract, ManyContract, AddressContract, MarksContract):
    @pytest.fixture
    def store(self, s3_store_url: str) -> Iterator[S3Store]:
        store = opened(s3_store_url)
        yield store
        store.close()

    def reopened(self, store: ByteStore) -> S3Store:
        return S3Store(cast(S3Store, store).place)

    def lacks(self, store: ByteStore) -> list[str]:
        return lacks_of(server_of(cast(S3Store, store)))

    def expect_nothing_kept(self, store: ByteStore, key: str = KEY) -> None:
        super().expect_nothing_kept(store, key)
        assert store.clear_abandoned(FOREVER) == 0


@pytest.mark.minio
class TestParts:
    @pytest.mark.parametrize("size", [FIRST_PART - 1, FIRST_PART, FIRST_PART + 1, 4 * FIRST_PART, len(LARGE)])
    def test_an_object_of_many_parts_is_the_bytes_written(self, store: S3Store, size: int) -> None:
        whole = content_of(size)
        assert put(store, KEY, whole) == digests_of_content(whole)
        assert content(store, KEY) == whole
        assert store.clear_abandoned(FOREVER) == 0

    def test_only_what_does_not_fit_in_one_part_is_sent_in_parts(self, store: S3Store) -> None:
        put(store, "whole", content_of(FIRST_PART))
        put(store, "parts", content_of(FIRST_PART + 1))
        assert "-" not in tag(store, "whole")
        assert tag(store, "parts").endswith('-2"')

    def test_ten_thousand_parts_hold_more_than_a_tebibyte(self) -> None:
        assert LARGEST > 1 << 40
        assert part_size(MOST_PARTS - 1) < 5 << 30

    def test_what_is_in_memory_of_one_object_is_bounded(self) -> None:
        sizes = {part_size(number) for number in range(MOST_PARTS)}
        assert max(size * (1 + min(UNDER_WAY, BYTES_UNDER_WAY // size)) for size in sizes) <= 384 << 20

    def test_blocks_become_parts_that_are_full_but_the_last(self) -> None:
        parts = list(in_parts([b"x" * BLOCK] * 17))
        assert [len(part) for part in parts] == [FIRST_PART, FIRST_PART, BLOCK]

    def test_content_is_sent_from_its_start_only(self) -> None:
        [part] = in_parts([b"one", b"two"])
        part.seek(0)
        assert b"".join(part) == b"onetwo"
        assert part.crc32() == zlib.crc32(b"onetwo")
        with pytest.raises(ValueError, match="from byte 3"):
            part.seek(3)

    @pytest.mark.parametrize(("count", "after"), [(0, None), (1, None), (8, None), (9, b"x" * BLOCK)])
    def test_what_fits_in_one_part_is_told_from_what_comes_after(self, count: int, after: bytes | None) -> None:
        blocks = iter([b"x" * BLOCK] * count)
        first, following = first_part(blocks)
        assert (len(first), following) == (min(count, 8) * BLOCK, after)
        assert list(blocks) == []

    def test_parts_are_made_while_the_source_is_read(self) -> None:
        endless = iter(lambda: b"x" * BLOCK, b"")
        assert [len(part) for part in islice(in_parts(endless), 3)] == [FIRST_PART] * 3

    def test_a_source_that_fails_between_parts_leaves_nothing(self, store: S3Store) -> None:
        source = cast(BytesIO, Trickle(LARGE, BLOCK, CutOff("connection lost")))
        with pytest.raises(CutOff, match="connection lost"):
            store.write(KEY, source, limit=PLENTY)
        expect_nothing_kept(store)

    def test_what_is_too_large_after_some_parts_leaves_nothing(self, store: S3Store) -> None:
        with pytest.raises(TooLarge):
            store.write(KEY, BytesIO(LARGE), limit=len(LARGE) - 1)
        expect_nothing_kept(store)

    def test_an_existing_key_is_refused_after_all_parts_and_leaves_none(self, store: S3Store) -> None:
        put(store, KEY, b"first")
        with pytest.raises(Conflict):
            put(store, KEY, LARGE)
        assert content(store, KEY) == b"first"
        assert store.clear_abandoned(FOREVER) == 0

    def test_of_two_writers_of_a_large_object_exactly_one_wins(self, store: S3Store) -> None:
        candidates = [bytes([number]) * (FIRST_PART + 1) for number in range(2)]
        won = write_at_once([lambda c=c: put(store, KEY, c) for c in candidates])  # type: ignore[misc]
        assert sum(won) == 1
        assert content(store, KEY) == candidates[won.index(True)]
        assert store.clear_abandoned(FOREVER) == 0

    def test_threads_end_with_the_write(self, store: S3Store) -> None:
        put(store, KEY, LARGE)
        assert [each.name for each in threading.enumerate() if each.name.startswith("part")] == []

    def test_abandoned_uploads_are_aborted_when_they_are_old(self, store: S3Store) -> None:
        place = store.place
        client_of(store).create_multipart_upload(Bucket=place.bucket, Key=f"{place.prefix}{KEY}")
        assert store.clear_abandoned(timedelta(days=1)) == 0
        assert store.clear_abandoned(FOREVER) == 1
        assert store.clear_abandoned(FOREVER) == 0


class TestFaults:
    @pytest.mark.parametrize("times", [1, 2])
    @pytest.mark.parametrize("whole", [b"small", LARGE], ids=["one request", "parts"])
    def test_a_lost_answer_is_no_conflict_and_does_not_write_twice(
        self, store: S3Store, s3_store_url: str, whole: bytes, times: int
    ) -> None:
        lost = LostAnswers(b"if-none-match", times)
        with spoiled(s3_store_url, lost) as url:
            assert put(opened(url), KEY, whole) == digests_of_content(whole)
        assert lost.lost >= 1
        assert listed(store) == [(KEY, len(whole))]
        assert content(store, KEY) == whole
        assert store.clear_abandoned(FOREVER) == 0

    @pytest.mark.usefixtures("at_any_speed")
    @pytest.mark.parametrize(
        ("write", "mark"),
        [(put, b"partNumber=2"), (put_announced, b"Decoded-Content-Length: %d" % len(LARGE))],
        ids=["part", "stream"],
    )
    def test_a_part_whose_answer_is_lost_is_sent_again_from_its_start_and_a_stream_is_looked_up(
        self, store: S3Store, s3_store_url: str, write: Callable[..., FileDigests], mark: bytes
    ) -> None:
        lost = LostAnswers(mark)
        with spoiled(s3_store_url, lost) as url:
            assert write(opened(url), KEY, LARGE) == digests_of_content(LARGE)
        assert lost.lost == 1
        assert content(store, KEY) == LARGE

    def test_a_lost_answer_does_not_hide_that_the_key_is_taken(self, store: S3Store, s3_store_url: str) -> None:
        put(store, KEY, b"first")
        unanswered = spoiled(s3_store_url, lambda asked, answer: None if b"PUT" in asked else answer)
        with unanswered as url, pytest.raises(Conflict):
            put(opened(url), KEY, b"second")
        assert content(store, KEY) == b"first"

    @pytest.mark.usefixtures("soon")
    def test_a_part_that_is_never_acknowledged_leaves_nothing(self, store: S3Store, s3_store_url: str) -> None:
        silent = spoiled(s3_store_url, silent_after(b"partNumber=2"))
        with silent as url, pytest.raises(Unavailable, match="does not answer"):
            put(opened(url), KEY, LARGE)
        expect_nothing_kept(store)

    @pytest.mark.usefixtures("soon")
    def test_a_server_that_falls_silent_is_unavailable_to_every_act(self, s3_store_url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:  # connections are made, and nobody reads them
            store = opened(with_endpoint(s3_store_url, f"http://127.0.0.1:{listener.getsockname()[1]}"))
            check_unavailable(store, "The store does not answer.")

    def test_a_server_that_is_not_there_is_unavailable_to_every_act(self, s3_store_url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        check_unavailable(opened(with_endpoint(s3_store_url, f"http://127.0.0.1:{port}")), "The store does not answer.")

    def test_a_silent_server_is_given_up_within_fifteen_seconds(self) -> None:
        attempts, most_between_attempts = 2, 1
        each = s3_clients.ANSWER_SECONDS + s3_clients.CONNECT_SECONDS
        assert attempts * each + most_between_attempts <= 15

    @pytest.mark.parametrize("count", [1, 70_000, 3 * BLOCK])
    def test_a_stream_that_breaks_is_no_short_object(self, store: S3Store, s3_store_url: str, count: int) -> None:
        put(store, KEY, content_of(4 * BLOCK))
        with spoiled(s3_store_url, cut_after(count)) as url, pytest.raises(Unavailable, match="does not answer"):
            content(opened(url), KEY)

    def test_wrong_credentials_are_an_outage_that_names_no_secret(
        self, s3_store_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-secret")
        store = opened(s3_store_url)
        with pytest.raises(Unavailable, match="refuses access: SignatureDoesNotMatch") as caught:
            put(store, KEY, b"abc")
        assert "wrong-and-secret" not in f"{caught.value!r} {caught.value.__cause__!r}"
        check_unavailable(store, "The store refuses access")

    def test_without_credentials_there_is_no_store(self, s3_store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        with pytest.raises(ValueError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
            opened(s3_store_url)


def check_unavailable(store: S3Store, reason: str) -> None:
    """Every act raises `Unavailable` with `reason`; they are asked at once, since each has to wait."""
    acts: list[Callable[[], object]] = [
        lambda: put(store, KEY, b"abc"),
        lambda: put(store, KEY, LARGE),
        lambda: store.open(KEY),
        lambda: store.size(KEY),
        lambda: store.remove([KEY]),
        lambda: list(store.objects()),
        lambda: store.clear_abandoned(timedelta(0)),
        store.prepare,
        store.describe,
        store.shortcomings,
    ]
    reasons = [""] * len(acts)

    def run(number: int) -> None:
        with pytest.raises(Unavailable) as caught:
            acts[number]()
        reasons[number] = caught.value.reason

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    assert [each for each in reasons if not each.startswith(reason)] == []
