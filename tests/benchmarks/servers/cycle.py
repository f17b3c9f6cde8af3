"""Processor time of a deposit-to-publish cycle, process by process.

``python -m tests.benchmarks.servers.cycle [--cycles 200] [--clients 4]`` starts web server, relay and worker on the
servers of ``make services``, deposits and publishes records with a file of 1 MiB each, waits until every job that
follows is done, and prints one JSON object: milliseconds that processors worked for one cycle.  Unlike the time that
passes they hardly depend on what else the machine does; but the store, the index and Redis are counted whole, with what
they do for others meanwhile, while of PostgreSQL only the sessions of the run's own database are.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from deploy.services import default_folder, default_ports, servers_in
from repository.core.actor import GRANTABLE, SYSTEM
from repository.core.facts import FactRow
from repository.operation.model import Job
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.benchmarks.api import MIB, description, together
from tests.benchmarks.servers.asking import Plain
from tests.benchmarks.servers.places import Site, served, site
from tests.engines.addresses import redis_address
from tests.engines.places import reserved_redis
from tests.support.web_server import Process, until

WARMING = 20
"""cycles before the measurement, so that what is made once is made"""
DONE_SECONDS = 120.0
_TICK = 1000 / os.sysconf("SC_CLK_TCK")
_SESSIONS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")

Pids = Mapping[str, Sequence[int]]


def measure(place: Site, cycles: int, clients: int) -> dict[str, Any]:
    """Milliseconds of each process for one cycle, and how many cycles there were in a second."""
    with place.services.database.transaction(SYSTEM) as unit:
        _, token = issue_token(unit, register_person(unit, "bench@example.org"), GRANTABLE)
    with _processes(place) as ours:
        _publish(place, token, clients, WARMING)
        _settle(place)
        before = _worked(place, ours)
        own, began = time.process_time(), time.perf_counter()
        _publish(place, token, clients, cycles)
        own, elapsed = time.process_time() - own, time.perf_counter() - began
        _settle(place)
        after = _worked(place, ours)
    spent = {name: round((after[name] - before[name]) / cycles, 1) for name in after}
    spent["clients"] = round(own * 1000 / cycles, 1)
    return {"ms_per_cycle": spent, "sum_ms": round(sum(spent.values()), 1), "cycles_per_s": round(cycles / elapsed, 1)}


@contextmanager
def _processes(place: Site) -> Iterator[Pids]:
    """Web server, relay and worker of the installation, and the servers of this machine, by name."""
    with ExitStack() as stack:
        pids = {"web": [stack.enter_context(served(place))]}
        for name in ("relay", "worker"):
            process = Process(name, place.folder, place.settings)
            process.start()
            stack.callback(process.stop)
            pids[name] = [process.pid]
        for name, server in servers_in(default_folder(), default_ports()).items():
            if name not in ("postgresql", "minio") and server.pid is not None:
                pids[name] = [server.pid]
        yield {name: [each for pid in of for each in _family(pid)] for name, of in pids.items()}


def _publish(place: Site, token: str, clients: int, cycles: int) -> None:
    content = os.urandom(MIB)

    def measure(number: int) -> list[float]:
        call = Plain(place.settings["BASE_URL"], token)
        for turn in range(number, cycles, clients):
            _cycle(call, turn, content)
        return []

    together(clients, measure)


def _cycle(call: Plain, number: int, content: bytes) -> None:
    record_id = json.loads(call("POST", "/api/records", json.dumps(description(number)).encode()))["id"]
    draft = f"/api/records/{record_id}/draft"
    call("POST", f"{draft}/files", b'[{"key": "part.bin"}]')
    call("PUT", f"{draft}/files/part.bin/content", content, "application/octet-stream")
    call("POST", f"{draft}/files/part.bin/commit")
    call("POST", f"{draft}/actions/publish")


def _settle(place: Site) -> None:
    """Wait until nothing is left to be done."""
    left = select(
        select(func.count(Job.id)).scalar_subquery()
        + select(func.count(FactRow.id)).where(FactRow.relayed_at.is_(None)).scalar_subquery()
    )

    def is_done() -> bool:
        with place.services.database.snapshot(SYSTEM) as unit:
            return unit.session.scalar(left) == 0

    until(is_done, DONE_SECONDS, "all jobs are done")


def _worked(place: Site, ours: Pids) -> dict[str, float]:
    """Milliseconds that each process has worked since it began."""
    with place.services.database.query(SYSTEM) as unit:
        sessions = unit.session.scalars(_SESSIONS).all()
    return {name: sum(map(_milliseconds, pids)) for name, pids in {**ours, "postgresql": sessions}.items()}


def _milliseconds(pid: int) -> float:
    """User and system time (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


def _family(pid: int) -> list[int]:
    """The process and its descendants."""
    children = [each.read_text("ascii").split() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(each for started in children for child in started for each in _family(int(child)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--clients", type=int, default=4)
    wanted = parser.parse_args()
    with site() as place, reserved_redis() as number:
        settings = {**place.settings, "QUEUE_URL": redis_address(number)}
        print(json.dumps(measure(replace(place, settings=settings), wanted.cycles, wanted.clients), indent=1))


if __name__ == "__main__":
    main()
