"""A real nginx in front of a real server, with the site that deploy/ gives.

Without nginx the tests are left out and counted; with ``REQUIRE_NGINX=1`` they fail (`make proxy`).
"""

import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.conftest import a_dataset
from tests.support.web_server import HOST, free_port, running, until

NGINX = shutil.which("nginx")
pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(
        (NGINX is None or shutil.which("openssl") is None) and not os.environ.get("REQUIRE_NGINX"),
        reason="there is no nginx or openssl here (make proxy)",
    ),
]
CONTENT = bytes(range(256)) * 8192
OTHERS = [f"127.0.1.{number}" for number in range(1, 201)]
"""Addresses of this machine's loopback, one a client."""


@dataclass(frozen=True)
class Origin:
    port: int
    record: str
    folder: Path


@dataclass(frozen=True)
class Edge:
    http: int
    https: int
    record: str
    folder: Path

    def ask(self, path: str, sender: str = HOST, **headers: str) -> tuple[HTTPResponse, bytes]:
        with closing(self.connection(sender)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer, answer.read()

    def connection(self, sender: str = HOST) -> HTTPSConnection:
        """A connection from an address of this machine."""
        context = ssl._create_unverified_context()
        return HTTPSConnection(HOST, self.https, timeout=60, context=context, source_address=(sender, 0))


def configured(folder: Path, origin: Origin, http: int, https: int, limits: Mapping[str, str]) -> Path:
    """nginx's whole configuration with the files of deploy/, with ports, limits and a certificate of a test."""
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    line = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", *files]
    subprocess.run(line, check=True, capture_output=True)
    for name in ("nginx-repository.conf", "nginx-limits.conf"):
        text = (ROOT / "deploy" / name).read_text("utf-8")
        for old, new in limits.items():
            text = text.replace(old, new)
        (folder / name).write_text(text, "utf-8")
    site = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in {
        "127.0.0.1:5000": f"{HOST}:{origin.port}",
        "listen 80;": f"listen {HOST}:{http};",
        "listen 443 ssl;": f"listen {HOST}:{https} ssl;",
        "/etc/ssl/data.example.org.pem": str(folder / "cert.pem"),
        "/etc/ssl/data.example.org.key": str(folder / "key.pem"),
        "/etc/nginx/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        "/var/lib/repository/store/": f"{origin.folder}/store/",
    }.items():
        assert old in site, old
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site, "utf-8")
    spools = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"user root; daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f"http {{ access_log off; {spools} include {folder}/site.conf; }}",
        "utf-8",
    )
    return whole


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    folder = tmp_path_factory.mktemp("origin")
    with running(folder, WEB_PROCESSES="1", ACCEL="/protected") as server:
        author = server.depositor()
        record = author("POST", "/api/records", a_dataset()).json["id"]
        files = f"/api/records/{record}/draft/files"
        author("POST", files, [{"key": "data.bin"}])
        author("PUT", f"{files}/data.bin/content", CONTENT)
        author("POST", f"{files}/data.bin/commit")
        assert author("POST", f"/api/records/{record}/draft/actions/publish").status == 202
        yield Origin(server.port, record, folder)


