"""What a server on embedded engines does in a second, over HTTP.

``python -m tests.benchmarks.api [--seconds 5] [--clients 4]`` starts ``repository serve`` on a temporary folder,
deposits and reads with some clients, and prints one JSON object.  Speeds are those of the machine it
runs on; the `ratio_…` figures compare two things of the same run and travel further.
"""

import argparse
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.support.web_server import HOST, Server, running, until

WORDS = ("climate", "ocean", "glacier", "genome", "protein", "seismic", "river", "soil", "carbon", "aerosol", "lake")
MIB = 1 << 20
BIG = 200 * MIB
MANY = 100
FINDABLE_SECONDS = 60.0


class Connection:
    """One kept-alive connection; raises on any refusal, so that only what succeeded is counted."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._http = HTTPConnection(HOST, port, timeout=300)
        self._token = token

    def __call__(self, method: str, path: str, body: Any = None) -> bytes:
        headers = {"Accept": "*/*"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None and not isinstance(body, bytes):
            headers["Content-Type"], body = "application/json", json.dumps(body).encode()
        self._http.request(method, path, body, headers)
        reply = self._http.getresponse()
        content = reply.read()
        if reply.status >= 400:
            raise RuntimeError(f"{method} {path}: {reply.status} {content[:300]!r}")
        return content


def description(number: int) -> dict[str, Any]:
    words = random.sample(WORDS, 3)
    return {
        "access": {"record": "public", "files": "public"},
        "metadata": {
            "title": f"{words[0].title()} {words[1]} series {number}",
            "publication_date": "2026-01-15",
            "publisher": "Benchmark",
            "resource_type": {"id": "dataset"},
            "description": " ".join(random.choices(WORDS, k=60)),
            "creators": [{"person_or_org": {"type": "personal", "family_name": words[2].title()}}],
        },
    }


def deposit(call: Connection, number: int, files: int = 1, size: int = MIB) -> tuple[str, float]:
    """One dataset from nothing to published; its id and the seconds that the publish call took."""
    record_id = json.loads(call("POST", "/api/records", description(number)))["id"]
    base = f"/api/records/{record_id}/draft"
    keys = [f"part-{n:05}.bin" for n in range(files)]
    call("POST", f"{base}/files", [{"key": key} for key in keys])
    content = os.urandom(size)
    for key in keys:
        call("PUT", f"{base}/files/{key}/content", content)
        call("POST", f"{base}/files/{key}/commit")
    began = time.perf_counter()
    call("POST", f"{base}/actions/publish")
    return record_id, time.perf_counter() - began


def together(clients: int, act: Callable[[int], list[float]]) -> tuple[list[float], float]:
    """What all of `clients` threads measured, and the seconds it took."""
    measured: list[list[float]] = [[] for _ in range(clients)]
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            measured[number] = act(number)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [one for each in measured for one in each], time.perf_counter() - began


def reads(server: Server, clients: int, seconds: float, path: Callable[[], str]) -> dict[str, float]:
    """Requests a second and their latency, with `clients` asking without a pause."""
    end = time.perf_counter() + seconds

    def ask(_number: int) -> list[float]:
        call, took = Connection(server.port), []
        while (began := time.perf_counter()) < end:
            call("GET", path())
            took.append(time.perf_counter() - began)
        return took

    took, elapsed = together(clients, ask)
    return {"per_s": round(len(took) / elapsed, 1), **percentiles(took)}


def percentiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"p{share}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * 1000, 1)
        for share in (50, 95)
    }


def cycles(server: Server, token: str, clients: int, each: int) -> tuple[list[str], dict[str, float]]:
    """Deposit-to-publish cycles with a file of 1 MiB each."""
    ids: list[str] = []

    def measure(number: int) -> list[float]:
        call, took = Connection(server.port, token), []
        for turn in range(each):
            record_id, seconds = deposit(call, number * each + turn)
            ids.append(record_id)
            took.append(seconds)
        return took

    took, elapsed = together(clients, measure)
    publish = {f"publish_{name}": value for name, value in percentiles(took).items()}
    return ids, {"cycles_per_s": round(len(took) / elapsed, 1), **publish}


def findable(server: Server, record_id: str) -> float:
    """Seconds until the search finds a record."""
    call, began = Connection(server.port), time.perf_counter()

    def found() -> bool:
        return json.loads(call("GET", f"/api/records?q=id:{record_id}"))["hits"]["total"] == 1

    until(found, FINDABLE_SECONDS, "the last record is found")
    return round(time.perf_counter() - began, 2)


def transfer(server: Server, token: str) -> dict[str, float]:
    """One big file up and down again."""
    call = Connection(server.port, token)
    record_id = json.loads(call("POST", "/api/records", description(0)))["id"]
    file = f"/api/records/{record_id}/draft/files/big.bin"
    call("POST", f"/api/records/{record_id}/draft/files", [{"key": "big.bin"}])
    content = os.urandom(BIG)
    began = time.perf_counter()
    call("PUT", f"{file}/content", content)
    up = time.perf_counter() - began
    call("POST", f"{file}/commit")
    began = time.perf_counter()
    same = call("GET", f"{file}/content") == content
    down = time.perf_counter() - began
    if not same:
        raise RuntimeError("other bytes came back")
    return {"upload_MB_per_s": round(BIG / 1e6 / up, 1), "download_MB_per_s": round(BIG / 1e6 / down, 1)}


def many_files(server: Server, token: str) -> dict[str, float]:
    """A record with many small files."""
    began = time.perf_counter()
    _, publish = deposit(Connection(server.port, token), 0, files=MANY, size=1000)
    upload = time.perf_counter() - began - publish
    return {"many_files": MANY, "many_files_upload_s": round(upload, 2), "many_files_publish_s": round(publish, 3)}


def measure(server: Server, clients: int, seconds: float) -> dict[str, Any]:
    server.run("user", "create", "bench@example.org")
    token = server.run("token", "create", "bench@example.org").strip()
    ids, figures = cycles(server, token, clients, each=25)
    found = findable(server, ids[-1])
    search = reads(server, clients, seconds, lambda: f"/api/records?q={random.choice(WORDS)}&size=10&sort=bestmatch")
    record = reads(server, clients, seconds, lambda: f"/api/records/{random.choice(ids)}")
    page = reads(server, clients, seconds, lambda: f"/records/{random.choice(ids)}")
    trivial = reads(server, clients, seconds, lambda: "/health/live")
    return {
        **figures,
        "last_findable_after_s": found,
        "search": search,
        "record_read": record,
        "landing_page": page,
        "trivial_view": trivial,
        "ratio_record_read_to_trivial_view": round(record["per_s"] / trivial["per_s"], 2),
        **transfer(server, token),
        **many_files(server, token),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each reading measurement")
    parser.add_argument("--clients", type=int, default=4)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="repository-bench-") as folder, running(Path(folder)) as server:
        print(json.dumps(measure(server, wanted.clients, wanted.seconds), indent=1))


if __name__ == "__main__":
    main()
