"""Uploads into an S3 store: the contract, and what only a server can be asked."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import cast

import pytest

from repository.core.errors import Conflict, RepositoryError, TooLarge, Unavailable
from repository.engines.store import s3_uploads
from repository.engines.store.digests import BLOCK
from repository.engines.store.port import MIN_PART_BYTES, ByteStore
from repository.engines.store.s3_store import S3Store
from tests.contracts.bytestore_appends import AppendsContract
from tests.contracts.bytestore_contract import KEY, content, content_of
from tests.contracts.bytestore_uploads import (
    FOREVER,
    PARTS,
    WHOLE,
    begun,
    complete,
    md5_of,
    put_part,
    uploaded,
)
from tests.contracts.s3_faults import LostAnswers, damaged, silent_after, spoiled
from tests.contracts.s3_stores import client_of, opened


def names_below(store: S3Store) -> list[str]:
    """Everything in the store's part of the bucket."""
    place = store.place
    answer = client_of(store).list_objects_v2(Bucket=place.bucket, Prefix=place.prefix)
    return [entry["Key"].removeprefix(place.prefix) for entry in answer.get("Contents", ())]


@pytest.mark.minio
class TestS3Uploads(AppendsContract):
    @pytest.fixture
    def store(self, s3_store_url: str) -> Iterator[S3Store]:
        store = opened(s3_store_url)
        yield store
        store.close()

    def another(self, store: ByteStore) -> S3Store:
        return S3Store(cast(S3Store, store).place)

    def expect_no_upload(self, store: ByteStore) -> None:
        super().expect_no_upload(store)
        assert [name for name in names_below(cast(S3Store, store)) if name.startswith("Rest")] == []


