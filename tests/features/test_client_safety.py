"""The command line in odd company: hostile servers, tokens that must stay where they belong, and odd folders."""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from tests.conftest import Caller
from tests.features.client_calls import Client, files_below
from tests.support.live_server import LiveServer, live

pytestmark = pytest.mark.slow

HOSTILE = (
    "../out",
    "/out",
    "a/../../out",
    "a/./b",
    "a\\b",
    "",
    "a\nb",
    "link/out",
    ".repository-download/x",
    "a//b",
    "..",
)


def listing(files: dict[str, bytes]) -> dict[str, Any]:
    entries = [
        {"key": key, "size": len(content), "checksum": f"md5:{hashlib.md5(content).hexdigest()}", "status": "completed"}
        for key, content in files.items()
    ]
    return {"enabled": True, "entries": entries, "links": {}}


def test_no_name_leads_out_of_the_folder(hasty_client: None, tmp_path: Path) -> None:
    files = {**dict.fromkeys(HOSTILE, b"bad"), "good/a": b"good"}

    def server(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = Request(environ).path
        body = json.dumps(listing(files)).encode() if path.endswith("/files") else files["good/a"]
        return Response(body)(environ, start)

    folder, outside = tmp_path / "got", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "link").symlink_to(outside)
    with live(server) as hostile:
        report = Client(hostile.address).told("download", "1", folder, status=3)
    assert {file["key"] for file in report["files"] if file["state"] == "failed"} == set(HOSTILE)
    assert files_below(folder) == {"good/a": b"good"}
    assert list(outside.iterdir()) == []
    assert sorted(place.name for place in tmp_path.iterdir()) == ["got", "outside"]


def test_the_token_goes_to_no_other_server(hasty_client: None, tmp_path: Path) -> None:
    content = b"from the store"

    def store(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return Response(content)(environ, start)

    with live(store) as other:

        def server(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            if Request(environ).path.endswith("/files"):
                return Response(json.dumps(listing({"a": content})))(environ, start)
            return Response(status=302, headers={"Location": f"{other.address}/a?X-Amz-Signature=1"})(environ, start)

        with live(server) as ours:
            Client(ours.address, "secret")("download", "1", tmp_path / "got")
        assert [request.headers.get("Authorization") for request in ours.asked] == ["Bearer secret"] * 2
    assert [request.headers.get("Authorization") for request in other.asked] == [None]
    assert files_below(tmp_path / "got") == {"a": content}


class _Parts:
    """A server that takes large files in parts, at a store of its own; of the first part it loses the first try."""

    def __init__(self) -> None:
        self.store = ""
        self.parts: dict[int, bytes] = {}
        self.declared: dict[str, Any] = {}
        self.refusals = 1

    def entry(self) -> dict[str, Any]:
        size, part = self.declared["size"], self.declared["transfer"]["part_size"]
        missing = [n for n in range(1, -(-size // part) + 1) if n not in self.parts]
        whole = b"".join(self.parts[n] for n in sorted(self.parts))
        done = {} if missing else {"checksum": f"md5:{hashlib.md5(whole).hexdigest()}"}
        links = {"parts": [{"part": n, "url": f"{self.store}/{n}?X-Amz-Signature=1"} for n in missing]}
        status = "pending" if missing else "completed"
        return {**self.declared, "status": status, "links": links, **done}

    def api(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        if request.method == "POST" and request.path.endswith("/files"):
            (self.declared,) = request.get_json()
        if request.path.endswith(("/files", "/draft")):
            body: Any = {"id": "1", "entries": [self.entry()] if self.declared else []}
        else:
            body = self.entry()
        return Response(json.dumps(body), content_type="application/json")(environ, start)

    def keep(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        content = request.get_data()
        number = int(request.path[1:])
        if request.headers["Content-MD5"] != base64.b64encode(hashlib.md5(content).digest()).decode():
            return Response("a part that was cut", status=400)(environ, start)
        if number == 1 and self.refusals:
            self.refusals -= 1
            return Response("expired", status=403)(environ, start)
        self.parts[number] = content
        return Response()(environ, start)


def test_large_files_go_in_parts_straight_to_the_store(hasty_client: None, tmp_path: Path) -> None:
    content = os.urandom(11 << 20)
    (tmp_path / "big.bin").write_bytes(content)
    service = _Parts()
    with live(service.keep) as store, live(service.api) as server:
        service.store = store.address
        arguments = ("upload", "1", tmp_path / "big.bin", "--parts-above", 5, "--part-size", 5)
        report = Client(server.address, "secret").told(*arguments)
        assert report["counts"] == {"sent": 1}
        assert {request.headers.get("Authorization") for request in store.asked} == {None}
        assert sorted(request.path for request in store.asked) == ["/1", "/1", "/2", "/3"]
        assert b"".join(service.parts[number] for number in (1, 2, 3)) == content
        del service.parts[2]
        store.asked.clear()
        assert Client(server.address, "secret").told(*arguments)["counts"] == {"sent": 1}
        assert [request.path for request in store.asked] == ["/2"]


def test_a_token_is_kept_for_its_server_alone_and_forgotten(
    client_site: LiveServer, author: Caller, kept_tokens: Path, tmp_path: Path
) -> None:
    wrong = Client(client_site.address, "wrong")("login", status=2)
    assert "401" in wrong.stderr + wrong.stdout
    assert not kept_tokens.exists()
    Client(client_site.address, author.token)("login")
    assert stat.S_IMODE(kept_tokens.stat().st_mode) == 0o600
    assert author.token not in Client(client_site.address, author.token)("login").stdout
    nobody = Client("")
    (tmp_path / "a").write_bytes(b"a")
    draft = author.post("/api/records", json={"files": {"enabled": True}}).get_json()["id"]
    client_site.asked.clear()
    nobody("upload", draft, tmp_path / "a")
    assert {request.headers["Authorization"] for request in client_site.asked} == {f"Bearer {author.token}"}
    client_site.asked.clear()
    nobody(
        "download", draft, tmp_path / "got", "--server", client_site.address.replace("127.0.0.1", "localhost"), status=2
    )
    assert {request.headers.get("Authorization") for request in client_site.asked} == {None}
    nobody("logout")
    assert json.loads(kept_tokens.read_text())["tokens"] == {}
    assert "login" in nobody("upload", draft, tmp_path / "a", status=1).stderr


def test_odd_folders_are_told_before_anything_is_sent(
    depositor: Client, client_site: LiveServer, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "é").write_text("composed")
    (folder / "e\u0301").write_text("decomposed")
    assert "both be" in depositor("upload", "1", folder, status=1).stderr
    (folder / "é").unlink()
    (folder / "round").symlink_to(folder)
    assert "back to a folder" in depositor("upload", "1", folder, status=1).stderr
    (folder / "round").unlink()
    os.mkfifo(folder / "pipe")
    assert "no file with content" in depositor("upload", "1", folder, status=1).stderr
    (folder / "pipe").unlink()
    (folder / "nowhere").symlink_to("absent")
    assert "nowhere" in depositor("upload", "1", folder, status=1).stderr
    assert client_site.asked == []
