"""The page of a draft's files while it sends: what the server answers is played, so that the draft stays as it was."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

from playwright.sync_api import FilePayload, Page, Request, Route, expect

Answer = Callable[[Request], tuple[int, Any]]
MIB = 1 << 20
PATIENCE = 30_000
"""milliseconds that a busy machine may take for what is played"""
SMALL: dict[str, bytes] = {f"站点{number:02} 温度.csv": b"time,value\n" * number * 200 for number in range(1, 41)}
LARGE = {"waves-2024.nc": bytes(40 * MIB)}


def choose(page: Page, files: dict[str, bytes]) -> None:
    """Choose files as a person does."""
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files.items()
    ]
    page.locator("#field-files").set_input_files(payloads)


def sending(page: Page) -> None:
    """Small files are stored, and a large one is on its way."""
    _play(page, "**/files-bundle", _stored)
    _play(page, "**/draft/files", _named)
    page.route("**/content/*", lambda route: None)
    choose(page, SMALL | LARGE)
    expect(page.locator(".files-moving li")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(".uploading .phase")).to_contain_text("40", timeout=PATIENCE)


def paused(page: Page) -> None:
    """A person has paused."""
    sending(page)
    page.locator(".uploading .actions button:visible").first.click()
    expect(page.locator("file-uploader")).to_have_attribute("data-state", "paused", timeout=PATIENCE)


def away(page: Page) -> None:
    """The store does not answer."""
    _play(page, "**/files-bundle", lambda _: (503, {}))
    choose(page, SMALL)
    expect(page.locator(".uploading .notice")).to_be_visible(timeout=PATIENCE)


def signed_out(page: Page) -> None:
    """The session has ended meanwhile."""
    _play(page, "**/files-bundle", lambda _: (401, {}))
    _play(page, "**/api/session", lambda _: (403, {}))
    choose(page, SMALL)
    expect(page.locator(".uploading .sign-in")).to_be_visible(timeout=PATIENCE)


def failed(page: Page) -> None:
    """Some names cannot be, others the draft has already with other content."""
    _play(page, "**/files-bundle", _stored)
    taken = page.locator(".draft-files tbody th[scope=row] bdi")
    names = {f"in\u200bvisible-{number}.csv": b"1" for number in range(3)}
    there = {text: b"other" for text in taken.all_inner_texts() if "/" not in text and "." in text}
    choose(page, {"good.csv": b"1", **names, **there})
    expect(page.locator("file-uploader")).to_have_attribute("data-state", "idle", timeout=PATIENCE)


def held(page: Page) -> None:
    """All together are more than the quota."""
    language = page.evaluate("document.documentElement.lang")
    reason = (
        "剩余空间不足：还剩 1,048,576 字节。"
        if language.startswith("zh")
        else "There is room for 1,048,576 bytes more."
    )
    _play(page, "**/files-check", lambda _: (200, {"entries": [], "reason": reason}))
    choose(page, SMALL)
    expect(page.locator("file-uploader")).to_have_attribute("data-state", "held", timeout=PATIENCE)


def done(page: Page) -> None:
    """Everything is stored and compared."""
    _play(page, "**/files-bundle", _stored)
    choose(page, SMALL)
    expect(page.locator("file-uploader")).to_have_attribute("data-state", "idle", timeout=PATIENCE)


def _play(page: Page, address: str, answer: Answer) -> None:
    def reply(route: Route) -> None:
        if route.request.method == "GET" and not address.endswith("session"):
            return route.fallback()
        status, body = answer(route.request)
        return route.fulfill(status=status, content_type="application/json", body=json.dumps(body))

    page.route(address, reply)


def _stored(request: Request) -> tuple[int, Any]:
    entries = []
    with tarfile.open(fileobj=io.BytesIO(request.post_data_buffer or b"")) as bundle:
        for member in bundle:
            content = bundle.extractfile(member)
            assert content is not None
            sums = {"md5": "", "sha256": hashlib.sha256(content.read()).hexdigest()}
            entries.append({"key": member.name, "status": "stored", "size": member.size, "checksums": sums})
    return 200, {"entries": entries}


def _named(request: Request) -> tuple[int, Any]:
    [file] = json.loads(request.post_data or "[]")
    size, part_size = file["size"], file["transfer"]["part_size"]
    parts = [
        {"part": number + 1, "url": f"{request.url}/{file['key']}/content/{number + 1}"}
        for number in range(-(-size // part_size))
    ]
    transfer = {"type": "M", "part_size": part_size, "received": []}
    entry = {"key": file["key"], "status": "pending", "size": size, "transfer": transfer}
    return 201, {"entries": [{**entry, "links": {"self": request.url, "parts": parts}}]}
