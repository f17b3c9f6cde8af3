"""A harvester that was written elsewhere, over real connections, while others change what it harvests."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from flask import Flask
from sickle import Sickle
from sickle.models import Header
from sickle.oaiexceptions import NoRecordsMatch
from sqlalchemy import select
from werkzeug.serving import make_server

from repository.core.actor import SYSTEM
from repository.core.clock import now
from repository.engines.services import Services
from repository.records.model import Version
from tests.conftest import Deposits
from tests.features.harvesting import BEGIN, SECOND, correct

pytestmark = pytest.mark.slow

OLD, WRITERS, FURTHER = 300, 2, 3
Many = Callable[..., list[str]]


@pytest.fixture
def harvester(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sickle]:
    monkeypatch.setattr("repository.faces.oai.verbs.PAGE", 10)
    monkeypatch.setattr("repository.faces.oai.verbs.HEADERS_PAGE", 10)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield Sickle(f"http://127.0.0.1:{server.port}/oai2d", timeout=60)
    server.shutdown()
    serving.join()
    server.server_close()


def answered(harvester: Sickle) -> str:
    """When an answer was given."""
    found = harvester.harvest(verb="Identify").xml.findtext("{*}responseDate")
    assert found is not None
    return str(found)


def headers(harvester: Sickle, verb: str = "ListIdentifiers", **arguments: str) -> list[Header]:
    try:
        found = list(getattr(harvester, verb)(metadataPrefix="oai_dc", **arguments))
    except NoRecordsMatch:
        return []
    return [each if verb == "ListIdentifiers" else each.header for each in found]


def truth(services: Services) -> dict[str, tuple[str, bool]]:
    with services.database.snapshot(SYSTEM) as unit:
        return {
            f"oai:repository.test:{version.id}": (second_of(version.datestamp), version.withdrawn_at is not None)
            for version in unit.session.scalars(select(Version))
        }


def second_of(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
def test_a_copy_of_the_repository_is_whole_whatever_is_written_meanwhile(
    services: Services, deposits: Deposits, many: Many, harvester: Sickle, verb: str
) -> None:
    published = many([BEGIN + SECOND * (n // 7) for n in range(OLD - 1)])
    stop = threading.Event()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        while not stop.is_set():
            correct(services, chance.choice(published), withdrawn_at=chance.choice([None, now()]))
            if seed == 0 and chance.random() < 0.2:
                deposits.published()

    copy: dict[str, Header] = {}
    with ThreadPoolExecutor(WRITERS) as writers:
        writing = [writers.submit(write, seed) for seed in range(WRITERS)]
        try:
            begun = answered(harvester)
            first = headers(harvester, verb)
            for _ in range(FURTHER):
                following = answered(harvester)
                copy |= {each.identifier: each for each in headers(harvester, verb, **{"from": begun})}
                begun = following
        finally:
            stop.set()
        assert [each.result() for each in writing] == [None] * WRITERS
    copy = {each.identifier: each for each in first} | copy
    copy |= {each.identifier: each for each in headers(harvester, verb, **{"from": begun})}

    assert len({each.identifier for each in first}) == len(first), "one came twice"
    assert {f"oai:repository.test:{number}" for number in published} <= {each.identifier for each in first}
    assert {name: (each.datestamp, each.deleted) for name, each in copy.items()} == truth(services)


def test_a_harvester_reads_what_is_offered(deposits: Deposits, harvester: Sickle) -> None:
    record = deposits.published()

    identity = harvester.Identify()
    (read,) = harvester.ListRecords(metadataPrefix="oai_dc", set="type-dataset")

    assert (identity.deletedRecord, identity.protocolVersion) == ("persistent", "2.0")
    assert next(harvester.ListMetadataFormats()).metadataPrefix == "oai_dc"
    assert [each.setSpec for each in harvester.ListSets()] == ["type-dataset"]
    assert read.header.identifier == record["pids"]["oai"]["identifier"]
    assert read.header.setSpecs == ["type-dataset"]
    assert read.metadata["title"] == [record["metadata"]["title"]]
