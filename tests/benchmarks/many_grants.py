"""What a read costs with 1, 100 and 10,000 grants: ``python -m tests.benchmarks.many_grants``.

``[--grants 1,100,10000] [--calls 100]`` makes a site on embedded engines for each number.  One restricted dataset has
so many readers, and its reader has grants on so many datasets.  The reader asks for the dataset in several forms and
searches.  It prints one JSON object: each call in milliseconds of the process's own time, and its ratio to the first
number.  Ratios travel between machines, speeds do not.  No cache answers: its counter moves before each call.  A search
with more grants has more hits, which it counts.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, update

from config.logging import configure_logging
from config.settings import read_settings
from repository.access.model import GrantRow
from repository.app import create_app
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.cli.prepare import prepare_engines
from repository.core.actor import SYSTEM
from repository.core.database.engine import open_database
from repository.core.unit_of_work import UnitOfWork
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from repository.records.model import Version
from repository.search.index import rebuild
from tests.benchmarks.population import populate

RECORDS = 10_000
WARM = 5
NOBODY = 1_000_000
"""from this number on there are no people"""


def measure(folder: Path, grants: int, calls: int) -> Mapping[str, float]:
    """Return the milliseconds of each call on a new site with so many grants."""
    database = f"sqlite:///{folder}/repository.db"
    engine = open_database(database)
    migrate_to(engine, "head")
    engine.dispose()
    engines = {"store_url": f"file:{folder}/store", "search_url": f"embedded:{folder}/search.db"}
    with closing(open_services(read_settings(database_url=database, **engines))) as services:
        prepare_engines(services)
        populate(services, RECORDS)
        token, version_id = _shared(services, grants)
        rebuild(services, lambda _done, _all: None, resume=False)
        return _timed(create_app(services), services, token, version_id, calls)


def _shared(services: Services, grants: int) -> tuple[str, int]:
    with services.database.transaction(SYSTEM) as unit:
        person = register_person(unit, "reader@example.org")
        _, token = issue_token(unit, person)
        rows = unit.session.execute(select(Version.id, Version.concept_id).order_by(Version.id).limit(grants)).all()
        unit.session.execute(update(Version).values(record_access="restricted", files_access="restricted"))
        first = rows[0].concept_id
        _give(unit, [(row.concept_id, person.id) for row in rows])
        _give(unit, [(first, NOBODY + number) for number in range(grants - 1)])
        return token, int(rows[0].id)


def _give(unit: UnitOfWork, pairs: Sequence[tuple[int, int]]) -> None:
    row = {"subject_kind": "person", "permission": "view", "created": unit.now}
    if pairs:
        unit.session.execute(insert(GrantRow), [row | {"concept_id": at, "subject_id": to} for at, to in pairs])


def _timed(app: Flask, services: Services, token: str, version_id: int, calls: int) -> Mapping[str, float]:
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    paths = {
        "record JSON": f"/api/records/{version_id}",
        "record page": f"/records/{version_id}",
        "files": f"/api/records/{version_id}/files",
        "versions": f"/api/records/{version_id}/versions",
        "search": "/api/records?q=climate&size=10",
    }

    def ask(path: str) -> Callable[[], None]:
        def call() -> None:
            reply = client.get(path, headers=headers, buffered=True)
            assert reply.status_code == 200, reply.text

        return call

    return {name: _milliseconds(services, version_id, ask(path), calls) for name, path in paths.items()}


def _milliseconds(services: Services, version_id: int, call: Callable[[], None], calls: int) -> float:
    spent = 0.0
    for number in range(WARM + calls):
        with services.database.transaction(SYSTEM) as unit:
            unit.session.get_one(Version, version_id).cache_version += 1
        began = time.process_time()
        call()
        spent += time.process_time() - began if number >= WARM else 0
    return round(1_000 * spent / calls, 3)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grants", default="1,100,10000")
    parser.add_argument("--calls", type=int, default=100)
    chosen = parser.parse_args()
    configure_logging("ERROR")
    numbers = [int(number) for number in chosen.grants.split(",")]
    figures = {}
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            figures[number] = measure(Path(folder), number, chosen.calls)
    smallest = figures[numbers[0]]
    ratios = {
        number: {name: round(spent / smallest[name], 2) for name, spent in figures[number].items()}
        for number in numbers
    }
    print(json.dumps({"milliseconds": figures, "ratios": ratios}, indent=1))


if __name__ == "__main__":
    main()
