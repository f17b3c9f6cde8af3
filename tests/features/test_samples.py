"""A newcomer starts a server with samples, and sees a filled site."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from repository.cli import commands
from repository.cli.demo_datasets import DEFAULT_DATA
from repository.cli.sample_datasets import LANGUAGES, LICENCES, TYPES, generated_datasets
from repository.cli.samples import fill_with_samples
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.operation.open_jobs import backlog
from tests.conftest import Caller, Deposits

pytestmark = pytest.mark.slow

REAL = 4
COUNT = REAL + len(generated_datasets())


@pytest.fixture
def filled(services: Services) -> int:
    """How many samples were published on the services of this test."""
    return fill_with_samples(services, DEFAULT_DATA)


def hits(anyone: Caller, query: str = "") -> int:
    reply = anyone.get("/api/records", query_string={"q": query, "size": 1})
    assert reply.status_code == 200, reply.text
    return int(reply.get_json()["hits"]["total"])


def buckets(anyone: Caller) -> dict[str, set[str]]:
    facets = anyone.get("/api/records").get_json()["aggregations"]
    return {name: set(keys_below(facet)) for name, facet in facets.items()}


def keys_below(facet: dict[str, Any]) -> Iterator[str]:
    for bucket in facet["buckets"]:
        yield bucket["key"]
        yield from keys_below(bucket.get("inner", {"buckets": []}))


def test_samples_are_published_registered_and_found_at_once_and_once_only(
    filled: int, anyone: Caller, services: Services
) -> None:
    assert filled == COUNT == hits(anyone)
    assert hits(anyone, "penguin") == 1, "the demo's real datasets are among them"
    assert hits(anyone, "塔什干") == 6, "and so are the generated ones, in Chinese too"
    record = anyone.get("/api/records").get_json()["hits"]["hits"][0]
    assert {"doi", "cstr"} <= record["pids"].keys()
    with services.database.snapshot(SYSTEM) as snapshot:
        assert set(backlog(snapshot).values()) == {0}, "no job waits or has failed"
    assert fill_with_samples(services, DEFAULT_DATA) == 0, "a second start"
    assert hits(anyone) == COUNT


def test_samples_show_every_facet_and_some_have_two_versions(filled: int, anyone: Caller) -> None:
    values = buckets(anyone)
    assert set(TYPES) <= values["resource_type"]
    assert set(LANGUAGES) <= values["language"]
    assert set(LICENCES) <= values["license"]
    assert {"open", "restricted"} <= values["access_status"]
    assert len(values["year"]) >= 8
    assert {"csv", "txt", "nc"} <= values["file_type"]

    second = anyone.get("/api/records", query_string={"q": 'metadata.version:"2.0"', "size": 100})
    records = second.get_json()["hits"]["hits"]
    assert len(records) == sum(bool(sample.additions) for sample in generated_datasets())
    assert records[0]["versions"]["index"] == 2
    files = anyone.get(f"/api/records/{records[0]['id']}/files").get_json()["entries"]
    assert len(files) == 3, "those of the first version and one of its own"


def test_a_site_with_a_dataset_of_its_own_gets_no_samples(
    services: Services, deposits: Deposits, anyone: Caller, settle: Callable[[], None]
) -> None:
    deposits.published()
    settle()
    assert fill_with_samples(services, DEFAULT_DATA) == 0
    assert hits(anyone) == 1


@pytest.mark.embedded("the files of a checkout are the same for every engine")
def test_without_the_files_of_a_checkout_the_generated_samples_are_published(
    services: Services, anyone: Caller, tmp_path: Path
) -> None:
    assert fill_with_samples(services, tmp_path / "absent") == COUNT - REAL == hits(anyone)


def test_generated_samples_are_the_same_on_every_machine() -> None:
    assert generated_datasets() == generated_datasets()
    first = generated_datasets()[0]
    assert first.metadata["title"] == "Air temperature near Beijing, monthly means of 2014"
    assert first.files["monthly-means.csv"].startswith(b"month,mean\n2014-01,")
    titles = [sample.metadata["title"] for sample in generated_datasets()]
    assert len(set(titles)) == len(titles)


@pytest.mark.embedded("the option is the same for every engine")
def test_serve_fills_an_empty_site_only_when_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: started.append(command))
    for name, value in {
        "BASE_URL": "http://repository.test",
        "DATABASE_URL": f"sqlite:///{tmp_path}/repository.db",
        "STORE_URL": f"file://{tmp_path}/store",
        "SEARCH_URL": f"embedded:{tmp_path}/search.db",
        "QUEUE_URL": "embedded:",
        "INSPECTION": "off",
        "LOG_LEVEL": "ERROR",
    }.items():
        monkeypatch.setenv(f"REPOSITORY_{name}", value)
    plain, first, second = (
        CliRunner().invoke(commands, ["serve", *options]) for options in ([], ["--with-samples"], ["--with-samples"])
    )
    assert [plain.exit_code, first.exit_code, second.exit_code] == [0, 0, 0], first.output
    assert "sample" not in plain.output
    assert f"Published {COUNT} sample datasets." in first.output
    assert "No samples: the site has datasets already." in second.output
    assert [command[-1] for command in started] == ["repository.wsgi:application"] * 3
