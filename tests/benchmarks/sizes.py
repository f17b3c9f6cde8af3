"""What a call costs on a small site and on a large one: ``python -m tests.benchmarks.sizes``.

``[--records 1000,10000,100000] [--calls 100] [--servers] [--keep FOLDER]`` fills a site for each number of records by
direct inserts and rebuilds its index, asks with one client, and prints one JSON object: each call in milliseconds, the
memory of the web process in MiB, and the ratio of each to the smallest site.  Ratios travel between machines, speeds do
not.  Every record is asked for once only, so that no cache answers.

On embedded engines the sites are folders, which ``--keep`` leaves for the next run, and the milliseconds are processor
time of the web server, which a busy machine disturbs least.  With ``--servers`` the sites are places of the run's own
on the servers of ``make services``, which work too, and the milliseconds are medians of what the client waits.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from config.settings import read_settings
from repository.bootstrap import open_services
from repository.core.actor import GRANTABLE, SYSTEM
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from repository.records.model import Version
from repository.search.index import rebuild
from tests.benchmarks.api import Connection, deposit
from tests.benchmarks.multiplied import multiply
from tests.benchmarks.population import RARE, SUBJECTS, populate
from tests.benchmarks.servers.places import served, site
from tests.support.web_server import environment_of, running

WRITTEN = 50_000
"""records that are written one by one; the database copies those of a larger site, which has a multiple of this"""
WARM = 5
"""calls of each kind before those that count"""
OWN = 30
"""datasets of the depositor, on every site"""
Figures = dict[str, float]


@dataclass
class Place:
    """A filled site behind a web server; `waits` says that its engines work in processes of their own."""

    port: int
    pids: Callable[[], Iterator[int]]
    token: str
    ids: list[int]
    calls: int
    waits: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(5072))

    def measure(self) -> Figures:
        """Return what all calls cost, and the memory after them."""
        fresh = iter(self.chance.sample(self.ids, min(len(self.ids), 4 * (self.calls + WARM))))
        asked: Mapping[str, Callable[[], str]] = {
            "record JSON": lambda: f"/api/records/{next(fresh)}",
            "record page": lambda: f"/records/{next(fresh)}",
            "OAI page": lambda: (
                f"/oai2d?verb=ListRecords&metadataPrefix=oai_dc&from={self.chance.randint(1970, 2020)}-01-01"
            ),
            "OAI page of a set": lambda: "/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc&set=type:dataset",
            "sitemap index": lambda: "/sitemap.xml",
            "feed": lambda: "/feed.atom",
            "newest": lambda: "/api/records",
            "newest of a type": lambda: "/api/records?resource_type=image",
            "common word": lambda: self._search(SUBJECTS),
            "rare word": lambda: self._search(RARE),
            "rare and common word": lambda: self._search(SUBJECTS, RARE),
        }
        figures = {name: self._cost(path) for name, path in asked.items()}
        # after the reads, which the jobs that follow from publications would disturb
        cycles, publications = self._cycles(Connection(self.port, self.token))
        figures["own records"] = self._cost(lambda: "/api/user/records", self.token)
        return figures | {
            "publish call (waited for)": publications,
            "cycle": cycles,
            "memory MiB": max(map(_memory, self.pids())),
        }

    def _search(self, *vocabularies: Sequence[str]) -> str:
        """Return the address of a search for a word of each; so small a page is full on every site."""
        return f"/api/records?size=10&q={quote(' '.join(map(self.chance.choice, vocabularies)))}"

    def _cost(self, path: Callable[[], str], token: str | None = None) -> float:
        call, took = Connection(self.port, token), []
        for turn in range(self.calls + WARM):
            if turn == WARM:
                worked = self._worked()
            address = path()
            began = time.perf_counter()
            call("GET", address)
            if turn >= WARM:
                took.append(time.perf_counter() - began)
        return _milliseconds(took) if self.waits else round((self._worked() - worked) * 1000 / self.calls, 2)

    def _worked(self) -> float:
        """Return the seconds of processor time of all processes of the web server."""
        return sum(map(_worked, self.pids()))

    def _cycles(self, call: Connection) -> tuple[float, float]:
        """Return what whole deposits cost, and what their publish calls took."""
        took, publications, worked = [], [], self._worked()
        for number in range(OWN):
            began = time.perf_counter()
            _, publication = deposit(call, number, size=1_000)
            took.append(time.perf_counter() - began)
            publications.append(publication)
        cycle = _milliseconds(took) if self.waits else round((self._worked() - worked) * 1000 / OWN, 2)
        return cycle, _milliseconds(publications)


def fill(services: Services, records: int) -> list[int]:
    """Return the ids of the site's records, after adding those that it lacks."""
    with services.database.snapshot(SYSTEM) as snapshot:
        ids = list(snapshot.session.scalars(select(Version.id).where(Version.description["publisher"].is_not(None))))
    if len(ids) < records:
        populate(services, min(records, WRITTEN) - len(ids))
        multiply(services, records // WRITTEN)
        rebuild(services, lambda _done, _all: None, resume=False)
        return fill(services, records)
    return ids


def depositor(services: Services) -> str:
    """Return the token of a new person."""
    with services.database.transaction(SYSTEM) as unit:
        person = register_person(unit, f"{time.time_ns()}@example.org")
        return issue_token(unit, person, GRANTABLE)[1]


@contextmanager
def embedded(folder: Path, records: int, calls: int) -> Iterator[Place]:
    """A site on embedded engines in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with running(folder) as server:
        server.stop()
        names = {name.removeprefix("REPOSITORY_").lower(): text for name, text in environment_of(folder).items()}
        chosen = {name: names[name] for name in ("database_url", "store_url", "search_url")}
        services = open_services(read_settings(base_url=server.base_url, **chosen))
        ids, token = fill(services, records), depositor(services)
        services.close()
        server.start()
        yield Place(server.port, lambda: _family(server.pid), token, ids, calls)


@contextmanager
def on_servers(records: int, calls: int) -> Iterator[Place]:
    """A site on PostgreSQL and Elasticsearch."""
    with site() as place:
        ids, token = fill(place.services, records), depositor(place.services)
        with served(place) as pid:
            yield Place(place.port, lambda: _family(pid), token, ids, calls, waits=True)


def ratios(figures: Mapping[int, Figures]) -> dict[str, list[float]]:
    """Return, by call, its cost on each site beside that on the smallest."""
    smallest = figures[min(figures)]
    return {
        name: [round(of_size[name] / smallest[name], 2) for _, of_size in sorted(figures.items())] for name in smallest
    }


def _milliseconds(seconds: Sequence[float]) -> float:
    return round(statistics.median(seconds) * 1000, 2)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _worked(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", default="1000,10000,100000")
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--servers", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--fill", action="store_true", help="fill the sites, and measure nothing")
    wanted = parser.parse_args()
    figures: dict[int, Figures] = {}
    with ExitStack() as stack:
        folder = wanted.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="repository-bench-")))
        for records in map(int, wanted.records.split(",")):
            here = (
                on_servers(records, wanted.calls)
                if wanted.servers
                else embedded(folder / str(records), records, wanted.calls)
            )
            with here as place:
                figures[records] = {} if wanted.fill else place.measure()
                print(json.dumps({records: figures[records]}), flush=True)
    print(json.dumps({"figures": figures, "ratios": ratios(figures)}, indent=1))


if __name__ == "__main__":
    main()
