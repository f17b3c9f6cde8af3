"""What tests of sending files from a page do again and again."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from werkzeug import Request, Response

from tests.browser.looking import Looking

EMAIL, PASSWORD = "depositor@example.org", "correct horse battery"
SECONDS = 60_000
"""milliseconds in which a busy machine sends a folder"""
MIB = 1 << 20


def sign_in(looking: Looking) -> None:
    reply = looking.page.request.post(f"{looking.address}/api/session", data={"email": EMAIL, "password": PASSWORD})
    assert reply.status == 201


def open_files(looking: Looking) -> str:
    """Begin a draft, open the page of its files, and return the address of their list."""
    page = looking.page
    looking.open("/uploads/new")
    page.locator("main form", has=page.locator("#new-title")).locator("button[type=submit]").click()
    page.wait_for_url("**/edit*")
    draft = page.url.split("/")[4]
    looking.open(f"/uploads/{draft}/files")
    return f"{looking.address}/api/records/{draft}/draft/files"


def in_the_draft(page: Page, files: str) -> dict[str, str]:
    """Key -> SHA-256 of what the server has, complete."""
    entries = page.request.get(f"{files}?size=10000").json()["entries"]
    assert {entry["status"] for entry in entries} <= {"completed"}, entries
    return {entry["key"]: entry["checksums"]["sha256"] for entry in entries}


def on_disk(folder: Path) -> dict[str, str]:
    """Key -> SHA-256 of what lies in a folder, by its own name."""
    return {
        path.relative_to(folder.parent).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def idle(page: Page) -> None:
    """Wait until all that was chosen has come to an end."""
    expect(page.locator("file-uploader")).to_have_attribute("data-state", "idle")


def choose_folder(page: Page, folder: Path) -> None:
    page.locator("#field-folder").set_input_files(folder)


def words(page: Page, name: str) -> str:
    """A sentence of the script in the page's language."""
    return str(page.evaluate("name => JSON.parse(document.querySelector('file-uploader').dataset.words)[name]", name))


def phase(page: Page) -> Locator:
    """What the page says of all files."""
    return page.locator(".uploading .phase")


def trouble(page: Page) -> Locator:
    """What the page says of what is wrong now."""
    return page.locator(".uploading .notice")


@dataclass
class Gate:
    """Stands before the server: lets `most` requests that matter through, and holds the others until it is opened."""

    matters: Callable[[Request], bool]
    most: int
    passed: list[Request] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)

    def __call__(self, request: Request) -> Response | None:
        if not self.matters(request):
            return None
        if len(self.passed) >= self.most and not self.opened.is_set():
            self.held.set()
            self.opened.wait(SECONDS / 1000)
        self.passed.append(request)
        return None


def brings_bytes(request: Request) -> bool:
    """Whether the request has content of files."""
    return request.path.endswith("/draft/files-bundle") or (request.method == "PUT" and "/content" in request.path)


def is_part(request: Request) -> bool:
    """Whether the request is one part of a file."""
    return request.method == "PUT" and "/content/" in request.path


def a_large_file(folder: Path, size: int = 100 * MIB) -> Path:
    """A file of several parts in a folder."""
    folder.mkdir(exist_ok=True)
    path = folder / "large.nc"
    with path.open("wb") as file:
        for number in range(size // MIB):
            file.write(bytes([number % 256]) * MIB)
        file.write(b"end")
    return path


def a_tree(folder: Path, small: int = 292) -> Path:
    """300 files: mostly small ones in many folders, some of a few MB, one larger than a part."""
    for number in range(small):
        path = folder / f"站{number % 20:02}" / ("raw" if number % 3 else ".") / f"温度 #{number} 100%.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{number}\n".encode() * (number % 50))
    for number in range(6):
        (folder / f"middle-{number}.nc").write_bytes(bytes([number]) * (2 * MIB + number))
    (folder / "large.nc").write_bytes(b"".join(bytes([number]) * MIB for number in range(37)) + b"end")
    (folder / "😀.txt").write_bytes(b"")
    (folder / ".DS_Store").write_bytes(b"left out")
    return folder


def slow_line(page: Page, bytes_a_second: int) -> None:
    """Let the browser's bytes leave no faster than this, as over a line far from any city."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    rates = {"uploadThroughput": bytes_a_second, "downloadThroughput": -1, "latency": 50, "offline": False}
    protocol.send("Network.emulateNetworkConditions", rates)
