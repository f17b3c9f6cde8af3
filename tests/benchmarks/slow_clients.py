"""What slow clients cost those who work beside them, on embedded engines over HTTP.

``python -m tests.benchmarks.slow_clients [--seconds 10]`` starts ``repository serve`` with its default threads and
measures searches and reads of records, then again beside 200 downloads at 20 kB/s, 50 stalled uploads and 60 POSTs of
which half is sent.
It prints one JSON object; ``ratio_…`` is the speed beside them to that without, and ``taken_…`` what the readers got.
"""

import argparse
import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import a_dataset
from tests.support.web_server import HOST, Client, Server, running, until

READERS = 200
UPLOADS = 50
POSTS = 60
RECORDS = 30
FILE = b"0123456789abcdef" * (1 << 20)
ROUND_SECONDS = 0.1
BYTES_A_ROUND = 2000
"""20 kB/s"""


def speed_of(work: Callable[[], object], seconds: float, threads: int = 2) -> float:
    """Return how often a second some threads can do this together."""
    counts = [0] * threads
    stop = time.monotonic() + seconds

    def repeat(number: int) -> None:
        while time.monotonic() < stop:
            work()
            counts[number] += 1

    workers = [threading.Thread(target=repeat, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / seconds


def measured(server: Server, record: str, seconds: float) -> dict[str, float]:
    """Return searches and reads of a record in a second."""
    anyone = server.client()

    def expect_answer(path: str) -> None:
        reply = anyone("GET", path)
        assert reply.status == 200, reply.text

    return {
        "search": speed_of(lambda: expect_answer("/api/records?q=ocean"), seconds),
        "record": speed_of(lambda: expect_answer(f"/api/records/{record}"), seconds),
    }


def deposit(server: Server, author: Client) -> tuple[str, str]:
    """Return a published record with a file, one of some, and a draft that waits for bytes."""
    for number in range(RECORDS):
        record = author("POST", "/api/records", a_dataset(title=f"Ocean {number}")).json["id"]
        files = f"/api/records/{record}/draft/files"
        author("POST", files, [{"key": "data.bin"}])
        author("PUT", f"{files}/data.bin/content", FILE if number == RECORDS - 1 else b"small")
        author("POST", f"{files}/data.bin/commit")
        assert author("POST", f"/api/records/{record}/draft/actions/publish").status == 202
    until(lambda: author("GET", "/api/records?q=ocean").json["hits"]["total"] == RECORDS, 60, "all can be found")
    draft = author("POST", "/api/records", a_dataset()).json["id"]
    author("POST", f"/api/records/{draft}/draft/files", [{"key": f"{n}.bin"} for n in range(UPLOADS)])
    return record, draft


class SlowReaders(threading.Thread):
    """Takes a little from each of many downloads, round by round, until it is told to end."""

    def __init__(self, downloads: list[socket.socket]) -> None:
        super().__init__(daemon=True)
        self._downloads = downloads
        self._end = threading.Event()
        self.taken = 0
        self.cut = 0

    def run(self) -> None:
        """Read; a connection without bytes for us has its next turn in the next round."""
        while not self._end.wait(ROUND_SECONDS):
            for download in self._downloads:
                self._read(download)

    def _read(self, download: socket.socket) -> None:
        try:
            piece = download.recv(BYTES_A_ROUND)
        except BlockingIOError:
            return
        self.taken += len(piece)
        self.cut += not piece

    def end(self) -> None:
        self._end.set()
        self.join()


@contextmanager
def slow_clients(server: Server, author: Client, record: str, draft: str) -> Iterator[SlowReaders]:
    """Open all of them; they stay for the block."""
    bearer = f"Host: here\r\nAuthorization: Bearer {author.token}\r\n"
    with ExitStack() as opened:

        def opens(text: str) -> socket.socket:
            made = opened.enter_context(socket.socket())
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
            made.connect((HOST, server.port))
            made.sendall(text.encode())
            made.setblocking(False)
            return made

        for number in range(UPLOADS):
            path = f"/api/records/{draft}/draft/files/{number}.bin/content"
            head = f"PUT {path} HTTP/1.1\r\n{bearer}Content-Type: application/octet-stream\r\nContent-Length: {4 << 20}"
            opens(f"{head}\r\n\r\n{'x' * 50_000}")
        for _ in range(POSTS):
            opens("POST /api/records HTTP/1.1\r\nHost: here\r\nContent-Length: 5000\r\n\r\n{")
        path = f"/api/records/{record}/files/data.bin/content"
        readers = SlowReaders([opens(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n") for _ in range(READERS)])
        readers.start()
        try:
            yield readers
        finally:
            readers.end()


def figures(folder: Path, seconds: float) -> dict[str, Any]:
    """Return the speeds without slow clients and beside them, and their ratios."""
    with running(folder, LOG_LEVEL="WARNING") as server:
        author = server.depositor()
        record, draft = deposit(server, author)
        alone = measured(server, record, seconds)
        began = time.monotonic()
        with slow_clients(server, author, record, draft) as readers:
            beside = measured(server, record, seconds)
            rate = readers.taken / READERS / (time.monotonic() - began)
    return {
        **{f"{name}_per_second": round(speed, 1) for name, speed in alone.items()},
        **{f"ratio_{name}": round(beside[name] / alone[name], 2) for name in alone},
        "taken_by_a_reader_per_second": round(rate),
        "readers_cut": readers.cut,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(figures(Path(folder), chosen.seconds), indent=2))


if __name__ == "__main__":
    main()
