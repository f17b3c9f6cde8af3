"""What a request costs does not grow with the number of records, counted in steps of SQLite's machine.

Plans alone do not show it: a range of an index may be all of it.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from repository.engines.services import Services
from tests.benchmarks.population import populate
from tests.conftest import Caller, Deposits
from tests.features.harvesting import ask
from workers.sweeps.schedule import run_now

pytestmark = [pytest.mark.slow, pytest.mark.embedded("PostgreSQL does not count its steps")]

Settle = Callable[[], None]
FEW, MORE = 150, 1_000
"""More than a page of anything; enough to see a cost that grows."""
GROWTH = 1.3


@contextmanager
def counted_steps() -> Iterator[Counter[str]]:
    """Count the steps of all statements that run meanwhile, by the text of the statement."""
    steps: Counter[str] = Counter()
    watched: list[Any] = []
    here = threading.current_thread()

    def count(connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        def step() -> int:
            steps[text] += 1
            return 0

        if threading.current_thread() is not here:
            return  # databases of other tests are made and dropped beside this one
        watched.append(connection.connection.driver_connection)
        watched[-1].set_progress_handler(step, 1)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield steps
    finally:
        event.remove(Engine, "before_cursor_execute", count)
        for connection in watched:
            connection.set_progress_handler(None, 0)


def costs(acts: Mapping[str, Callable[[], object]]) -> dict[str, Counter[str]]:
    """Return the steps of each act, done once before it counts: the first time, more is read."""
    told = {}
    for name, act in acts.items():
        act()
        with counted_steps() as told[name]:
            act()
    return told


def test_what_requests_and_sweeps_cost_does_not_grow_with_the_records(
    services: Services, anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    number = deposits.published()["id"]
    populate(services, FEW)

    def read(path: str) -> Callable[[], object]:
        return lambda: anyone.get(path).status_code == 200 or pytest.fail(path)

    acts: Mapping[str, Callable[[], object]] = {
        "record": read(f"/api/records/{number}"),
        "file list": read(f"/api/records/{number}/files"),
        "versions": read(f"/api/records/{number}/versions"),
        "page": read(f"/records/{number}"),
        "download": read(f"/api/records/{number}/files/data.csv/content"),
        "start page": read("/"),
        "feed": read("/feed.atom"),
        "site map": read("/sitemap.xml"),
        "deposit, publication and jobs": lambda: (deposits.published(), settle()),
        "own records": lambda: author.get("/api/user/records?size=3"),
        "harvest": lambda: ask(anyone, "ListRecords", metadataPrefix="oai_dc", from_="2020-01-01"),
        "harvest of a set": lambda: ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", set="type:dataset"),
        **{sweep: lambda name=sweep: run_now(services, name) for sweep in SWEPT},  # type: ignore[misc]
    }
    before = costs(acts)
    populate(services, MORE)
    after = costs(acts)

    assert all(before[name].total() > 0 for name in acts), "steps are counted"
    grown = {
        name: (before[name].total(), after[name].total(), (after[name] - before[name]).most_common(2))
        for name in acts
        if after[name].total() > GROWTH * before[name].total()
    }
    assert not grown, "\n".join(f"{name}: {more}" for name, more in grown.items())


SWEPT = ("facts", "jobs", "identifiers", "embargoes", "uploads")
"""Those that are due often; that of grants looks at the newest datasets, up to a number of them."""
