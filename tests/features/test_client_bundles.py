"""The command line sends small files in bundles, where the server takes them, and knows of each what became of it."""

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from tests.conftest import Deposits
from tests.features.client_calls import Client, a_tree, files_below
from tests.support.live_server import LiveServer

pytestmark = pytest.mark.slow

BUNDLE = "/files-bundle"


def bundles_of(client_site: LiveServer) -> int:
    return sum(path.endswith(BUNDLE) for path in client_site.paths("POST"))


def many(folder: Path, count: int) -> dict[str, bytes]:
    return a_tree(folder, **{f"part-{n:04}": str(n).encode() * 100 for n in range(count - 4)})


def test_many_small_files_go_in_few_requests_and_large_ones_by_themselves(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    files = many(tmp_path / "data", 600)
    (tmp_path / "data" / "large.bin").write_bytes(bytes(1 << 20))
    record = deposits.open()["id"]
    report = depositor.told("upload", record, tmp_path / "data")
    assert report["counts"] == {"sent": len(files) + 1}
    assert all(len(file["checksums"]["sha256"]) == 64 for file in report["files"])
    assert bundles_of(client_site) == 3
    assert [path.rpartition("/files/")[2] for path in client_site.paths("PUT")] == ["large.bin/content"]
    assert depositor.told("upload", record, tmp_path / "data")["counts"] == {"skipped": len(files) + 1}
    deposits.publish(record)
    depositor("download", record, tmp_path / "got")
    assert files_below(tmp_path / "got") == files_below(tmp_path / "data")


def test_bytes_of_a_bundle_that_change_on_their_way_are_never_taken(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    def change(request: Request) -> None:
        if request.path.endswith(BUNDLE):
            body = request.environ["wsgi.input"].read(int(request.environ["CONTENT_LENGTH"]))
            request.environ["wsgi.input"] = io.BytesIO(body.replace(b"right", b"wrong"))

    client_site.between = change
    for name, content in {"a.bin": b"right", "b.bin": b"other"}.items():
        (tmp_path / name).write_bytes(content)
    record = deposits.open()["id"]
    report = depositor.told("upload", record, tmp_path / "a.bin", tmp_path / "b.bin", status=3)
    assert {file["key"]: file["state"] for file in report["files"]} == {"a.bin": "failed", "b.bin": "sent"}
    assert "received sha256:" in report["files"][0]["error"]


@pytest.mark.parametrize("status", [404, 413, 400])
def test_what_the_server_refuses_together_is_sent_by_itself(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path, status: int
) -> None:
    client_site.between = lambda request: (
        Response("{}", status=status, mimetype="application/json") if request.path.endswith(BUNDLE) else None
    )
    files = many(tmp_path / "data", 300)
    report = depositor.told("upload", deposits.open()["id"], tmp_path / "data", "--jobs", 1)
    assert report["counts"] == {"sent": len(files)}
    assert bundles_of(client_site) == (1 if status == 404 else 2)
    assert len(client_site.paths("PUT")) == len(files)


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_sent_twice(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    lost = [Response(status=502), None]

    def lose(request: Request) -> Response | None:
        return lost.pop(0) if request.path.endswith(BUNDLE) and lost else None

    client_site.between = lose
    files = many(tmp_path / "data", 20)
    assert depositor.told("upload", deposits.open()["id"], tmp_path / "data")["counts"] == {"sent": len(files)}
    assert bundles_of(client_site) == 2


@pytest.mark.process
def test_a_client_that_was_killed_between_two_bundles_goes_on(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    files = many(tmp_path / "data", 600)
    record = deposits.open()["id"]
    reached, released = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        if request.path.endswith(BUNDLE) and bundles_of(client_site) == 2:
            reached.set()
            released.wait(30)

    client_site.between = hold
    line = [sys.executable, "-m", "repository", "upload", record, str(tmp_path / "data"), "--jobs", "1"]
    with subprocess.Popen(
        line, env={**os.environ, **depositor.environment}, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as client:
        assert reached.wait(30)
        client.send_signal(signal.SIGKILL)
        assert client.wait(30) == -signal.SIGKILL
    client_site.between = None
    released.set()
    report = depositor.told("upload", record, tmp_path / "data")
    assert report["counts"]["skipped"] >= 256
    assert sum(report["counts"].values()) == len(files)
    deposits.publish(record)
    depositor("verify", record, tmp_path / "data")
