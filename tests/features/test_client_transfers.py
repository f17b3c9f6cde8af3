"""The person's command line: what goes up comes down, whatever breaks on the way."""

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest
from werkzeug.wrappers import Request, Response

from tests.conftest import Caller, Deposits
from tests.features.client_calls import Client, a_description, a_tree, files_below
from tests.support.cutting_proxy import cutting
from tests.support.live_server import LiveServer
from tests.support.web_server import free_port

pytestmark = pytest.mark.slow

CONTENT = "/content"


def without_bundles(request: Request) -> Response | None:
    """An earlier server, which says nothing of bundles."""
    return Response("{}", mimetype="application/json") if request.path == "/api/limits" else None


def sent_keys(client_site: LiveServer) -> list[str]:
    return [path for path in client_site.paths("PUT") if path.endswith(CONTENT)]


def test_a_folder_comes_back_as_it_went_up(depositor: Client, tmp_path: Path) -> None:
    files = a_tree(tmp_path / "data")
    (tmp_path / "data" / ".hidden").write_text("not meant")
    deposit = depositor.told("deposit", a_description(tmp_path), tmp_path / "data", "--publish")
    assert (deposit["published"], deposit["errors"], deposit["counts"]) == (True, [], {"sent": len(files)})
    record = deposit["record"]
    for number, name in enumerate((record, deposit["pids"]["doi"], f"CSTR:{deposit['pids']['cstr']}")):
        got = tmp_path / f"got-{number}"
        assert Client(depositor.server).told("download", name, got)["counts"] == {"fetched": len(files)}
        assert files_below(got) == files
        assert not any(place.stat().st_mode & 0o111 for place in got.rglob("*") if place.is_file())
    assert depositor.told("download", record, tmp_path / "got-0")["counts"] == {"skipped": len(files)}
    assert depositor.told("verify", f"{depositor.server}/records/{record}", tmp_path / "data")["different"] == {}


