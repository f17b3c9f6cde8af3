"""What `repository.engines.store.port` promises of addresses, where a store gives any, run on every keeper."""

from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import time_machine
from werkzeug.http import parse_options_header

from repository.engines.store.digests import BLOCK
from repository.engines.store.port import ByteStore, ContentDisposition
from tests.contracts.bytestore_contract import KEY, PRESENTED, content_of, put
from tests.support.web_server import Reply

CHINESE = ContentDisposition('企鹅 "90%".csv', "application/octet-stream", inline=False)
INLINE = ContentDisposition("figure.png", "image/png", inline=True)

RANGES = [
    ("", 200, slice(None)),
    ("bytes=0-0", 206, slice(1)),
    (f"bytes={BLOCK - 1}-{BLOCK}", 206, slice(BLOCK - 1, BLOCK + 1)),
    ("bytes=-3", 206, slice(-3, None)),
    (f"bytes={BLOCK + 9}-", 206, slice(BLOCK + 9, None)),
]


class AddressContract:
    """Derive from this too and define the fixture `store`."""

    @pytest.mark.parametrize(("wanted", "status", "part"), RANGES)
    def test_an_address_if_any_yields_the_bytes_by_any_range(
        self, store: ByteStore, wanted: str, status: int, part: slice
    ) -> None:
        whole = content_of(BLOCK + 10)
        put(store, KEY, whole)
        address = store.address(KEY, PRESENTED, timedelta(minutes=1))
        if address is not None:
            reply = fetch(address, {"Range": wanted} if wanted else {})
            assert (reply.status, reply.body) == (status, whole[part])

    @pytest.mark.parametrize("shown", [PRESENTED, CHINESE, INLINE])
    def test_an_address_if_any_shows_the_name_and_type_it_was_made_for(
        self, store: ByteStore, shown: ContentDisposition
    ) -> None:
        put(store, KEY, b"abc")
        address = store.address(KEY, shown, timedelta(minutes=1))
        if address is not None:
            reply = fetch(address)
            said = parse_options_header(reply.headers["Content-Disposition"])
            assert said == ("inline" if shown.inline else "attachment", {"filename": shown.name})
            assert reply.headers["Content-Type"] == shown.media_type

    def test_an_address_is_made_without_asking_whether_there_is_anything(self, store: ByteStore) -> None:
        address = store.address(KEY, PRESENTED, timedelta(minutes=1))
        if address is not None:
            assert fetch(address).status == 404

    def test_an_address_that_has_expired_or_was_changed_leads_nowhere(self, store: ByteStore) -> None:
        put(store, KEY, b"abc")
        put(store, "other", b"def")
        address = store.address(KEY, PRESENTED, timedelta(minutes=1))
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=2), tick=True):
            expired = store.address(KEY, PRESENTED, timedelta(minutes=1))
        if address is not None and expired is not None:
            longer = address.replace("X-Amz-Expires=60", "X-Amz-Expires=600")
            of_other = address.replace(f"/{KEY}?", "/other?")
            unsigned = address.partition("?")[0]
            assert len({address, expired, longer, of_other, unsigned}) == 5
            assert fetch(address).status == 200
            assert {fetch(each).status for each in (expired, longer, of_other, unsigned)} == {403}


def fetch(address: str, headers: dict[str, str] | None = None, method: str = "GET", body: bytes | None = None) -> Reply:
    """What anybody gets under an address."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body, headers=headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()
