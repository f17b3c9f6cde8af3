"""A real nginx in front of a real server, with the site that deploy/ gives."""

import hashlib
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
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
    pytest.mark.skipif(NGINX is None or shutil.which("openssl") is None, reason="there is no nginx or openssl here"),
]
CONTENT = bytes(range(256)) * 8192


@dataclass(frozen=True)
class Edge:
    http: int
    https: int
    record: str
    folder: Path

    def ask(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        context = ssl._create_unverified_context()
        connection = HTTPSConnection(HOST, self.https, timeout=60, context=context)
        with closing(connection):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer, answer.read()


def configured(folder: Path, upstream: int, http: int, https: int) -> Path:
    """nginx's whole configuration with the files of deploy/, on other ports and with a certificate made for it."""
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    line = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", *files]
    subprocess.run(line, check=True, capture_output=True)
    for name in ("nginx-repository.conf", "nginx-limits.conf"):
        shutil.copy(ROOT / "deploy" / name, folder / name)
    site = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in {
        "127.0.0.1:5000": f"{HOST}:{upstream}",
        "listen 80;": f"listen {HOST}:{http};",
        "listen 443 ssl;": f"listen {HOST}:{https} ssl;",
        "/etc/ssl/data.example.org.pem": str(folder / "cert.pem"),
        "/etc/ssl/data.example.org.key": str(folder / "key.pem"),
        "/etc/nginx/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        "/var/lib/repository/store/": f"{folder}/store/",
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
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("edge")
    http, https = free_port(), free_port()
    with running(folder, WEB_PROCESSES="1", ACCEL="/protected") as server:
        author = server.depositor()
        record = author("POST", "/api/records", a_dataset()).json["id"]
        files = f"/api/records/{record}/draft/files"
        author("POST", files, [{"key": "data.bin"}])
        author("PUT", f"{files}/data.bin/content", CONTENT)
        author("POST", f"{files}/data.bin/commit")
        assert author("POST", f"/api/records/{record}/draft/actions/publish").status == 202
        whole = configured(folder, server.port, http, https)
        tested = subprocess.run([str(NGINX), "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        with subprocess.Popen([str(NGINX), "-c", str(whole)]) as proxy:
            try:
                until(lambda: _accepts(https) and _accepts(http), 20, "nginx runs")
                yield Edge(http, https, record, folder)
            finally:
                proxy.terminate()


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