def test_only_what_is_not_there_is_sent(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    client_site.between = without_bundles
    files = a_tree(tmp_path / "data")
    record = deposits.open()["id"]
    depositor("upload", record, tmp_path / "data")
    assert len(sent_keys(client_site)) == len(files)
    client_site.asked.clear()
    (tmp_path / "data" / "readme.md").write_bytes(b"# Other\n")
    report = depositor.told("upload", record, tmp_path / "data")
    assert [path.rpartition("/files/")[2] for path in sent_keys(client_site)] == ["readme.md/content"]
    assert {file["key"]: file["state"] for file in report["files"]} == {
        key: "sent" if key == "readme.md" else "skipped" for key in files
    }


def test_a_server_that_wants_names_first_gets_them(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    def between(request: Request) -> Response | None:
        is_unnamed = request.method == "PUT" and not any(path.endswith("/files") for path in client_site.paths("POST"))
        return Response('{"message": "no file"}', status=404) if is_unnamed else without_bundles(request)

    client_site.between = between
    files = a_tree(tmp_path / "data")
    report = depositor.told("upload", deposits.open()["id"], tmp_path / "data", "--jobs", 1)
    assert report["counts"] == {"sent": len(files)}
    assert len(sent_keys(client_site)) == len(files) + 1


def test_a_server_that_has_no_time_gets_it(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    busy = [Response(status=429, headers={"Retry-After": "0"}), Response(status=503), Response(status=502)]
    client_site.between = lambda _: busy.pop() if busy else None
    a_tree(tmp_path / "data")
    depositor("upload", deposits.open()["id"], tmp_path / "data", "--jobs", 1)
    assert busy == []
    client_site.between = lambda _: Response(status=503)
    depositor("upload", deposits.open()["id"], tmp_path / "data", "--retries", 2, status=4)


def test_connections_cut_at_any_byte_change_nothing(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    files = a_tree(tmp_path / "data", **{f"part-{n}": bytes([n]) * 5000 * n for n in range(10)})
    record = deposits.open()["id"]
    with cutting(int(client_site.address.rpartition(":")[2]), most=60_000) as proxy:
        client = Client(f"http://127.0.0.1:{proxy.port}", depositor.token)
        client("upload", record, tmp_path / "data", "--retries", 40)
        deposits.publish(record)
        client("download", record, tmp_path / "got", "--retries", 40)
        assert proxy.cuts > 5
    assert files_below(tmp_path / "got") == files


@pytest.mark.process
@pytest.mark.parametrize(("end", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_client_that_was_ended_in_the_middle_goes_on(
    depositor: Client,
    client_site: LiveServer,
    deposits: Deposits,
    tmp_path: Path,
    end: signal.Signals,
    status: int,
) -> None:
    files = a_tree(tmp_path / "data", **{f"part-{n:02}": bytes([n]) * 3000 for n in range(20)})
    record = deposits.open()["id"]
    reached, released = threading.Event(), threading.Event()

    def hold(request: Request) -> Response | None:
        if request.path.endswith("part-10/content"):
            reached.set()
            released.wait(30)
        return without_bundles(request)

    client_site.between = hold
    line = [sys.executable, "-m", "repository", "upload", record, str(tmp_path / "data"), "--jobs", "2"]
    with subprocess.Popen(
        line, env={**os.environ, **depositor.environment}, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as client:
        assert reached.wait(30)
        client.send_signal(end)
        assert client.wait(30) == status
    released.set()
    client_site.between = None
    sent_before = len(sent_keys(client_site))
    report = depositor.told("upload", record, tmp_path / "data")
    assert report["counts"]["skipped"] > 0
    assert len(sent_keys(client_site)) - sent_before < len(files)
    deposits.publish(record)
    depositor("verify", record, tmp_path / "data")


def test_bytes_that_change_on_their_way_are_never_taken(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    record = deposits.published(**{"a.bin": b"right", "b.bin": b"other"})["id"]
    client_site.between = lambda request: Response(b"wrong") if request.path.endswith(f"a.bin{CONTENT}") else None
    report = depositor.told("download", record, tmp_path / "got", status=3)
    assert files_below(tmp_path / "got") == {"b.bin": b"other"}
    assert [file["key"] for file in report["files"] if file["state"] == "failed"] == ["a.bin"]

    def change(request: Request) -> None:
        if request.method == "PUT":
            request.environ["HTTP_CONTENT_LENGTH"] = "5"
            request.environ["wsgi.input"].read(5)
            request.environ["wsgi.input"] = io.BytesIO(b"wrong")

    client_site.between = change
    (tmp_path / "a.bin").write_bytes(b"right")
    report = depositor.told("upload", deposits.open()["id"], tmp_path / "a.bin", status=3)
    assert "Repr-Digest" in report["files"][0]["error"]


def test_a_download_that_broke_off_goes_on_where_it_was(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 4000
    record = deposits.published(**{"a.bin": content})["id"]
    half = Response(content[:500_000], headers={"Content-Length": str(len(content)), "ETag": tag_of(depositor, record)})
    half.automatically_set_content_length = False
    client_site.between = lambda request: half if request.path.endswith(CONTENT) else None
    depositor("download", record, tmp_path / "got", "--retries", 1, status=4)
    assert len(next((tmp_path / "got").rglob("*.part")).read_bytes()) == 500_000
    client_site.between = None
    client_site.asked.clear()
    depositor("download", record, tmp_path / "got")
    (request,) = [request for request in client_site.asked if request.path.endswith(CONTENT)]
    assert request.headers["Range"] == "bytes=500000-1023999"
    assert request.headers["If-Range"]
    assert files_below(tmp_path / "got") == {"a.bin": content}


def tag_of(client: Client, record: str) -> str:
    with urlopen(f"{client.server}/api/records/{record}/files/a.bin/content") as reply:
        return str(reply.headers["ETag"])


def test_a_large_file_comes_by_several_ranges_at_once(
    depositor: Client,
    client_site: LiveServer,
    deposits: Deposits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("repository.client.fetch_file.RANGE_BYTES", 100_000)
    content = bytes(range(256)) * 1000
    record = deposits.published(**{"a.bin": content})["id"]
    depositor("download", record, tmp_path / "got")
    assert sorted(str(r.headers["Range"]) for r in client_site.asked if r.path.endswith(CONTENT)) == [
        "bytes=0-99999",
        "bytes=100000-199999",
        "bytes=200000-255999",
    ]
    assert files_below(tmp_path / "got") == {"a.bin": content}


def test_scripts_can_tell_from_the_status_what_went_wrong(
    depositor: Client, deposits: Deposits, tmp_path: Path
) -> None:
    record = deposits.open()["id"]
    (tmp_path / "a.txt").write_text("a")
    assert "no file" in depositor("upload", record, tmp_path / "absent", status=1).stderr
    assert "--jobs" in depositor("upload", record, tmp_path / "a.txt", "--jobs", "many", status=1).stderr
    assert Client(depositor.server).told("upload", record, tmp_path / "a.txt", status=2)["error"]["status"] == 403
    assert depositor.told("download", "10.5072/none", tmp_path / "got", status=2)["error"]["status"] == 404
    (tmp_path / "a\\b.txt").write_text("b")
    report = depositor.told("upload", record, tmp_path / "a.txt", tmp_path / "a\\b.txt", status=3)
    assert report["counts"] == {"sent": 1, "failed": 1}
    nowhere = Client(f"http://127.0.0.1:{free_port()}", depositor.token)
    assert nowhere.told("upload", record, tmp_path / "a.txt", "--retries", 2, status=4)["exit_status"] == 4


def test_verify_tells_what_is_missing_other_and_too_much(depositor: Client, deposits: Deposits, tmp_path: Path) -> None:
    record = deposits.published(a=b"a", b=b"b", c=b"c")["id"]
    a_folder = tmp_path / "copy"
    depositor("download", record, a_folder)
    (a_folder / "a").write_bytes(b"A")
    (a_folder / "b").unlink()
    (a_folder / "d").write_bytes(b"d")
    report = depositor.told("verify", record, a_folder, status=3)
    assert (report["same"], report["missing"], list(report["different"]), report["extra"]) == (
        ["c"],
        ["b"],
        ["a"],
        ["d"],
    )
    report = depositor.told("download", record, a_folder, status=3)
    assert "--overwrite" in report["files"][0]["error"]
    depositor("download", record, a_folder, "--overwrite")
    depositor("verify", record, a_folder, "--allow-extra")


def test_a_draft_s_faults_are_told_by_field_and_it_goes_on(depositor: Client, author: Caller, tmp_path: Path) -> None:
    place = tmp_path / "about.json"
    place.write_text('{"title": "Ice", "publication_date": "once"}')
    (tmp_path / "a.txt").write_text("a")
    report = depositor.told("deposit", place, tmp_path / "a.txt", "--publish", status=2)
    assert "metadata.publication_date" in {fault["field"] for fault in report["errors"]}
    assert report["error"]["errors"]
    again = depositor.told(
        "deposit", a_description(tmp_path), tmp_path / "a.txt", "--record", report["record"], "--publish"
    )
    assert (again["record"], again["counts"], again["published"]) == (report["record"], {"skipped": 1}, True)
