"""Digests computed beside the writing: right, bounded, and without threads left behind."""

import hashlib
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest

from repository.core.errors import TooLarge
from repository.engines.store.digests import AHEAD, BLOCK, Digesting, digests_of
from repository.engines.store.local_store import LocalStore
from tests.contracts.bytestore_contract import (
    KEY,
    PLENTY,
    CutOff,
    Trickle,
    content_of,
    digests_of_content,
    put,
)


def test_digests_are_of_the_whole_source() -> None:
    whole = content_of(3 * BLOCK + 1)
    assert digests_of(BytesIO(whole)).sha256 == hashlib.sha256(whole).hexdigest()


def test_threads_end_whatever_happens(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    put(store, KEY, content_of(9 * BLOCK))
    with pytest.raises(TooLarge):
        store.write("big", BytesIO(content_of(9 * BLOCK)), limit=8 * BLOCK)
    source = cast(BytesIO, Trickle(content_of(9 * BLOCK), BLOCK, CutOff()))
    with pytest.raises(CutOff):
        store.write("cut", source, limit=PLENTY)
    assert [each.name for each in threading.enumerate() if "digest" in each.name] == []


def test_a_small_source_starts_no_thread() -> None:
    with Digesting() as digesting:
        digesting.feed(content_of(BLOCK))
        assert [each.name for each in threading.enumerate() if "digest" in each.name] == []
        assert digesting.digests() == digests_of_content(content_of(BLOCK))


def test_an_error_in_a_digest_s_thread_reaches_the_feeder() -> None:
    not_bytes = cast(bytes, ["a list"] * (BLOCK + 1))
    with Digesting() as digesting:
        digesting.feed(not_bytes)
        with pytest.raises(TypeError):
            digesting.digests()


def test_the_feeder_never_runs_far_ahead_of_the_digests() -> None:
    def count(blocks: Iterator[bytes]) -> int:
        with Digesting() as digesting:
            for block in blocks:
                digesting.feed(block)
                assert len(digesting._md5._waiting) <= AHEAD
            return digesting.digests().size

    assert count(bytes(BLOCK) for _ in range(40)) == 40 * BLOCK