@contextmanager
def fronted(origin: Origin, folder: Path, limits: Mapping[str, str]) -> Iterator[Edge]:
    """nginx before the server, with some of its limits replaced."""
    http, https = free_port(), free_port()
    whole = configured(folder, origin, http, https, limits)
    tested = subprocess.run([str(NGINX), "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    with subprocess.Popen([str(NGINX), "-c", str(whole)]) as proxy:
        try:
            until(lambda: _accepts(https) and _accepts(http), 20, "nginx runs")
            yield Edge(http, https, origin.record, folder)
        finally:
            proxy.terminate()


@pytest.fixture(scope="module")
def edge(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with fronted(origin, tmp_path_factory.mktemp("edge"), {}) as edge:
        yield edge


def require_told(answer: HTTPResponse, body: bytes) -> None:
    """Require the answer to one who asks too much: when to come again, and an error of the API's shape."""
    told = json.loads(body)
    assert (answer.status, told["status"], told["code"]) == (429, 429, "too_many_calls")
    assert set(told) == {"status", "message", "request_id", "code"}
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/json"
    assert told["request_id"] == answer.headers["X-Request-ID"] != ""


def test_nginx_sends_local_files_itself_with_our_headers(edge: Edge) -> None:
    path = f"/api/records/{edge.record}/files/data.bin/content"
    answer, body = edge.ask(path)
    assert (answer.status, body) == (200, CONTENT)
    assert answer.headers["ETag"] == f'"md5:{hashlib.md5(CONTENT).hexdigest()}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Accel-Redirect" not in answer.headers
    assert answer.headers["Accept-Ranges"] == "bytes"
    part, some = edge.ask(path, Range="bytes=100-199")
    assert (part.status, some) == (206, CONTENT[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(CONTENT)}"
    resumed, rest = edge.ask(path, Range="bytes=100-", **{"If-Range": answer.headers["ETag"]})
    assert (resumed.status, rest) == (206, CONTENT[100:])
    assert edge.ask(path, **{"If-None-Match": answer.headers["ETag"]})[0].status == 304


def test_nobody_can_ask_for_a_file_of_the_store(edge: Edge) -> None:
    assert edge.ask("/protected/etc/passwd")[0].status == 404


def test_a_token_in_an_address_is_neither_logged_nor_repeated(edge: Edge) -> None:
    secret = f"access_token=sdr_{'x' * 40}"
    answer, _ = edge.ask(f"/api/records/{edge.record}?{secret}", Referer=f"https://localhost/records/1?{secret}")
    assert answer.status == 401
    with closing(HTTPConnection(HOST, edge.http, timeout=60)) as plain:
        plain.request("GET", f"/records/1?{secret}")
        refused = plain.getresponse()
        assert (refused.status, refused.headers["Location"]) == (403, None)
    assert edge.ask("/last-line")[0].status == 404
    log = edge.folder / "repository.log"
    until(lambda: "/last-line" in log.read_text("utf-8"), 20, "nginx has written its log")
    lines = log.read_text("utf-8") + (edge.folder / "repository-error.log").read_text("utf-8")
    assert f"/api/records/{edge.record}" in lines
    assert "access_token" not in lines


def test_plain_http_leads_to_https_and_https_says_to_stay(edge: Edge) -> None:
    plain = HTTPConnection(HOST, edge.http, timeout=60)
    with closing(plain):
        plain.request("GET", "/records/1?a=b")
        answer = plain.getresponse()
        answer.read()
    assert (answer.status, answer.headers["Location"]) == (301, "https://data.example.org/records/1?a=b")
    stays, body = edge.ask("/api/records")
    assert stays.headers["Strict-Transport-Security"]
    assert json.loads(body)["hits"]["total"] >= 0


def test_one_who_asks_too_often_is_told_to_wait_and_200_others_go_on(origin: Origin, tmp_path: Path) -> None:
    path = f"/api/records/{origin.record}"
    with fronted(origin, tmp_path, {"rate=1000r/s": "rate=1r/m", "burst=2000": "burst=20"}) as edge:
        statuses = [edge.ask(path)[0].status for _ in range(21)]
        assert statuses == [200] * 21
        require_told(*edge.ask(path))
        forged = 'a","message":"b'
        refused, body = edge.ask(path, **{"X-Request-ID": forged, "X-Forwarded-For": OTHERS[0]})
        require_told(refused, body)
        assert forged not in body.decode()
        assert {edge.ask(path, sender)[0].status for sender in OTHERS} == {200}
        require_told(*edge.ask(path))


def test_one_with_too_many_connections_is_told_to_wait_and_200_others_go_on(origin: Origin, tmp_path: Path) -> None:
    path = f"/api/records/{origin.record}"
    with (
        fronted(
            origin, tmp_path, {"limit_conn repository_connections 1000": "limit_conn repository_connections 5"}
        ) as edge,
        ExitStack() as unsent,
    ):
        for _ in range(5):
            connection = unsent.enter_context(closing(edge.connection()))
            connection.putrequest("POST", "/api/records")
            connection.putheader("Content-Length", "10")
            connection.endheaders()
        until(lambda: edge.ask(path)[0].status == 429, 20, "nginx has read the heads of all")
        require_told(*edge.ask(path))
        assert {edge.ask(path, sender)[0].status for sender in OTHERS} == {200}
        require_told(*edge.ask(path))
        unsent.close()
        until(lambda: edge.ask(path)[0].status == 200, 20, "what is given up counts no more")


def test_the_limits_that_tests_make_smaller_stand_in_the_files() -> None:
    together = "".join(
        (ROOT / "deploy" / name).read_text("utf-8") for name in ("nginx-repository.conf", "nginx-limits.conf")
    )
    for limit in ("rate=1000r/s", "burst=2000", "limit_conn repository_connections 1000"):
        assert limit in together
