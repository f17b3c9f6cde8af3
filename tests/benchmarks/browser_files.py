"""A folder of 20,000 files with odd names, sent from the page of a draft: ``python -m tests.benchmarks.browser_files``.

``[--files 20000] [--bytes 2000]`` makes a site on embedded engines and a folder, chooses the folder in Chromium, and
waits until everything is stored and compared.  Then the page is opened anew and the folder chosen again, of which
nothing is sent.  It prints one JSON object: files a second, tasks of the page longer than 50 ms (the browser's own
measure of a page that does not answer) and the longest of them, the script's heap, and the nodes of the page.
"""

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from config.settings import read_settings
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.people.accounts import register_person
from tests.browser.chromium import launched
from tests.browser.looking import Looking, window
from tests.browser.sending import EMAIL, PASSWORD, choose_folder, open_files, sign_in
from tests.support.web_server import Server, running

ODD = ("温度 数据", "a b", "100%#?&", "😀", "dots.", "ü" * 40, "'\"", "x" * 120)
FOLDERS = 137
PATIENCE = 3_600_000
"""milliseconds of a run"""
_LISTEN = """
window.__tasks = [];
new PerformanceObserver(list => window.__tasks.push(...list.getEntries().map(task => Math.round(task.duration))))
  .observe({type: "longtask", buffered: true});
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=2_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running(Path(name), SIGN_UP="open") as server:
        _register(server)
        folder = a_folder(Path(name) / "台站", chosen.files, chosen.bytes)
        with (
            sync_playwright() as playwright,
            closing(launched(playwright)) as browser,
            window(browser, server.base_url) as looking,
        ):
            print(json.dumps(measured(looking, folder), indent=2))


def a_folder(folder: Path, files: int, size: int) -> Path:
    """So many files with names as people have them, each with other bytes."""
    for number in range(files):
        place = folder / f"{ODD[number % FOLDERS % len(ODD)]} {number % FOLDERS}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:05} {ODD[number % len(ODD)]}.csv").write_bytes(f"{number}\n".encode().ljust(size, b"."))
    return folder


def _register(server: Server) -> None:
    settings = read_settings(database_url=f"sqlite:///{server.folder}/repository.db")
    with closing(open_services(settings)) as services, services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)


def measured(looking: Looking, folder: Path) -> Mapping[str, Any]:
    """Send the folder twice; return what each time was like, after a look at every digest."""
    page = looking.page
    page.set_default_timeout(PATIENCE)
    page.add_init_script(_LISTEN)
    sign_in(looking)
    files = open_files(looking)
    first = _sent(page, folder)
    page.reload()
    again = _sent(page, folder)
    expected = {
        path.relative_to(folder.parent).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    if _in_the_draft(page, files) != expected:
        raise RuntimeError("the draft has other files than the folder")
    return {"files": len(expected), "first": first, "again": again}


def _sent(page: Page, folder: Path) -> Mapping[str, Any]:
    begun = time.perf_counter()
    choose_folder(page, folder)
    page.locator("file-uploader[data-state=idle]").wait_for()
    seconds = time.perf_counter() - begun
    tasks: list[int] = page.evaluate("window.__tasks")
    protocol = page.context.new_cdp_session(page)
    protocol.send("Performance.enable")
    numbers = {metric["name"]: metric["value"] for metric in protocol.send("Performance.getMetrics")["metrics"]}
    count = sum(1 for path in folder.rglob("*") if path.is_file())
    return {
        "phase": page.locator(".uploading .phase").inner_text(),
        "seconds": round(seconds, 1),
        "files a second": round(count / seconds),
        "tasks over 50 ms": len(tasks),
        "tasks over 100 ms": sum(1 for task in tasks if task > 100),
        "longest task, ms": max(tasks, default=0),
        "heap, MB": round(numbers["JSHeapUsedSize"] / 1e6, 1),
        "elements": page.evaluate("document.querySelectorAll('*').length"),
    }


def _in_the_draft(page: Page, files: str) -> dict[str, str]:
    entries: dict[str, str] = {}
    for number in range(1, 1_000):
        listed = page.request.get(f"{files}?size=10000&page={number}").json()["entries"]
        entries.update({entry["key"]: entry["checksums"]["sha256"] for entry in listed})
        if len(listed) < 10_000:
            break
    return entries


if __name__ == "__main__":
    main()
