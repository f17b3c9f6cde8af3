"""S3 servers that refuse something optional, with each of the codes seen in the wild: the store works nevertheless."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from io import BytesIO

import botocore.session
import pytest

from repository.core.errors import Conflict, Unavailable, Unsuitable
from repository.engines.store import digests, parts, s3_store, s3_writes
from repository.engines.store.port import FileDigests
from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_clients import s3_clients
from repository.engines.store.s3_store import S3Store
from tests.contracts.bytestore_announced import put_announced
from tests.contracts.bytestore_contract import KEY, content, content_of, digests_of_content, listed, put
from tests.support.s3_server import ACCESS_KEY, CODES, SECRET_KEY, Memory, s3_in_memory

OPTIONAL = (
    "conditions",
    "checksums",
    "Content-MD5",
    "trailers",
    "chunked bodies",
    "lifecycle",
    "versioning",
    "multipart copy",
    "presigned heads",
    "many removals",
)
UNUSED = ("versioning", "multipart copy", "presigned heads")
"""What the store never asks for."""
NEEDED = {"writing": "PutObject", "reading": "GetObject", "listing": "ListObjectsV2"}

FOREVER = timedelta(days=-1)
"""Older than this is also what began a moment ago by another clock."""
PART = 1 << 14
LARGE = content_of(4 * PART + 5)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("at_any_speed")]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file is a small one here: what matters is the way it takes."""
    monkeypatch.setattr(digests, "BLOCK", PART // 4)
    monkeypatch.setattr(s3_writes, "FIRST_PART", PART)
    monkeypatch.setattr(parts, "MIN_PART_BYTES", PART)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Memory]]:
    """One server and one set of clients for all tests: clients take longer to make than a test lasts."""
    with pytest.MonkeyPatch.context() as patch, s3_in_memory() as served:
        patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        patch.setattr(s3_store, "s3_clients", cache(s3_clients))
        yield served


@pytest.fixture
def memory(server: tuple[str, Memory]) -> Memory:
    """The server's, emptied."""
    memory = server[1]
    for each in (memory.buckets, memory.uploads, memory.refused, memory.refusals):
        each.clear()
    memory.encrypts = memory.damages = memory.lists_whole_names = False
    return memory


@pytest.fixture
def store(server: tuple[str, Memory], memory: Memory) -> S3Store:
    """A store that knows nothing of its server yet."""
    return S3Store(s3_address(f"s3://data-store?endpoint={server[0]}&prefix=files"))


def expect_all_works(store: S3Store) -> None:
    """Small and large files go in, come out, are listed and removed, and none is written twice."""
    large = LARGE
    assert put(store, KEY, b"small") == digests_of_content(b"small")
    assert put_announced(store, "stream", large) == digests_of_content(large)
    assert put(store, "parts", large) == digests_of_content(large)
    assert content(store, KEY) == b"small"
    assert content(store, "stream") == content(store, "parts") == large
    for second in (b"other", large):
        with pytest.raises(Conflict):
            put(store, KEY, second)
    assert content(store, KEY) == b"small"
    assert listed(store) == [(KEY, 5), ("parts", len(large)), ("stream", len(large))]
    expect_uploads_work(store)
    store.remove([KEY, "stream", "parts", "upload"])
    assert listed(store) == []


def expect_uploads_work(store: S3Store) -> None:
    first, last = LARGE[:PART], b"last"
    token = store.uploads.begin("upload", PART + 4)
    store.uploads.put_part(token, 1, BytesIO(first), size=PART, md5=digests_of_content(first).md5)
    store.uploads.put_part(token, 2, BytesIO(last), size=4)
    assert store.uploads.complete(token, store.uploads.list_parts(token)) == PART + 4
    assert content(store, "upload") == first + last


def test_a_server_that_refuses_nothing_lacks_nothing(store: S3Store, memory: Memory) -> None:
    store.prepare()
    assert store.shortcomings() == ()
    expect_all_works(store)
    assert memory.refusals == []
    assert memory.uploads == {}


@pytest.mark.parametrize("status", CODES)
@pytest.mark.parametrize("feature", OPTIONAL)
def test_what_is_optional_may_be_refused_with_any_code(
    store: S3Store, memory: Memory, feature: str, status: int
) -> None:
    memory.refused[feature] = status
    store.prepare()
    expect_all_works(store)
    assert (feature in memory.refusals) == (feature not in UNUSED)


@pytest.mark.parametrize("status", CODES)
def test_a_large_stream_may_be_refused_with_any_code_and_goes_in_parts_from_then_on(
    store: S3Store, memory: Memory, status: int
) -> None:
    store.prepare()
    memory.refused["large single PUTs"] = status
    with pytest.raises(Unavailable, match=f"does not take what is sent as it comes: {status}"):
        put_announced(store, KEY, LARGE)  # its bytes are gone
    expect_all_works(store)


