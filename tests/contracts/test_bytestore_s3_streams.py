"""What the S3 byte store sends as it comes, and servers that cannot take it so."""

from io import BytesIO
from typing import cast

import pytest

from repository.core.errors import Conflict, Invalid, Unavailable
from repository.engines.store import s3_writes
from repository.engines.store.digests import BLOCK
from repository.engines.store.s3_store import S3Store
from repository.engines.store.s3_writes import Stream
from tests.contracts.bytestore_announced import put_announced
from tests.contracts.bytestore_contract import (
    KEY,
    PLENTY,
    CutOff,
    Trickle,
    content,
    digests_of_content,
    put,
)
from tests.contracts.s3_faults import damaged, refusing, spoiled, with_tags_of_its_own
from tests.contracts.s3_stores import LARGE, opened, tag
from tests.contracts.test_bytestore_s3 import expect_nothing_kept


@pytest.mark.usefixtures("at_any_speed")
class TestStreams:
    def test_what_comes_fast_is_sent_in_one_request(self, store: S3Store) -> None:
        assert put_announced(store, KEY, LARGE) == digests_of_content(LARGE)
        assert content(store, KEY) == LARGE
        assert "-" not in tag(store, KEY)

    def test_what_comes_slowly_goes_in_parts(self, store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(s3_writes, "QUICK", 1 << 60)
        assert put_announced(store, KEY, LARGE) == digests_of_content(LARGE)
        assert tag(store, KEY).endswith('-3"')

    def test_what_is_very_large_goes_in_parts(self, store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(s3_writes, "LARGEST_STREAM", len(LARGE) - 1)
        put_announced(store, KEY, LARGE)
        assert tag(store, KEY).endswith('-3"')

    def test_an_existing_key_keeps_its_bytes(self, store: S3Store) -> None:
        put(store, KEY, b"first")
        with pytest.raises(Conflict):
            put_announced(store, KEY, LARGE)
        assert content(store, KEY) == b"first"

    def test_a_source_that_fails_under_way_leaves_nothing_and_its_error_passes(self, store: S3Store) -> None:
        source = cast(BytesIO, Trickle(LARGE, BLOCK, CutOff("connection lost")))
        with pytest.raises(CutOff, match="connection lost"):
            store.write(KEY, source, limit=PLENTY, size=len(LARGE) + 1)
        expect_nothing_kept(store)

    @pytest.mark.parametrize("announced", [len(LARGE) - 1, len(LARGE) + 1])
    def test_another_length_than_announced_leaves_nothing(self, store: S3Store, announced: int) -> None:
        with pytest.raises(Invalid, match=f"{announced} bytes were announced"):
            store.write(KEY, BytesIO(LARGE), limit=PLENTY, size=announced)
        expect_nothing_kept(store)

    @pytest.mark.usefixtures("soon")
    def test_a_server_that_falls_silent_is_unavailable(self, store: S3Store, s3_store_url: str) -> None:
        with spoiled(s3_store_url, lambda *_: b"") as url, pytest.raises(Unavailable, match="does not answer"):
            put_announced(opened(url), KEY, LARGE)
        assert store.size(KEY) in (None, len(LARGE))  # it may have come: the server never told

    def test_bytes_that_are_damaged_on_their_way_are_not_kept(self, store: S3Store, s3_store_url: str) -> None:
        with damaged(s3_store_url) as url, pytest.raises(Unavailable, match="damaged on their way"):
            put_announced(opened(url), KEY, LARGE)
        expect_nothing_kept(store)

    def test_a_server_with_tags_of_its_own_is_read_back_once_and_gets_parts_from_then_on(
        self, store: S3Store, s3_store_url: str
    ) -> None:
        with spoiled(s3_store_url, with_tags_of_its_own) as url:
            other = opened(url)
            for key in ("one", "two"):
                assert put_announced(other, key, LARGE) == digests_of_content(LARGE)
        assert "-" not in tag(store, "one")
        assert tag(store, "two").endswith('-3"')

    def test_what_a_server_with_tags_of_its_own_keeps_wrongly_is_not_kept(
        self, store: S3Store, s3_store_url: str
    ) -> None:
        def spoil(asked: bytes, answer: bytes) -> bytes:
            is_content = asked.startswith(b"GET ") and not answer.startswith(b"HTTP/")
            return bytes(len(answer)) if is_content else with_tags_of_its_own(asked, answer)

        with spoiled(s3_store_url, spoil) as url, pytest.raises(Unavailable, match="damaged on their way"):
            put_announced(opened(url), KEY, LARGE)
        expect_nothing_kept(store)

    @pytest.mark.parametrize(
        ("word", "other", "parts"),
        [(b"aws-chunked", b"other-chunk", '-3"'), (b"If-None-Match", b"If-None-Mutch", '"')],
    )
    def test_a_server_that_takes_no_streams_gets_parts_and_one_without_conditions_is_asked(
        self, store: S3Store, s3_store_url: str, word: bytes, other: bytes, parts: str
    ) -> None:
        with refusing(s3_store_url, word, other) as url:
            strange = opened(url)
            for key in ("one", "two"):
                assert put_announced(strange, key, LARGE) == digests_of_content(LARGE)
        assert tag(store, "one").endswith(parts)
        assert tag(store, "two").endswith(parts)
        assert ("-" in tag(store, "two")) == ("-" in parts)

    def test_a_stream_is_sent_once(self) -> None:
        once = Stream([b"one", b"two"], 6)
        assert len(once) == 6
        assert once.seek(0) == 0
        assert [once.read(), once.read(), once.read()] == [b"one", b"two", b""]
        with pytest.raises(ValueError, match="sent once"):
            once.seek(0)
