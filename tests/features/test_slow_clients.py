"""Slow clients: they cost others nothing, get all that they want at a fair rate, and are cut when they stand still.

Every server here has two threads of requests, and more slow clients of each kind than that.
"""

import hashlib
import io
import json
import socket
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

import pytest

from repository.core.web.connections.places import Places
from tests.conftest import a_dataset
from tests.support.web_server import HOST, Client, Server, running, until

pytestmark = [pytest.mark.process, pytest.mark.slow]

MANY = 5
BIG = bytes(range(256)) * 4096 * 8
"""More than the systems of both sides keep for a reader who does not read."""
SMALL = b"abcdefgh" * 1000


@dataclass(frozen=True)
class Site:
    server: Server
    author: Client
    record: int
    draft: int

    @property
    def content(self) -> str:
        return f"/api/records/{self.record}/files/big.bin/content"


def site_of(server: Server) -> Site:
    """A published record with a big file, and a draft that waits for the bytes of several."""
    author = server.depositor()
    record = author("POST", "/api/records", a_dataset(title="Penguins")).json["id"]
    files = f"/api/records/{record}/draft/files"
    author("POST", files, [{"key": "big.bin"}])
    assert author("PUT", f"{files}/big.bin/content", BIG).status == 200
    assert author("POST", f"{files}/big.bin/commit").status == 200
    assert author("POST", f"/api/records/{record}/draft/actions/publish").status == 202
    until(lambda: author("GET", "/api/records?q=Penguins").json["hits"]["total"], 20, "the record can be found")
    draft = author("POST", "/api/records", a_dataset()).json["id"]
    author("POST", f"/api/records/{draft}/draft/files", [{"key": f"{n}.bin"} for n in range(MANY)])
    return Site(server, author, record, draft)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("patient"), WEB_PROCESSES="1", WEB_THREADS="2") as server:
        yield site_of(server)


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One that cuts after a second, and has room for two transfers."""
    settings = {"WEB_PROCESSES": "1", "WEB_THREADS": "2", "CLIENT_SECONDS": "1", "WEB_TRANSFERS": "2"}
    with running(tmp_path_factory.mktemp("impatient"), **settings) as server:
        yield site_of(server)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def connect(site: Site, opened: ExitStack, sent: bytes) -> socket.socket:
    """A connection on which these bytes were sent, of a client that takes little at once."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
    made.settimeout(60)
    made.connect((HOST, site.server.port))
    opened.callback(made.close)
    made.sendall(sent)
    return made