@pytest.mark.parametrize("status", CODES)
def test_a_server_that_refuses_all_that_is_optional_keeps_the_bytes(
    store: S3Store, memory: Memory, status: int
) -> None:
    memory.refused |= dict.fromkeys(OPTIONAL, status)
    store.prepare()
    expect_all_works(store)


@pytest.mark.parametrize("status", CODES)
@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ("conditions", "before each write it is asked whether the name is free"),
        ("checksums", "Content-MD5 is sent instead"),
        ("Content-MD5", "tags are compared"),
        ("trailers", "are sent in parts"),
        ("many removals", "one by one"),
        ("lists of uploads", "uploads in parts are not listed ("),
        ("lists of uploads by a prefix", "those of the whole bucket are listed instead"),
        ("uploads in parts", "a file of more than 8 MiB may not be stored"),
    ],
)
def test_what_is_refused_is_told_with_its_code(
    store: S3Store, memory: Memory, feature: str, words: str, status: int
) -> None:
    store.prepare()
    memory.refused[feature] = status
    [lack] = [lack for lack in store.shortcomings() if words in lack]
    assert f"{status}" in lack
    assert list(memory.buckets["data-store"]) == []


def begin_uploads(store: S3Store, memory: Memory) -> None:
    """Two uploads of the store, one of them with a rest, and one of somebody else in the same bucket."""
    store.prepare()
    store.uploads.append(store.uploads.begin("old", 3), 0, BytesIO(b"abc"))
    store.uploads.begin("kept", 3)
    memory.uploads["of-others"] = ("data-store", "other/old", {}, {})


@pytest.mark.parametrize("status", CODES)
def test_uploads_are_found_among_those_of_the_whole_bucket_where_a_prefix_is_refused(
    store: S3Store, memory: Memory, status: int
) -> None:
    begin_uploads(store, memory)
    memory.refused["lists of uploads by a prefix"] = status
    assert store.clear_abandoned(FOREVER, keep={"kept"}) == 1
    assert sorted(name for _, name, _, _ in memory.uploads.values()) == ["files/kept", "other/old"]


def test_uploads_are_found_among_those_of_the_whole_bucket_where_a_prefix_is_taken_for_a_name(
    store: S3Store, memory: Memory
) -> None:
    begin_uploads(store, memory)
    memory.lists_whole_names = True
    assert store.clear_abandoned(FOREVER, keep={"kept"}) == 1
    assert sorted(name for _, name, _, _ in memory.uploads.values()) == ["files/kept", "other/old"]
    [lack] = store.shortcomings()
    assert "not listed by a prefix (left out)" in lack


@pytest.mark.parametrize("status", CODES)
@pytest.mark.parametrize("feature", ["lists of uploads", "uploads in parts"])
def test_a_server_that_lists_no_uploads_stops_no_sweep(
    store: S3Store, memory: Memory, feature: str, status: int
) -> None:
    begin_uploads(store, memory)
    memory.refused[feature] = status
    assert store.clear_abandoned(FOREVER, keep={"kept"}) == 0
    assert list(memory.buckets["data-store"]) == []


@pytest.mark.parametrize("status", [400, 405, 501])
@pytest.mark.parametrize("feature", NEEDED)
def test_what_no_store_can_do_without_is_refused_at_start_in_words(
    store: S3Store, memory: Memory, feature: str, status: int
) -> None:
    memory.refused[feature] = status
    with pytest.raises(Unsuitable, match=rf"server refuses .*\({NEEDED[feature]}\): {status} {CODES[status]}"):
        store.prepare()


@pytest.mark.parametrize("status", CODES)
def test_a_refusal_is_never_called_silence(store: S3Store, memory: Memory, status: int) -> None:
    store.prepare()
    memory.refused["writing"] = memory.refused["uploads in parts"] = status
    for write in (
        lambda: put(store, KEY, b"small"),
        lambda: put(store, KEY, LARGE),
        lambda: put_announced(store, KEY, LARGE),
    ):
        with pytest.raises(Unavailable, match=r"refuses|does not take|busy") as caught:
            write()
        assert "answer" not in caught.value.reason


@pytest.mark.parametrize("write", [put, put_announced])
def test_damage_is_found_where_the_server_compares_nothing(
    store: S3Store, memory: Memory, write: Callable[[S3Store, str, bytes], FileDigests]
) -> None:
    store.prepare()
    memory.refused |= {"checksums": 501, "Content-MD5": 501, "trailers": 501}
    memory.encrypts = True
    assert write(store, "encrypted", b"abc") == digests_of_content(b"abc")
    memory.damages = True
    with pytest.raises(Unavailable, match="damaged on their way"):
        write(store, "damaged", b"abc")
    assert listed(store) == [("encrypted", 3)]


def test_what_a_server_lacks_is_learned_once(store: S3Store, memory: Memory) -> None:
    store.prepare()
    memory.refused["conditions"] = 501
    put(store, "one", b"abc")
    refusals = len(memory.refusals)
    put(store, "two", b"abc")
    assert refusals > 0
    assert len(memory.refusals) == refusals
