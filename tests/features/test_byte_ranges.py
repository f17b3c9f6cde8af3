"""Several ranges of one file: as asked for, as parts, and the whole where that is wiser (RFC 9110, section 14)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from email import message_from_bytes
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.app import create_app
from repository.core.web.byte_ranges import MOST_PARTS, ByteRange, is_plain_range, wanted_ranges
from repository.engines.services import Services
from tests.conftest import Caller, Deposits
from tests.features.damage import WatchedStore

pytestmark = pytest.mark.slow

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
ODD = [
    "lines=1-2",
    "bytes",
    "bytes=",
    "bytes=a-b",
    "bytes=9-3",
    "bytes=0-1,9-3",
    "bytes=0-1;4-5",
    "bytes=--1",
    "=",
    ",",
]


class RemoteStore(WatchedStore):
    def local_path(self, _key: str) -> Path | None:
        return None


@pytest.fixture
def address(deposits: Deposits) -> str:
    record = deposits.published(None, **{"data.bin": CONTENT, "empty.txt": b""})
    return str(record["links"]["files"])


@pytest.fixture(params=["here", "elsewhere"])
def reader(request: pytest.FixtureRequest, anyone: Caller, services: Services) -> Caller:
    """Reads from this machine, and from a store that gives no addresses."""
    if request.param == "here":
        return anyone
    changed: Any = replace(services, store=RemoteStore(services), signed_for=None)
    return Caller(create_app(changed).test_client())


def parts_of(reply: Any) -> list[tuple[str, bytes]]:
    """The parts of a reply as a reader of MIME sees them: place and bytes of each."""
    assert (reply.status_code, "Content-Range" in reply.headers) == (206, False)
    assert reply.headers["Content-Length"] == str(len(reply.data))
    whole = message_from_bytes(f"Content-Type: {reply.headers['Content-Type']}\r\n\r\n".encode() + reply.data)
    assert whole.get_content_type() == "multipart/byteranges"
    parts: Any = whole.get_payload()
    assert {part.get_content_type() for part in parts} == {"application/octet-stream"}
    return [(part["Content-Range"], part.get_payload(decode=True)) for part in parts]


SEVERAL: Mapping[str, Sequence[tuple[int, int]]] = {
    "bytes=0-1,400-500": [(0, 1), (400, 500)],
    "bytes=0-0, -1": [(0, 0), (SIZE - 1, SIZE - 1)],
    "Bytes=, 1-2 ,\t9-9,": [(1, 2), (9, 9)],
    f"bytes=900-999,0-9,{SIZE}-": [(900, 999), (0, 9)],
    "bytes=50-60,0-9,55-99,10-12": [(0, 12), (50, 99)],
}
ONE_LEFT = [f"bytes=5-9,{SIZE}-", "bytes=5-6,7-9", "bytes=5-9,5-9", f"bytes={SIZE * 2}-,5-9"]


def test_several_ranges_come_as_parts_and_one_that_is_left_by_itself(reader: Caller, address: str) -> None:
    for wanted, expected in SEVERAL.items():
        reply = reader.get(f"{address}/data.bin/content", headers={"Range": wanted})
        assert parts_of(reply) == [(f"bytes {a}-{b}/{SIZE}", CONTENT[a : b + 1]) for a, b in expected], wanted
        assert reply.headers["ETag"].startswith('"md5:')
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
    for wanted in ONE_LEFT:
        reply = reader.get(f"{address}/data.bin/content", headers={"Range": wanted})
        assert (reply.status_code, reply.data) == (206, CONTENT[5:10]), wanted
        assert reply.headers["Content-Range"] == f"bytes 5-9/{SIZE}"


def test_the_whole_comes_where_ranges_mean_nothing_or_are_too_many(reader: Caller, address: str) -> None:
    many = "bytes=" + ",".join(f"{n * 9}-{n * 9 + 1}" for n in range(MOST_PARTS + 1))
    for wanted in (*ODD, many):
        reply = reader.get(f"{address}/data.bin/content", headers={"Range": wanted})
        assert (reply.status_code, reply.data) == (200, CONTENT), wanted
        assert reply.headers["Repr-Digest"]
    for wanted in (f"bytes={SIZE}-,{SIZE}-{SIZE}", "bytes=-0", f"bytes={SIZE}-"):
        assert reader.get(f"{address}/data.bin/content", headers={"Range": wanted}).status_code == 416, wanted


def test_a_file_of_no_bytes_has_no_first_one_but_a_last_part(reader: Caller, address: str) -> None:
    for wanted, status in (("bytes=-5", 200), ("bytes=0-9,-5", 200), ("bytes=0-", 416), ("bytes=0-0,1-1", 416)):
        reply = reader.get(f"{address}/empty.txt/content", headers={"Range": wanted})
        assert reply.status_code == status, wanted
        assert (reply.data == b"") == (status == 200)
    assert reader.get(f"{address}/empty.txt/content").headers["Content-Length"] == "0"


def test_only_who_names_this_very_file_gets_parts_of_it(reader: Caller, address: str) -> None:
    content = f"{address}/data.bin/content"
    whole = reader.get(content)
    tag = whole.headers["ETag"]
    several = {"Range": "bytes=0-1,40-50"}

    assert len(parts_of(reader.get(content, headers={**several, "If-Range": tag}))) == 2
    for other in (f"W/{tag}", '"md5:0"', "*", "yesterday", "Mon, 01 Jan 2001 00:00:00 GMT"):
        reply = reader.get(content, headers={**several, "If-Range": other})
        assert (reply.status_code, reply.data) == (200, CONTENT), other
    assert reader.get(content, headers={**several, "If-Range": '"x"', "If-None-Match": tag}).status_code == 304
    head = reader("HEAD", content, headers={"Range": "bytes=0-1"})
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(SIZE))


positions = st.integers(0, 60)
specs = st.lists(
    st.one_of(
        st.tuples(positions, positions).map(lambda ends: f"{min(ends)}-{max(ends)}"),
        positions.map(lambda first: f"{first}-"),
        positions.map(lambda length: f"-{length}"),
    ),
    min_size=1,
    max_size=6,
)


def bytes_of(spec: str, size: int) -> set[int]:
    first, _, last = spec.partition("-")
    if not first:
        return set(range(max(0, size - int(last)), size))
    return set(range(int(first), min(size, int(last) + 1 if last else size)))


@given(specs, st.integers(1, 50))
def test_the_parts_are_all_that_was_asked_for_and_nothing_twice(asked: Sequence[str], size: int) -> None:
    header = "bytes=" + ",".join(asked)
    ranges = wanted_ranges(header, size)

    assert ranges is not None
    covered = [position for part in ranges for position in range(*part)]
    assert set(covered) == set().union(*(bytes_of(spec, size) for spec in asked))
    assert len(covered) == len(set(covered))
    assert all(part.length > 0 for part in ranges)
    assert all(before.stop < after.start for before, after in pairwise(sorted(ranges)))
    if is_plain_range(header, size):
        assert ranges == [ByteRange(min(covered), max(covered) + 1)]
