"""Health asks whether the engines work: each mishap is told in words, before or when it stops something."""

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.core.conditions import well
from repository.core.disks import Disks
from repository.core.errors import NoRoom, Unavailable
from repository.engines.conditions import store_condition
from repository.engines.limits.redis_counter import AWAY, RedisCounter
from repository.engines.minted_numbers import MINTED
from repository.engines.services import Services
from repository.engines.store_identity import ANOTHER, MISSING, STORE_ID
from tests.conftest import Caller, Deposits
from tests.contracts.elasticsearch_places import client_of, indices
from tests.features.provoked import DEGRADED, FAILED, WELL, condition_of, ready
from tests.support.commands import command_here
from tests.support.web_server import environment_of, free_port
from workers.gauges import Gauges
from workers.site_conditions import SiteConditions, checks
from workers.sweeps.schedule import run_due

pytestmark = pytest.mark.slow


@pytest.fixture
def running(services: Services) -> Services:
    """A site whose sweeps have begun."""
    services.store.prepare()
    run_due(services)
    return services


def test_a_site_that_works_is_ready_in_every_part(running: Services) -> None:
    status, body = ready(running)

    assert (status, body["status"]) == (200, "ready"), body
    assert body["conditions"] == {check.name: {"state": "well"} for check in checks()}


def test_a_redis_of_the_limits_that_is_away_is_told(services: Services) -> None:
    assert condition_of(services, "limits").state is WELL
    with closing(RedisCounter(f"redis://127.0.0.1:{free_port()}/0")) as counter:
        told = condition_of(replace(services, limits=replace(services.limits, counter=counter)), "limits")

    assert (told.state, told.problem) == (DEGRADED, AWAY)


def test_a_trial_of_the_store_leaves_nothing_and_is_no_object(running: Services) -> None:
    marks = running.store.marks
    marks.write("trial-1700000000-0123", b"left by a process that was killed")
    before = [name for name in marks.names() if not name.startswith("trial-")]

    assert condition_of(running, "store").state is WELL

    assert list(marks.names()) == before
    assert list(running.store.objects()) == []