def head(method: str, path: str, site: Site | None = None, **headers: object) -> bytes:
    fields = {"Host": "here", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if site is not None:
        fields["Authorization"] = f"Bearer {site.author.token}"
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode()


def answer_on(connection: socket.socket) -> tuple[HTTPResponse, bytes]:
    answer = HTTPResponse(connection)
    answer.begin()
    return answer, answer.read()


def upload_head(site: Site, number: int, **headers: object) -> bytes:
    path = f"/api/records/{site.draft}/draft/files/{number}.bin/content"
    return head("PUT", path, site, Content_Type="application/octet-stream", **headers)


def expect_ordinary_work(site: Site) -> None:
    """A search, a record, a draft and a small file's way are answered."""
    anyone = site.server.client()
    assert anyone("GET", "/api/records?q=Penguins").json["hits"]["total"] == 1
    assert anyone("GET", f"/api/records/{site.record}").json["id"] == site.record
    assert site.author("POST", "/api/records", a_dataset()).status == 201
    assert anyone("GET", site.content, headers={"Range": "bytes=0-9"}).body == BIG[:10]


def test_half_sent_heads_hold_nobody_up_and_are_answered_when_they_are_whole(site: Site, opened: ExitStack) -> None:
    wanted = head("GET", f"/api/records/{site.record}")
    slow = [connect(site, opened, wanted[: 3 + 7 * n]) for n in range(MANY)]
    silent = [connect(site, opened, b"") for _ in range(MANY)]
    expect_ordinary_work(site)
    for n, client in enumerate(slow):
        client.sendall(wanted[3 + 7 * n :])
        assert answer_on(client)[0].status == 200
    for client in silent:
        client.sendall(wanted)
        assert answer_on(client)[0].status == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_half_sent_bodies_hold_nobody_up_and_count_when_they_are_whole(
    site: Site, opened: ExitStack, chunked: bool
) -> None:
    body = json.dumps(a_dataset()).encode()
    if chunked:
        sent = head("POST", "/api/records", site, Content_Type="application/json", Transfer_Encoding="chunked")
        sent += b"".join(
            b"%x\r\n%s\r\n" % (len(body[n : n + 100]), body[n : n + 100]) for n in range(0, len(body), 100)
        )
        sent += b"0\r\n\r\n"
    else:
        sent = head("POST", "/api/records", site, Content_Type="application/json", Content_Length=len(body)) + body
    anonymous = head("POST", "/api/records", Content_Type="application/json", Content_Length=5000)
    for _ in range(MANY):
        connect(site, opened, anonymous + b'{"metadata":')
    slow = [connect(site, opened, sent[: -(n + 1) * 4]) for n in range(MANY)]
    expect_ordinary_work(site)
    for n, client in enumerate(slow):
        client.sendall(sent[-(n + 1) * 4 :])
        assert answer_on(client)[0].status == 201


@pytest.mark.parametrize("chunked", [False, True])
def test_stalled_uploads_hold_nobody_up_and_are_whole_when_they_go_on(
    site: Site, opened: ExitStack, chunked: bool
) -> None:
    content = BIG[: 3 << 20]
    if chunked:
        sent = upload_head(site, 0, Transfer_Encoding="chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
    else:
        sent = upload_head(site, 0, Content_Length=len(content)) + content
    slow = []
    for n in range(MANY):
        own = sent.replace(b"/0.bin/", f"/{n}.bin/".encode())
        slow.append((connect(site, opened, own[: 2 << 20]), own[2 << 20 :]))
    expect_ordinary_work(site)
    for n, (client, rest) in enumerate(slow):
        client.sendall(rest)
        assert answer_on(client)[0].status == 200
        committed = site.author("POST", f"/api/records/{site.draft}/draft/files/{n}.bin/commit")
        assert committed.json["checksum"] == f"md5:{hashlib.md5(content).hexdigest()}"


def test_readers_who_take_nothing_for_a_while_hold_nobody_up_and_get_the_whole_file(
    site: Site, opened: ExitStack
) -> None:
    slow = [connect(site, opened, head("GET", site.content)) for _ in range(2 * MANY)]
    expect_ordinary_work(site)
    for client in slow:
        answer, body = answer_on(client)
        assert hashlib.sha256(body).digest() == hashlib.sha256(BIG).digest()
        assert answer.status == 200


def test_slow_readers_of_archives_hold_nobody_up_and_get_them_whole(site: Site, opened: ExitStack) -> None:
    path = f"/api/records/{site.record}/files-archive"
    slow = [connect(site, opened, head("GET", path)) for _ in range(2 * MANY)]
    expect_ordinary_work(site)
    for client in slow:
        answer, body = answer_on(client)
        assert answer.status == 200
        assert zipfile.ZipFile(io.BytesIO(body)).read("big.bin") == BIG


def test_a_connection_is_used_again_after_each_kind_of_answer(site: Site, opened: ExitStack) -> None:
    requests = [
        head("GET", site.content),
        head("GET", site.content, Range="bytes=5-9"),
        head("HEAD", f"/api/records/{site.record}"),
        upload_head(site, 0, Content_Length=len(SMALL)) + SMALL,
        upload_head(site, 0, Transfer_Encoding="chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMALL), SMALL),
        upload_head(site, 0, Content_Length=2 << 20) + BIG[: 2 << 20],
        head("GET", f"/api/records/{site.record}/files-archive"),
    ]
    connection = connect(site, opened, b"")
    for request in requests:
        connection.sendall(request)
        answer = HTTPResponse(connection, method=request[:4].decode().strip())
        answer.begin()
        assert answer.status in (200, 206), answer.read()
        answer.read()
        assert answer.headers["Connection"] == "keep-alive"


def test_requests_that_come_together_are_answered_one_after_the_other(site: Site, opened: ExitStack) -> None:
    body = json.dumps(a_dataset()).encode()
    made = head("POST", "/api/records", site, Content_Type="application/json", Content_Length=len(body)) + body
    connection = connect(site, opened, made + head("GET", f"/api/records/{site.record}") + made)
    answers = []
    with connection.makefile("rb") as stream:
        for _ in range(3):
            status = int(stream.readline().split()[1])
            fields = dict(iter(lambda: stream.readline().rstrip().lower().partition(b": ")[::2], (b"", b"")))
            stream.read(int(fields[b"content-length"]))
            answers.append(status)
    assert answers == [201, 200, 201]


@pytest.mark.parametrize("sent", [b"GET /api/rec", b"POST /api/records HTTP/1.1\r\nHost: here\r\n"])
def test_a_head_that_does_not_end_is_refused_in_the_api_s_shape(
    impatient: Site, opened: ExitStack, sent: bytes
) -> None:
    answer, body = answer_on(connect(impatient, opened, sent))
    assert answer.status == 408
    assert json.loads(body)["status"] == 408


def test_a_connection_without_a_request_is_closed(impatient: Site, opened: ExitStack) -> None:
    assert connect(impatient, opened, b"").recv(100) == b""


def test_a_small_body_that_stands_still_is_refused(impatient: Site, opened: ExitStack) -> None:
    sent = head("POST", "/api/records", impatient, Content_Type="application/json", Content_Length=900)
    answer, body = answer_on(connect(impatient, opened, sent + b'{"metadata":'))
    assert (answer.status, json.loads(body)["status"]) == (408, 408)


def test_an_upload_that_stands_still_is_refused_and_what_was_stored_before_stays(
    impatient: Site, opened: ExitStack
) -> None:
    files = f"/api/records/{impatient.draft}/draft/files"
    assert impatient.author("PUT", f"{files}/0.bin/content", SMALL).status == 200
    sent = upload_head(impatient, 0, Content_Length=2 << 20)
    answer, body = answer_on(connect(impatient, opened, sent + BIG[: 1 << 20]))
    assert (answer.status, json.loads(body)["status"]) == (408, 408)
    assert impatient.author("POST", f"{files}/0.bin/commit").json["size"] == len(SMALL)


@pytest.mark.parametrize("path", ["/files/big.bin/content", "/files-archive"])
def test_a_reader_who_takes_nothing_is_cut(impatient: Site, opened: ExitStack, path: str) -> None:
    def cuts() -> int:
        return impatient.server.log.count("in the middle of an answer")

    before = cuts()
    reader = connect(impatient, opened, head("GET", f"/api/records/{impatient.record}{path}"))
    until(lambda: cuts() > before, 30, "the reader is cut")
    got = 0
    while piece := reader.recv(1 << 16):
        got += len(piece)
    assert got < len(BIG)


def test_one_client_gets_its_share_of_the_transfers_and_another_one_the_rest(tmp_path: Path, opened: ExitStack) -> None:
    with running(
        tmp_path, WEB_PROCESSES="1", WEB_THREADS="2", WEB_TRANSFERS="2", TRUSTED_PROXIES="127.0.0.1"
    ) as server:
        small = site_of(server)
        asking = {"Content_Length": 2 << 20, "Expect": "100-continue"}
        first = connect(small, opened, upload_head(small, 0, **asking, X_Forwarded_For="192.0.2.1"))
        assert first.recv(100).startswith(b"HTTP/1.1 100")
        more = connect(small, opened, upload_head(small, 1, **asking, X_Forwarded_For="192.0.2.9, 192.0.2.1"))
        answer, body = answer_on(more)
        assert (answer.status, json.loads(body)["status"]) == (503, 503)
        assert int(answer.headers["Retry-After"]) > 0
        other = connect(small, opened, upload_head(small, 2, **asking, X_Forwarded_For="192.0.2.2"))
        assert other.recv(100).startswith(b"HTTP/1.1 100")
        expect_ordinary_work(small)
        first.sendall(BIG[: 2 << 20])
        assert answer_on(first)[0].status == 200
        again = connect(small, opened, upload_head(small, 1, **asking, X_Forwarded_For="192.0.2.1"))
        assert again.recv(100).startswith(b"HTTP/1.1 100"), "the place is free again"


def test_the_places_of_a_client_are_at_most_half_of_all() -> None:
    places = Places(5)
    assert [places.take("a") for _ in range(4)] == [True, True, True, False]
    assert [places.take(name) for name in "bcd"] == [True, True, False]
    places.give_back("a")
    assert places.take("d")
