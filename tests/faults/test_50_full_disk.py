"""A disk that really fills: uploads stop at the reserve, and a full disk loses nothing that was acknowledged.

Database, index, store and log are on one disk of 96 MB, as on a small server.
"""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import a_dataset
from tests.support.small_disk import free_bytes, small_disk, take_all
from tests.support.web_server import Client, Reply, Server, running, until

pytestmark = [pytest.mark.slow, pytest.mark.process]

MB = 1 << 20
DISK, RESERVE, FILE = 96 * MB, 24 * MB, 8 * MB
EMAIL, PASSWORD = "ada@example.org", "a long enough password"
SETTLED = 60.0
CLEAR = {503, 507}
DRAFTS = "/api/records"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", DISK) as mounted:
        yield mounted


@pytest.fixture
def server(disk: Path) -> Iterator[Server]:
    with running(disk, WEB_PROCESSES="1", RESERVE_BYTES=str(RESERVE)) as started:
        yield started


@dataclass
class Depositor:
    """Somebody who remembers what was acknowledged: titles of drafts, and files of records."""

    call: Client
    drafts: dict[str, str] = field(default_factory=dict)
    records: dict[str, bytes] = field(default_factory=dict)

    def open(self, title: str, *, heavy: bool = False) -> Reply:
        body = a_dataset(title=title, description="<p>" + "word " * (60_000 if heavy else 1) + "</p>")
        reply = self.call("POST", DRAFTS, body)
        if reply.status == 201:
            self.drafts[reply.json["id"]] = title
        return reply

    def send(self, draft: str, key: str, content: bytes) -> Reply:
        files = f"{DRAFTS}/{draft}/draft/files"
        for method, path, body in (
            ("POST", files, [{"key": key}]),
            ("PUT", f"{files}/{key}/content", content),
            ("POST", f"{files}/{key}/commit", None),
        ):
            reply = self.call(method, path, body)
            if reply.status >= 400:
                break
        return reply

    def publish(self, draft: str, content: bytes) -> Reply:
        reply = self.call("POST", f"{DRAFTS}/{draft}/draft/actions/publish")
        if reply.status == 202:
            self.records[draft] = content
            del self.drafts[draft]
        return reply

    def finds(self, title: str) -> bool:
        reply = self.call("GET", f"{DRAFTS}?q={quote(f'{chr(34)}{title}{chr(34)}')}")
        return reply.status == 200 and reply.json["hits"]["total"] == 1

    def expect_everything(self) -> None:
        for draft, title in self.drafts.items():
            assert self.call("GET", f"{DRAFTS}/{draft}/draft").json["metadata"]["title"] == title
        for record, content in self.records.items():
            assert self.call("GET", f"{DRAFTS}/{record}").json["is_published"]
            assert self.call("GET", f"{DRAFTS}/{record}/files/data.bin/content").body == content


def ready(depositor: Depositor, title: str) -> str:
    """A draft that can be published."""
    draft = str(depositor.open(title).json["id"])
    assert depositor.send(draft, "data.bin", title.encode()).status == 200
    return draft


def whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def signs_in(client: Client) -> int:
    told = base64.b64encode(f"{EMAIL}:{PASSWORD}".encode()).decode()
    return client("POST", "/api/user/tokens", {"name": "now"}, {"Authorization": f"Basic {told}"}).status


def fill_to_the_reserve(depositor: Depositor, draft: str) -> Reply:
    for number in range(DISK // FILE + 1):
        reply = depositor.send(draft, f"{number}.bin", bytes([number]) * FILE)
        if reply.status >= 400:
            break
    return reply


def open_until_refused(depositor: Depositor) -> Reply:
    """The first refusal: until then the database's own log has room that it uses again."""
    for number in range(DISK // MB):
        reply = depositor.open(f"Heavy {number}", heavy=True)
        if reply.status >= 400:
            break
    return reply


def test_the_reserve_keeps_everything_going_and_a_full_disk_loses_nothing(server: Server, disk: Path) -> None:
    server.run("user", "create", EMAIL, "--password-stdin", input=f"{PASSWORD}\n")
    ada = Depositor(server.client(server.run("token", "create", EMAIL).strip()))
    assert ada.publish(ready(ada, "First"), b"First").status == 202
    waiting, later, spare = ready(ada, "Waiting"), ready(ada, "Later"), str(ada.open("Spare").json["id"])

    refused = fill_to_the_reserve(ada, spare)

    assert (refused.status, refused.json["message"]) == (507, "The store has no room left.")
    assert RESERVE - MB < free_bytes(disk) < RESERVE + FILE + MB
    assert list((disk / "store" / "incoming").iterdir()) == []
    assert signs_in(server.client()) == 201
    assert ada.publish(waiting, b"Waiting").status == 202
    until(lambda: ada.finds("Waiting"), SETTLED, "what is published is found")
    assert ada.call("GET", f"/records/{waiting}").status == 200
    ada.expect_everything()

    foreign = take_all(disk)

    assert free_bytes(disk) == 0
    refusals = [open_until_refused(ada), ada.send(later, "more.bin", b"1" * MB)]
    assert {reply.status for reply in refusals} <= CLEAR
    assert all(reply.json["message"] for reply in refusals)
    assert {ada.publish(later, b"Later").status} <= CLEAR | {202}
    assert {signs_in(server.client())} <= CLEAR | {201}
    assert {ada.call("GET", f"{DRAFTS}?q=First").status} <= CLEAR | {200}
    assert list((disk / "store" / "incoming").iterdir()) == []
    ada.expect_everything()

    foreign.unlink()

    assert ada.call("DELETE", f"{DRAFTS}/{spare}/draft").status == 204
    del ada.drafts[spare]
    if later in ada.drafts:
        assert ada.publish(later, b"Later").status == 202
    last = ready(ada, "Last")
    assert ada.publish(last, b"Last").status == 202
    for title in ("First", "Waiting", "Later", "Last"):
        until(lambda title=title: ada.finds(title), SETTLED, f"{title} is found")  # type: ignore[misc]
    until(lambda: free_bytes(disk) > 2 * RESERVE, SETTLED, "what was discarded is gone")
    ada.expect_everything()
    assert whole(disk / "repository.db")
    assert whole(disk / "search.db")
    assert '"event":"bug"' not in server.log.replace(" ", "")