def test_trials_at_the_same_time_do_not_disturb_each_other(running: Services) -> None:
    results: list[object] = []
    threads = [threading.Thread(target=lambda: results.append(condition_of(running, "store").state)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [WELL] * 6


@pytest.fixture
def without_store(running: Services, settings: Settings) -> Iterator[Services]:
    """The site whose store lost what a write needs: a folder, or the bucket."""
    address = urlsplit(settings.store_url)
    if address.scheme == "file":
        (Path(address.path) / "incoming").rmdir()
        yield running
        return
    elsewhere = address._replace(netloc=f"{address.netloc}-removed").geturl()
    with closing(open_services(settings.model_copy(update={"store_url": elsewhere}))) as begun:
        yield replace(running, store=begun.store)


def test_a_store_that_takes_nothing_stops_the_site(without_store: Services) -> None:
    status, body = ready(without_store)

    assert (status, body["status"]) == (503, "not ready")
    told = body["conditions"]["store"]
    assert told["state"] == "failed"
    assert "REPOSITORY_STORE_URL" in told["remedy"]


@pytest.mark.parametrize(("mark", "problem"), [(None, MISSING), (b"another", ANOTHER)])
def test_another_store_stops_the_site_and_is_not_written_to(
    mark: bytes | None, problem: str, running: Services, settings: Settings, request: pytest.FixtureRequest
) -> None:
    running.store.marks.remove(STORE_ID)
    if mark is not None:
        running.store.marks.write(STORE_ID, mark)
    before = list(running.store.marks.names())
    begun = open_services(settings)
    request.addfinalizer(begun.close)

    told = condition_of(begun, "store")

    assert (told.state, told.stops, told.problem) == (FAILED, True, problem)
    assert list(running.store.marks.names()) == before


class Marks:
    """Marks of a store whose disk is full, or whose memory is broken."""

    def __init__(self, content: bytes | None) -> None:
        self._content = content

    def write(self, _name: str, _content: bytes) -> None:
        if self._content is None:
            raise NoRoom

    def read(self, _name: str) -> bytes | None:
        return self._content

    def names(self, _prefix: str = "") -> list[str]:
        return []

    def remove(self, _name: str) -> None:
        """There is nothing to remove."""


class Store:
    def __init__(self, content: bytes | None) -> None:
        self.marks = Marks(content)

    def describe(self) -> str:
        return "a store"


@pytest.mark.parametrize(("content", "stops"), [(None, False), (b"other bytes", True)], ids=["full", "broken"])
def test_a_full_store_goes_on_being_read_and_one_that_changes_bytes_does_not(
    content: bytes | None, stops: bool, running: Services
) -> None:
    told = condition_of(replace(running, store=cast(Any, Store(content))), "store")
    assert (told.state, told.stops) == (FAILED, stops)
    assert (told.problem == store_condition.CHANGED) == stops


def test_a_disk_is_told_to_be_short_long_before_uploads_are_refused(
    running: Services, settings: Settings, deposits: Deposits
) -> None:
    fullest = min(running.disks.rooms(), key=lambda room: room.free)
    short = Disks(fullest.free // 2, running.disks.places)
    full = Disks(fullest.free * 2, running.disks.places)

    early = condition_of(replace(running, disks=short), "disks")
    late = condition_of(replace(running, disks=full), "disks")

    deposits.upload(deposits.open()["id"])
    assert [condition_of(running, "disks").state, early.state, late.state] == [WELL, DEGRADED, FAILED]
    assert not late.stops
    assert fullest.names[0] in early.problem
    assert ("database" in early.problem) == settings.database_url.startswith("sqlite")
    assert ready(replace(running, disks=short))[1]["status"] == "degraded"
    assert "/" not in early.problem, "no path is told to everybody"


def test_the_disk_of_a_log_that_is_a_file_is_looked_at(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            names = [name for room in Disks().rooms() for name in room.names]
        finally:
            os.dup2(kept, 2)
            os.close(kept)
    assert names == ["log"]


def test_a_disk_that_is_gone_is_told(running: Services, tmp_path: Path) -> None:
    gone = Disks(0, {"store": tmp_path / "not" / "mounted"})
    assert condition_of(replace(running, disks=gone), "disks").state is FAILED


def test_numbers_that_could_be_given_out_again_are_told(running: Services, deposits: Deposits) -> None:
    deposits.open()
    assert condition_of(running, "numbers").state is WELL
    running.store.marks.create(f"{MINTED}999999", b"")

    told = condition_of(running, "numbers")

    assert (told.state, told.stops) == (FAILED, False)
    assert "`repository restore --advance`" in told.remedy


def test_a_search_engine_that_takes_no_documents_is_told(running: Services, settings: Settings) -> None:
    if settings.search_url.startswith("embedded:"):
        Path(urlsplit(settings.search_url).path).write_bytes(b"no index at all" * 1000)
        running.search.close()
        told = condition_of(replace(running, search=open_services(settings).search), "search")
        assert (told.state, told.stops) == (FAILED, False)
        assert "`repository index rebuild --anew`" in told.remedy
        return
    server = client_of(settings.search_url)
    assert condition_of(running, "search").state is WELL
    names = sorted(indices(server, settings.search_url))
    server.indices.put_settings(index=names, settings={"index.blocks.read_only_allow_delete": True})
    try:
        told = condition_of(running, "search")
    finally:
        server.indices.put_settings(index=names, settings={"index.blocks.read_only_allow_delete": None})
    assert told.state is DEGRADED
    assert "flood stage" in told.problem


@pytest.mark.embedded("commands read the settings of their process")
def test_health_metrics_and_the_doctor_say_the_same(
    tmp_path: Path, settings: Settings, running: Services, request: pytest.FixtureRequest
) -> None:
    full = open_services(settings.model_copy(update={"reserve_bytes": 1 << 60}))
    request.addfinalizer(full.close)
    conditions = SiteConditions(full, patience=20.0)
    server = Caller(create_app(full, Gauges(full.database, conditions), conditions.told).test_client())
    environment = environment_of(tmp_path, STORE_URL=settings.store_url, RESERVE_BYTES=str(1 << 60))

    told = server.get("/health/ready").get_json()["conditions"]
    metrics = server.get("/metrics").text
    doctor = command_here({**environment, "REPOSITORY_DATABASE_URL": settings.database_url}, "doctor")

    assert {name for name, part in told.items() if part["state"] != "well"} == {"disks"}
    levels = dict(re.findall(r'^repository_condition\{name="(\w+)"\} (\S+)$', metrics, re.MULTILINE))
    assert {name for name, level in levels.items() if level != "0.0"} == {"disks"}
    assert levels["disks"] == "2.0"
    assert re.search(r"^repository_disk_free_bytes\{disk=\"database\"\} [1-9]", metrics, re.MULTILINE)
    assert doctor.returncode == 1
    signs = re.findall(r"^(?:FAILED |LOOK AT)  (\w+):", doctor.stdout, re.MULTILINE)
    assert signs == ["disks"]
    assert f"-> {told['disks']['remedy']}" in doctor.stdout


def test_a_store_that_hangs_holds_nobody_and_keeps_its_last_answer_for_a_while(
    running: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    hanging = replace(running, store=cast(Any, Hanging(released)))
    conditions, last = SiteConditions(hanging, patience=0.3), well()
    try:
        first = conditions.told()["store"]
        monkeypatch.setattr(conditions, "_last", {"store": (time.monotonic(), {"store": last})})
        second = conditions.told()["store"]
    finally:
        released.set()
        for thread in threading.enumerate():
            if thread.name.startswith("ask-"):
                thread.join(60)
    assert (first.state, first.stops) == (FAILED, False)
    assert second is last


class Hanging:
    def __init__(self, until: threading.Event) -> None:
        self._until = until

    def describe(self) -> str:
        self._until.wait(60)
        raise Unavailable


def test_a_fault_of_the_program_in_one_condition_takes_no_other_along(
    running: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(running.clock_watch, "fault", fail)
    status, body = ready(running)
    assert (status, body["status"]) == (200, "degraded")
    assert [name for name, told in body["conditions"].items() if told["state"] != "well"] == ["clock"]
