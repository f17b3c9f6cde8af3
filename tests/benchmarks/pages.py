"""What pages cost beside the JSON of the same, and their first byte: ``python -m tests.benchmarks.pages``.

``[--files 100,20000] [--records 1000,10000] [--calls 40]`` makes a site on embedded engines for each pair of numbers:
so many records and one of so many files in folders beside them.  It prints one JSON object: milliseconds of the process
itself for each call, what was done until the first byte, what a page does of the JSON of the same in a second (`rates`;
half as many is the promise), and the ratio of each to the first pair.  Ratios travel between machines, speeds do not.
Caches of pages answer as they do at a site that is read; the lines called `changed` are of a record that changed before
each call.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping

from sqlalchemy import update

from config.logging import configure_logging
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.records.model import Version
from repository.search.index import rebuild
from tests.benchmarks.many_files import BATCH, Depositor, commit_all, embedded, key_of, usual
from tests.benchmarks.population import populate
from tests.conftest import a_dataset

WARM = 3
HALF = {"search page": "search JSON", "record page": "record JSON", "files page": "files JSON"}
"""page -> the JSON of the same"""
Figures = Mapping[str, float]


def published(depositor: Depositor, files: int) -> int:
    """Return the id of a published record with so many files in folders."""
    draft = int(depositor("POST", "/api/records", json=a_dataset()).get_json()["id"])
    for first in range(0, files, BATCH):
        names = [{"key": key_of(number)} for number in range(first, min(first + BATCH, files))]
        depositor("POST", f"/api/records/{draft}/draft/files", json=names)
    commit_all(depositor.services, draft)
    depositor("POST", f"/api/records/{draft}/draft/actions/publish")
    return draft


def measured(depositor: Depositor, record_id: int) -> Figures:
    """Return the milliseconds of each call, whole and until its first byte."""
    paths = {
        "search page": "/search?q=climate",
        "search JSON": "/api/records?q=climate",
        "record page": f"/records/{record_id}",
        "record JSON": f"/api/records/{record_id}",
        "files page": f"/records/{record_id}?path=data/part-00/",
        "files JSON": f"/api/records/{record_id}/files?size=100",
    }
    changing = {f"{name}, changed": path for name, path in paths.items() if name.startswith("record")}
    whole = {name: _spent(depositor, path, _nothing) for name, path in paths.items()}
    changed = {name: _spent(depositor, path, _changed(depositor, record_id)) for name, path in changing.items()}
    first = {f"{name}, first byte": _first_byte(depositor, path) for name, path in paths.items()}
    return {name: round(spent, 3) for name, spent in (whole | changed | first).items()}


def _spent(depositor: Depositor, path: str, before: Callable[[], None]) -> float:
    def call() -> float:
        before()
        return depositor.once("GET", path)

    return usual(call() for _ in range(WARM + depositor.calls))


def _first_byte(depositor: Depositor, path: str) -> float:
    def call() -> float:
        began = depositor.clock()
        reply = depositor("GET", path, buffered=False)
        next(iter(reply.response))
        spent = 1_000 * (depositor.clock() - began)
        reply.close()
        return spent

    return usual(call() for _ in range(WARM + depositor.calls))


def _nothing() -> None:
    return


def _changed(depositor: Depositor, record_id: int) -> Callable[[], None]:
    def change() -> None:
        raised = update(Version).where(Version.id == record_id).values(cache_version=Version.cache_version + 1)
        with depositor.services.database.transaction(SYSTEM) as unit:
            unit.session.execute(raised)

    return change


def of_site(services: Services, files: int, records: int, calls: int, clock: Callable[[], float]) -> Figures:
    """Return the figures of a site with so many records, one of them with so many files."""
    populate(services, records)
    depositor = Depositor(services, calls, clock)
    record_id = published(depositor, files)
    rebuild(services, lambda _done, _all: None, resume=False)
    return measured(depositor, record_id)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", default="100,20000")
    parser.add_argument("--records", default="1000,10000")
    parser.add_argument("--calls", type=int, default=40)
    chosen = parser.parse_args()
    configure_logging("ERROR")
    figures: dict[str, Figures] = {}
    for files, records in zip(chosen.files.split(","), chosen.records.split(","), strict=True):
        with embedded() as services:
            figures[f"{files} files, {records} records"] = of_site(
                services, int(files), int(records), chosen.calls, time.process_time
            )
    first = next(iter(figures.values()))
    rates = {
        site: {page: round(of[other] / of[page], 2) for page, other in HALF.items()} for site, of in figures.items()
    }
    ratios = {site: {name: round(spent / first[name], 2) for name, spent in of.items()} for site, of in figures.items()}
    print(json.dumps({"milliseconds": figures, "rates": rates, "ratios": ratios}, indent=1))


if __name__ == "__main__":
    main()
