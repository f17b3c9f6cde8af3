"""Records that searches and harvests are tried on, what answers have to be, and the depositor's command line."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree

from repository.communities.define_community import define_community
from repository.core.actor import SYSTEM, Role
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.client_calls import Client
from tests.features.communities import TITLES
from tests.features.harvesting import BEGIN, SECOND, change, multiply
from tests.features.oai_schemas import SCHEMA, protocol_schema
from tests.features.steps import Json
from tests.support.live_server import LiveServer, live

Settle = Callable[[], None]


def person(family: str, given: str = "Kristen") -> Json:
    return {"person_or_org": {"type": "personal", "family_name": family, "given_name": given}}


PENGUINS = a_dataset(
    title="Bill dimensions of Antarctic penguins",
    description="<p>Measured near <b>Palmer</b> Station by &lt;hand&gt;.</p>",
    creators=[person("Gorman")],
    subjects=[{"subject": "birds"}, {"subject": "ecology"}],
    languages=[{"id": "eng"}],
    rights=[{"id": "cc0-1.0"}],
    publication_date="2014-03-05",
)


EARTHQUAKE = a_dataset(
    title="四川龙门山断裂带地震波形数据",
    description="<p>汶川地震后的余震观测记录，台站分布于青藏高原东缘。</p>",
    creators=[person("张", "伟"), person("Gorman")],
    subjects=[{"subject": "地震学"}],
    languages=[{"id": "zho"}],
    rights=[{"id": "cc-by-4.0"}],
    publication_date="2020-06-01",
)


CLIMATE = a_dataset(
    title="Gridded temperatures",
    description="<p>Monthly means of the global climate.</p>",
    resource_type={"id": "software"},
    creators=[{"person_or_org": {"type": "organizational", "name": "Climate Office"}}],
    subjects=[{"subject": "ecology"}],
    publication_date="2021",
)


@pytest.fixture
def shelf(deposits: Deposits, settle: Settle) -> dict[str, str]:
    """Three published records; their ids by name."""
    ids = {
        "penguins": deposits.published(PENGUINS, **{"raw/penguins_lter.csv": b"1", "notes.txt": b"x"})["id"],
        "earthquake": deposits.published(EARTHQUAKE, **{"台站/波形数据.mseed": b"2"})["id"],
        "climate": deposits.published(CLIMATE, **{"temperature.nc": b"3"})["id"],
    }
    settle()
    return ids


@pytest.fixture
def schema(tmp_path: Path) -> etree.XMLSchema:
    """What every answer of OAI-PMH has to be valid against."""
    if not SCHEMA.is_file():
        pytest.skip("the schema of OAI-PMH is not here")
    folder = tmp_path / "schemas"
    folder.mkdir()
    return protocol_schema(folder)


@pytest.fixture
def many(services: Services, deposits: Deposits) -> Callable[[Sequence[datetime]], list[str]]:
    """Publish one record and multiply it; the ids of all in the order of their datestamps."""

    def publish(stamps: Sequence[datetime]) -> list[str]:
        record = deposits.published()
        long_ago = BEGIN - SECOND
        change(services, int(record["id"]), updated=long_ago, datestamp=long_ago, created=long_ago)
        return [record["id"], *multiply(services, record, stamps)]

    return publish


@pytest.fixture
def curator(register: Callable[..., Caller]) -> Caller:
    return register("curator@example.org", role=Role.CURATOR)


@pytest.fixture
def community_ids(services: Services) -> Mapping[str, str]:
    """Slug -> id, of two communities that are defined."""
    with services.database.transaction(SYSTEM) as unit:
        return {slug: str(define_community(unit, slug, titles).id) for slug, titles in TITLES.items()}


@pytest.fixture
def hasty_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses before another try are short."""
    monkeypatch.setattr("repository.client.patience.FIRST_PAUSE", 0.001)


@pytest.fixture
def kept_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where this test keeps tokens."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "repository" / "client.json"


@pytest.fixture
def client_site(app: Flask, hasty_client: None, kept_tokens: Path) -> Iterator[LiveServer]:
    """The application at an address."""
    with live(app) as server:
        yield server


@pytest.fixture
def depositor(client_site: LiveServer, author: Caller) -> Client:
    """The depositor at the command line."""
    return Client(client_site.address, author.token)
