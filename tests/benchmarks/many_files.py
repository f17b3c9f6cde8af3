"""What a draft and a record of 100, 2,000 and 20,000 files cost: ``python -m tests.benchmarks.many_files``.

``[--files 100,2000,20000] [--calls 20] [--servers]`` makes a site on embedded engines, or on the servers that are named
in the environment, and a draft for each number.  Names come in batches of 1,000; the last files are named, sent and
committed by requests, the files before them are written into the database as requests would leave them.  Then the draft
is listed, renamed, published, edited, imported into a new version and discarded.  It prints one JSON object: the
milliseconds of each call (of the process itself where all engines are embedded), the shortest half of the calls
averaged, and their ratio to the first number.  Ratios travel between machines, speeds do not.  No cache answers: its
counter moves before each call.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse

from config.logging import configure_logging
from config.settings import read_settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.cli.prepare import prepare_engines
from repository.core.actor import SYSTEM
from repository.core.database.engine import open_database
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from repository.records.model import Version
from tests.benchmarks.servers.places import site
from tests.conftest import a_dataset

BATCH, FOLDERS = 1_000, 100
CONTENT = b"1,2\n"
Figures = dict[str, float]
Result = TypeVar("Result")
Steps = Generator[None, None, Result]


def key_of(number: int) -> str:
    """A name in one of `FOLDERS` folders."""
    return f"data/part-{number % FOLDERS:02}/file-{number:05}.csv"


class Depositor:
    """Somebody at the API, who counts the time of each call."""

    def __init__(self, services: Services, calls: int, clock: Callable[[], float]) -> None:
        with services.database.transaction(SYSTEM) as unit:
            _, token = issue_token(unit, register_person(unit, "depositor@example.org"))
        self.services = services
        self.calls = calls
        self.clock = clock
        self.client: FlaskClient = create_app(services).test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        options.setdefault("buffered", True)
        reply = self.client.open(path, method=method, headers=self.headers, **options)
        assert reply.status_code < 400, (method, path, reply.status_code)
        return reply

    def once(self, method: str, path: str, **options: Any) -> float:
        """The milliseconds of one call."""
        began = self.clock()
        self(method, path, **options)
        return 1_000 * (self.clock() - began)

    def read(self, path: str, before: Callable[[], None] = lambda: None) -> "Steps[float]":
        """The milliseconds of a call that changes nothing."""

        def call() -> float:
            before()
            return self.once("GET", path)

        return several(call for _ in range(self.calls))


def usual(times: Iterator[float]) -> float:
    """The mean of the shortest half: the others were interrupted."""
    shortest = sorted(times)
    half = shortest[: max(1, len(shortest) // 2)]
    return sum(half) / len(half)


def several(calls: Iterable[Callable[[], float]]) -> Steps[float]:
    """Make calls one by one, and return what they usually take."""
    times = []
    for call in calls:
        times.append(call())
        yield
    return usual(iter(times))


def by_turns(lives: Mapping[int, Steps[Figures]]) -> Mapping[int, Figures]:
    """Let lives go on by turns, step by step: what else the machine does meanwhile slows all alike."""
    figures: dict[int, Figures] = {}
    while len(figures) < len(lives):
        for number, life in lives.items():
            try:
                next(life)
            except StopIteration as ended:
                figures[number] = {name: round(spent, 3) for name, spent in ended.value.items()}
    return figures


def life_of(depositor: Depositor, files: int) -> Steps[Figures]:
    """The milliseconds of each step of the life of a dataset with so many files."""
    draft = depositor("POST", "/api/records", json=a_dataset()).get_json()
    record = f"/api/records/{draft['id']}"
    base = f"{record}/draft/files"
    batches = [range(first, min(first + BATCH, files)) for first in range(0, files, BATCH)]
    names = [[{"key": key_of(number)} for number in batch] for batch in batches]
    times = [depositor.once("POST", base, json=batch) / len(batch) for batch in names]
    yield
    figures = {"name, per file": times[-1]}
    figures["list of names, first page"] = yield from depositor.read(f"{base}?size=100")
    commit_all(depositor.services, int(draft["id"]))
    yield
    figures |= yield from _last_files(depositor, base, files)
    for name, query in _lists(depositor, base).items():
        figures[name] = yield from depositor.read(base + query)
    figures["draft JSON"] = yield from depositor.read(f"{record}/draft")
    figures |= yield from _changes(depositor, base)
    figures["publish"] = depositor.once("POST", f"{record}/draft/actions/publish")
    yield
    figures |= yield from _record(depositor, int(draft["id"]), files)
    return figures


def commit_all(services: Services, draft_id: int) -> None:
    """Give every name a file, as if its bytes had been sent and committed."""
    with services.database.transaction(SYSTEM) as unit:
        set_id = unit.session.get_one(Draft, draft_id).file_set_id
        entries = unit.session.scalars(select(FileEntry.id).where(FileEntry.file_set_id == set_id)).all()
        rows = [
            {
                "object_key": f"{set_id}-{number}",
                "size": len(CONTENT),
                "md5": "0" * 32,
                "sha256": "0" * 64,
                "media_type": "text/csv",
                "created": unit.now,
            }
            for number in range(len(entries))
        ]
        stored = unit.session.scalars(insert(StoredFile).returning(StoredFile.id), rows).all()
        pairs = zip(entries, stored, strict=True)
        unit.session.execute(update(FileEntry), [{"id": e, "file_id": f, "pending": False} for e, f in pairs])
        size = len(CONTENT) * len(entries)
        values = {"total_bytes": FileSet.total_bytes + size, "own_bytes": FileSet.own_bytes + size}
        unit.session.execute(update(FileSet).where(FileSet.id == set_id).values(values))


def _last_files(depositor: Depositor, base: str, files: int) -> Steps[Figures]:
    keys = [key_of(number) for number in range(files, files + depositor.calls)]
    once = depositor.once
    figures = {
        "name one": (yield from several(partial(once, "POST", base, json=[{"key": key}]) for key in keys)),
        "send": (yield from several(partial(once, "PUT", f"{base}/{key}/content", data=CONTENT) for key in keys)),
        "commit": (yield from several(partial(once, "POST", f"{base}/{key}/commit") for key in keys)),
    }
    return {**figures, "name, send and commit": sum(figures.values())}


def _lists(depositor: Depositor, base: str) -> Mapping[str, str]:
    count = depositor("GET", f"{base}?size=1").get_json()["count"]
    keys = sorted(map(key_of, range(count)))
    return {
        "list, first page": "?size=100",
        "list, last page by number": f"?size=100&page={count // 100}",
        "list, last page by cursor": f"?size=100&after={keys[max(0, count - 101)]}",
        "level of one folder with all": "?folder=",
        "level of 100 folders": "?folder=data",
        "level of files": "?folder=data/part-07",
        "search of a name": "?q=FILE-00042",
        "search of a type": "?type=csv",
    }


def _changes(depositor: Depositor, base: str) -> Steps[Figures]:
    once = depositor.once
    names = [key_of(42), *(f"renamed-{number}.csv" for number in range(depositor.calls))]
    figures = {
        "rename": (
            yield from several(
                partial(once, "POST", f"{base}/{key}", json={"key": after}) for key, after in pairwise(names)
            )
        ),
        "remove": (
            yield from several(partial(once, "DELETE", f"{base}/{key_of(number)}") for number in range(depositor.calls))
        ),
    }
    for name, method, path, body in (
        ("rename the folder with all", "POST", "/data/", {"key": "moved/"}),
        ("rename it back", "POST", "/moved/", {"key": "data/"}),
        ("rename a folder", "POST", "/data/part-03/", {"key": "data/moved/"}),
        ("remove a folder", "DELETE", "?folder=data/part-05", None),
    ):
        figures[name] = once(method, base + path, **({"json": body} if body else {}))
        yield
    return figures


def _record(depositor: Depositor, record_id: int, files: int) -> Steps[Figures]:
    services, once, path = depositor.services, depositor.once, f"/api/records/{record_id}"

    def changed() -> None:
        with services.database.transaction(SYSTEM) as unit:
            unit.session.get_one(Version, record_id).cache_version += 1

    crate = f"{path}?format=ro-crate"
    figures = {
        "record JSON": (yield from depositor.read(path, changed)),
        "record page": (yield from depositor.read(f"/records/{record_id}", changed)),
        "RO-Crate, per file": once("GET", crate) / files,
        "Croissant, per file": once("GET", f"{path}?format=croissant") / files,
        "RO-Crate, HEAD": (yield from several(partial(once, "HEAD", crate) for _ in range(depositor.calls))),
        "edit": once("POST", f"{path}/draft"),
        "discard the edit": once("DELETE", f"{path}/draft"),
    }
    began = depositor.clock()
    version = depositor("POST", f"{path}/versions").get_json()
    figures["new version"] = 1_000 * (depositor.clock() - began)
    draft = f"/api/records/{version['id']}/draft"
    for name, method, address, divisor, options in (
        ("import, before its reply", "POST", "/actions/files-import", 1, {"buffered": False}),
        ("remove all, after the import", "DELETE", "/files", 1, {}),
        ("import, with its reply, per file", "POST", "/actions/files-import", files, {}),
        ("remove a folder with all", "DELETE", "/files?prefix=data/", 1, {}),
        ("discard the new version", "DELETE", "", 1, {}),
    ):
        figures[name] = once(method, draft + address, **options) / divisor
        yield
    return figures


@contextmanager
def embedded() -> Iterator[Services]:
    """A new site on embedded engines."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/repository.db"
        engine = open_database(database)
        migrate_to(engine, "head")
        engine.dispose()
        engines = {"store_url": f"file:{Path(folder)}/store", "search_url": f"embedded:{folder}/search.db"}
        with closing(open_services(read_settings(database_url=database, **engines))) as services:
            prepare_engines(services)
            yield services


@contextmanager
def on_servers() -> Iterator[Services]:
    """A new site on servers."""
    with site() as place:
        yield place.services


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", default="100,2000,20000")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--servers", action="store_true")
    chosen = parser.parse_args()
    configure_logging("ERROR")
    numbers = [int(number) for number in chosen.files.split(",")]
    clock = time.perf_counter if chosen.servers else time.process_time
    with on_servers() if chosen.servers else embedded() as services:
        depositor = Depositor(services, chosen.calls, clock)
        by_turns({FOLDERS: life_of(depositor, FOLDERS)})  # the first calls of a process read more
        figures = by_turns({number: life_of(depositor, number) for number in numbers})
    smallest = figures[numbers[0]]
    ratios = {n: {name: round(spent / smallest[name], 2) for name, spent in figures[n].items()} for n in numbers}
    print(json.dumps({"milliseconds": figures, "ratios": ratios}, indent=1))


if __name__ == "__main__":
    main()