class TestFaults:
    @pytest.mark.parametrize("declared", [True, False])
    def test_a_part_whose_answer_is_lost_is_listed_and_can_be_sent_again(
        self, store: S3Store, s3_store_url: str, declared: bool
    ) -> None:
        token, md5 = begun(store), md5_of(PARTS[0]) if declared else None
        attempts = 1 if declared else 2  # a stream is sent once
        with spoiled(s3_store_url, LostAnswers(b"partNumber=1", attempts)) as url:
            with pytest.raises(Unavailable, match="does not answer"):
                put_part(opened(url), token, 1, PARTS[0], md5)
            [listed_part] = store.uploads.list_parts(token)
            assert put_part(opened(url), token, 1, PARTS[0], md5) == listed_part
        assert complete(store, token) == len(PARTS[0])

    def test_a_completion_whose_answer_is_lost_is_no_conflict(self, store: S3Store, s3_store_url: str) -> None:
        token = uploaded(store)
        lost = LostAnswers(b"if-none-match")
        with spoiled(s3_store_url, lost) as url:
            assert complete(opened(url), token) == len(WHOLE)
        assert lost.lost == 1
        assert content(store, KEY) == WHOLE

    def test_a_completion_that_nobody_learned_of_is_found_by_the_next(self, store: S3Store, s3_store_url: str) -> None:
        token = uploaded(store)
        parts = store.uploads.list_parts(token)
        unanswered = spoiled(s3_store_url, lambda asked, answer: None if b"if-none-match" in asked else answer)
        with unanswered as url:
            assert opened(url).uploads.complete(token, parts) == len(WHOLE)
        assert store.uploads.complete(token, parts) == len(WHOLE)

    def test_a_completion_under_way_that_hides_upload_and_object_is_waited_for(
        self, store: S3Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = uploaded(store)
        parts = store.uploads.list_parts(token)
        store.uploads.complete(token, parts)
        hidden = iter([None, None])
        head = store.uploads._objects.head
        monkeypatch.setattr(store.uploads._objects, "head", lambda name, **how: next(hidden, head(name, **how)))
        assert store.uploads.complete(token, parts) == len(WHOLE)
        assert list(hidden) == []

    @pytest.mark.usefixtures("soon")
    def test_a_server_that_falls_silent_is_unavailable_to_every_act(self, store: S3Store, s3_store_url: str) -> None:
        token = uploaded(store)
        parts = store.uploads.list_parts(token)
        with spoiled(s3_store_url, silent_after(b"HTTP/1.1")) as url:
            uploads = opened(url).uploads
            acts: list[Callable[[], object]] = [
                lambda: uploads.begin("new", 1),
                lambda: uploads.put_part(token, 1, BytesIO(b"abc"), size=3),
                lambda: uploads.put_part(token, 1, BytesIO(b"abc"), size=3, md5=md5_of(b"abc")),
                lambda: uploads.list_parts(token),
                lambda: uploads.complete(token, parts),
                lambda: uploads.append(token, len(WHOLE), BytesIO(b"abc")),
                lambda: uploads.appended_size(token),
                lambda: uploads.discard(token),
            ]
            with ThreadPoolExecutor(len(acts)) as threads:
                raised = list(threads.map(error_of, acts))
        assert [type(error) for error in raised] == [Unavailable] * len(acts)

    @pytest.mark.parametrize("declared", [True, False])
    def test_a_part_that_is_damaged_on_its_way_is_not_kept(
        self, store: S3Store, s3_store_url: str, declared: bool
    ) -> None:
        token = begun(store)
        with damaged(s3_store_url) as url, pytest.raises(Unavailable, match="damaged on their way"):
            put_part(opened(url), token, 1, PARTS[0], md5_of(PARTS[0]) if declared else None)
        assert list(store.uploads.list_parts(token)) == []

    def test_bytes_that_are_damaged_while_they_are_appended_are_not_kept(
        self, store: S3Store, s3_store_url: str
    ) -> None:
        token, whole = begun(store), content_of(9 * BLOCK)
        with damaged(s3_store_url) as url, pytest.raises(Unavailable, match="damaged on their way"):
            opened(url).uploads.append(token, 0, BytesIO(whole))
        durable = store.uploads.appended_size(token)
        assert store.uploads.append(token, durable, BytesIO(whole[durable:])) == len(whole)
        complete(store, token)
        assert content(store, KEY) == whole

    def test_an_appended_part_whose_answer_is_lost_is_counted_once(self, store: S3Store, s3_store_url: str) -> None:
        token, whole = begun(store), content_of(20 * BLOCK)
        with (
            spoiled(s3_store_url, LostAnswers(b"partNumber=2", times=2)) as url,
            pytest.raises(Unavailable, match="does not answer"),
        ):
            opened(url).uploads.append(token, 0, BytesIO(whole))
        durable = store.uploads.appended_size(token)
        assert durable == 16 * BLOCK
        assert store.uploads.append(token, durable, BytesIO(whole[durable:])) == len(whole)
        complete(store, token)
        assert content(store, KEY) == whole


@pytest.mark.minio
class TestAppending:
    def test_appended_bytes_lie_in_parts_and_a_rest_that_no_list_shows(self, store: S3Store) -> None:
        token = begun(store)
        store.uploads.append(token, 0, BytesIO(content_of(11 * BLOCK)))
        assert [part.size for part in store.uploads.list_parts(token)] == [8 * BLOCK, 3 * BLOCK]
        [rest] = names_below(store)
        assert re.fullmatch(rf"Rest-[0-9a-f]{{32}}-{KEY}", rest)
        assert list(store.objects()) == []
        complete(store, token)
        assert names_below(store) == [KEY]

    def test_a_rest_that_a_part_already_contains_does_not_count(self, store: S3Store) -> None:
        token, whole = begun(store), content_of(16 * BLOCK + 1)
        store.uploads.append(token, 0, BytesIO(whole[:BLOCK]))
        store.uploads.append(token, BLOCK, BytesIO(whole[BLOCK:]))
        parts = store.uploads.list_parts(token)
        assert [part.size for part in parts] == [8 * BLOCK, 8 * BLOCK, 1]
        assert store.uploads.complete(token, parts) == len(whole)
        assert content(store, KEY) == whole

    def test_every_appended_part_but_the_last_is_large_enough(self, store: S3Store) -> None:
        token, whole, offset = begun(store), content_of(20 * BLOCK), 0
        while offset < len(whole):
            piece = whole[offset : offset + 3 * BLOCK - 7]
            offset = store.uploads.append(token, offset, BytesIO(piece))
        assert min(part.size for part in store.uploads.list_parts(token)[:-1]) >= MIN_PART_BYTES
        complete(store, token)
        assert content(store, KEY) == whole

    def test_a_process_that_dies_before_the_rest_is_kept_loses_no_whole_part(
        self, store: S3Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token, whole = begun(store), content_of(20 * BLOCK)
        with monkeypatch.context() as patch:
            patch.setattr(s3_uploads._Gathering, "keep_rest", lambda _: None)
            store.uploads.append(token, 0, BytesIO(whole))
        assert store.uploads.appended_size(token) == 16 * BLOCK
        assert store.uploads.append(token, 16 * BLOCK, BytesIO(whole[16 * BLOCK :])) == len(whole)
        complete(store, token)
        assert content(store, KEY) == whole

    def test_an_object_larger_than_the_server_takes_does_not_begin(self, store: S3Store) -> None:
        with pytest.raises(TooLarge):
            begun(store, size=s3_uploads.LARGEST_OBJECT + 1)

    def test_a_missing_part_stops_an_append(self, store: S3Store) -> None:
        token = begun(store)
        put_part(store, token, 2, PARTS[0])
        with pytest.raises(Conflict, match="missing"):
            store.uploads.append(token, 0, BytesIO(b"abc"))

    def test_old_rests_go_with_their_uploads_and_kept_ones_stay(self, store: S3Store) -> None:
        for key in ("kept", "old"):
            store.uploads.append(begun(store, key), 0, BytesIO(b"abc"))
        assert store.clear_abandoned(FOREVER, keep={"kept"}) == 1
        assert [name.rpartition("-")[2] for name in names_below(store)] == ["kept"]


def error_of(act: Callable[[], object]) -> Exception | None:
    """The house's error that an act ends with, None if it ends well."""
    try:
        act()
    except RepositoryError as error:
        return error
    return None
