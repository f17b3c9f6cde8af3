"""tuspy sends a file through cut connections and a killed server, into every kind of store."""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path

import pytest
from tusclient.client import TusClient as Tuspy
from tusclient.exceptions import TusUploadFailed

from tests.conftest import a_dataset
from tests.faults.proxy import PASS, Fault, Kind, Proxy, before
from tests.features.tus_client import BYTES, UPLOADS, VERSION
from tests.support.web_server import HOST, Client, Server, free_port, until

pytestmark = [pytest.mark.process, pytest.mark.slow]

SIZE = 40_000_003
CUTS = (7_654_321, 12_345_678)
"""bytes that a connection carries before it breaks"""
SEED = 14
CLIENT_SECONDS = 60
"""how long the server waits for a silent client whose place nobody wants"""


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def served(folder: Path, opened: ExitStack, **settings: str) -> tuple[Server, Proxy]:
    """A server behind a proxy that gives its address."""
    proxy = opened.enter_context(before(free_port()))
    server = Server(folder, {"BASE_URL": f"http://{HOST}:{proxy.port}", **settings}, port=proxy.target)
    server.set_up("migrate")
    server.start()
    opened.callback(lambda: server.runs and server.kill())
    return server, proxy


def expect_a_file_to_arrive(server: Server, proxy: Proxy) -> None:
    author = server.depositor()
    draft = author("POST", "/api/records", a_dataset()).json["id"]
    content = random.Random(SEED).randbytes(SIZE)
    source = BytesIO(content)
    tus = Tuspy(f"http://{HOST}:{proxy.port}/api/uploads/tus", headers={"Authorization": f"Bearer {author.token}"})
    metadata = {"record": draft, "filename": "raw/waves.mseed"}
    url = tus.uploader(file_stream=source, metadata=metadata, chunk_size=SIZE).create_url()

    durable = [0]
    for after in CUTS:
        proxy.turn(Fault(Kind.RESET, after=after))
        with pytest.raises(TusUploadFailed):
            tus.uploader(file_stream=source, url=url, chunk_size=SIZE).upload()
        proxy.turn(PASS)
        durable.append(tus.uploader(file_stream=source, url=url).offset)
    assert durable == sorted(set(durable)), "every cut connection has brought something"
    kill_in_the_middle(server, author, url, durable[-1], content)
    durable.append(tus.uploader(file_stream=source, url=url).offset)
    expect_a_silent_client_to_make_way(server, author, url, durable[-1], content)
    uploader = tus.uploader(file_stream=source, url=url, chunk_size=8_000_000, upload_checksum=True)
    assert uploader.offset >= durable[-1]
    uploader.upload()

    file = f"/api/records/{draft}/draft/files/raw/waves.mseed"
    until(lambda: "checksums" in author("GET", file).json, 30, "the file is verified")
    assert author("GET", file).json["checksums"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert tus.uploader(file_stream=source, url=url).offset == SIZE


def kill_in_the_middle(server: Server, author: Client, url: str, offset: int, content: bytes) -> None:
    """Kill the server while it takes a body; then start it again."""
    with half_sent(server, author, url, offset, content):
        server.kill()
    server.start()


def expect_a_silent_client_to_make_way(server: Server, author: Client, url: str, offset: int, content: bytes) -> None:
    """A client that is gone without a sign keeps the next one out for a few seconds, not for its own minute."""
    with half_sent(server, author, url, offset, content) as status:
        until(lambda: status() == 409, CLIENT_SECONDS / 3, "the silent client has made way")


@contextmanager
def half_sent(server: Server, author: Client, url: str, offset: int, content: bytes) -> Iterator[Callable[[], int]]:
    """A body of which half has come, and nothing more does; the status of another request beside it."""
    sent = {**VERSION, "Content-Type": BYTES, "Upload-Offset": str(offset), "Authorization": f"Bearer {author.token}"}
    path = UPLOADS + url.partition(UPLOADS)[2]
    with closing(HTTPConnection(HOST, server.port, timeout=60)) as connection:
        connection.putrequest("PATCH", path)
        for name, value in {**sent, "Content-Length": str(len(content) - offset)}.items():
            connection.putheader(name, value)
        connection.endheaders(content[offset : (offset + len(content)) // 2])

        def status() -> int:
            return author("PATCH", path, b"", sent).status

        until(lambda: status() == 423, 20, "the server takes the body")
        yield status


def test_a_file_arrives_whole_in_a_folder(tmp_path: Path, opened: ExitStack) -> None:
    expect_a_file_to_arrive(*served(tmp_path, opened))


@pytest.mark.minio
def test_a_file_arrives_whole_in_a_bucket(tmp_path: Path, opened: ExitStack, s3_store_url: str) -> None:
    expect_a_file_to_arrive(*served(tmp_path, opened, STORE_URL=s3_store_url))
