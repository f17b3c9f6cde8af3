"""The promises of `PartUploads` about appending and about signed addresses; see `bytestore_uploads`."""

import base64
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from io import BytesIO
from typing import cast
from urllib.parse import urlsplit

import pytest
import time_machine

from repository.core.errors import Conflict
from repository.engines.store.digests import BLOCK
from repository.engines.store.port import ByteStore
from tests.contracts.bytestore_contract import KEY, CutOff, Trickle, content, content_of, listed
from tests.contracts.bytestore_uploads import MINUTE, PARTS, UploadsContract, begun, complete, md5_of, put_part


def send(address: str, part: bytes, method: str = "PUT", md5: str | None = None) -> int:
    """Send bytes to an address, as a client without credentials does; return the status."""
    parts = urlsplit(address)
    headers = {} if md5 is None else {"Content-MD5": base64.b64encode(bytes.fromhex(md5)).decode()}
    connection = HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", part, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


class AppendsContract(UploadsContract):
    """Derive from this and define the fixture `store`."""

    @pytest.mark.parametrize("sizes", [[1], [BLOCK, 3 * BLOCK + 5, 10], [12 * BLOCK + 1, 9 * BLOCK, 100]])
    def test_appended_bytes_become_the_object(self, store: ByteStore, sizes: list[int]) -> None:
        token, whole = begun(store), b""
        for size in sizes:
            size_before, whole = len(whole), whole + content_of(size)
            assert store.uploads.append(token, size_before, BytesIO(content_of(size))) == len(whole)
            assert self.another(store).uploads.appended_size(token) == len(whole)
        assert sum(part.size for part in store.uploads.list_parts(token)) == len(whole)
        assert complete(store, token) == len(whole)
        assert content(store, KEY) == whole
        assert listed(store) == [(KEY, len(whole))]

    def test_appended_bytes_are_no_object_before_completion(self, store: ByteStore) -> None:
        token = begun(store)
        store.uploads.append(token, 0, BytesIO(content_of(9 * BLOCK)))
        assert (store.size(KEY), list(store.objects())) == (None, [])

    @pytest.mark.parametrize("offset", [0, 2, 4])
    def test_an_append_at_another_offset_is_refused_and_changes_nothing(self, store: ByteStore, offset: int) -> None:
        token = begun(store)
        store.uploads.append(token, 0, BytesIO(b"abc"))
        with pytest.raises(Conflict, match="has 3 bytes"):
            store.uploads.append(token, offset, BytesIO(b"xyz"))
        assert store.uploads.append(token, 3, BytesIO(b"def")) == 6
        complete(store, token)
        assert content(store, KEY) == b"abcdef"

    def test_an_append_of_nothing_changes_nothing(self, store: ByteStore) -> None:
        token = begun(store)
        assert store.uploads.append(token, 0, BytesIO()) == 0
        assert list(store.uploads.list_parts(token)) == []
        store.uploads.append(token, 0, BytesIO(b"abc"))
        assert store.uploads.append(token, 3, BytesIO()) == 3

    @pytest.mark.parametrize("size", [10, 3 * BLOCK, 17 * BLOCK + 3])
    def test_bytes_before_a_broken_connection_are_kept(self, store: ByteStore, size: int) -> None:
        token, whole = begun(store), content_of(size)
        source = cast(BytesIO, Trickle(whole[:-3], BLOCK, CutOff("connection lost")))
        with pytest.raises(CutOff, match="connection lost"):
            store.uploads.append(token, 0, source)
        durable = store.uploads.appended_size(token)
        assert size - 3 - BLOCK < durable <= size - 3
        assert store.uploads.append(token, durable, BytesIO(whole[durable:])) == size
        complete(store, token)
        assert content(store, KEY) == whole

    def test_an_appended_upload_that_is_aborted_leaves_nothing(self, store: ByteStore) -> None:
        token = begun(store)
        store.uploads.append(token, 0, BytesIO(content_of(9 * BLOCK)))
        store.uploads.discard(token)
        self.expect_no_upload(store)

    def test_an_appended_upload_completes_twice(self, store: ByteStore) -> None:
        token = begun(store)
        store.uploads.append(token, 0, BytesIO(b"abc"))
        parts = store.uploads.list_parts(token)
        assert store.uploads.complete(token, parts) == 3
        assert store.uploads.complete(token, parts) == 3
        assert content(store, KEY) == b"abc"

    def test_a_signed_address_if_any_takes_the_part(self, store: ByteStore) -> None:
        token = begun(store)
        address = store.uploads.sign_part(token, 2, MINUTE)
        if address is None:
            assert store.uploads.origin is None
        else:
            assert address.startswith(f"{store.uploads.origin}/")
            put_part(store, token, 1, PARTS[0])
            assert send(address, b"by anybody") == 200
            assert send(address, b"and again") == 200
            assert [(part.number, part.size) for part in store.uploads.list_parts(token)] == [
                (1, len(PARTS[0])),
                (2, 9),
            ]
            complete(store, token)
            assert content(store, KEY) == PARTS[0] + b"and again"
            assert send(address, b"too late") == 404

    def test_a_signed_address_if_any_takes_the_declared_bytes_only(self, store: ByteStore) -> None:
        token = begun(store)
        address = store.uploads.sign_part(token, 1, MINUTE, md5_of(b"right"))
        if address is not None:
            assert send(address, b"wrong", md5=md5_of(b"right")) == 400
            assert send(address, b"wrong", md5=md5_of(b"wrong")) == 403
            assert send(address, b"right") in (400, 403)  # without a header that is signed
            assert list(store.uploads.list_parts(token)) == []
            assert send(address, b"right", md5=md5_of(b"right")) == 200
            assert [part.size for part in store.uploads.list_parts(token)] == [5]

    def test_a_signed_address_if_any_is_of_no_use_for_anything_else(self, store: ByteStore) -> None:
        token, other = begun(store), begun(store, "other")
        address = store.uploads.sign_part(token, 1, MINUTE)
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=2), tick=True):
            expired = store.uploads.sign_part(token, 1, MINUTE)
        if address is not None and expired is not None:
            altered = {
                address.replace("partNumber=1", "partNumber=2"),
                address.replace(f"/{KEY}?", "/other?"),
                address.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
                address.partition("?")[0],
                expired,
            }
            assert {send(each, b"abc") for each in altered} == {403}
            assert send(address, b"", "GET") == send(address, b"", "DELETE") == 403
            assert list(store.uploads.list_parts(token)) == list(store.uploads.list_parts(other)) == []
