"""Health: live is the process, ready is what it needs, and neither waits for what hangs."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from repository import __version__
from repository.app import create_app
from repository.core.database.engine import open_database
from repository.core.errors import Unavailable
from repository.core.health_checks import HealthChecks
from repository.core.unit_of_work import Database
from repository.engines.services import Services, probe
from tests.conftest import Caller
from tests.features.steps import statements

PASSWORD = "not-to-be-told"
ENGINES = {"database", "store", "search", "numbers", "doi", "cstr"}


class Silent:
    """An engine that does not answer, or does not answer before it is released."""

    def __init__(self, reason: str = "It is on holiday.", until: threading.Event | None = None) -> None:
        self.reason, self.until, self.asked = reason, until, 0

    def describe(self) -> str:
        self.asked += 1
        if self.until is not None:
            self.until.wait(60)
        raise Unavailable(self.reason)

    def close(self) -> None:
        """There is nothing to close."""


def ask(services: Services, path: str = "/health/ready") -> Any:
    return Caller(create_app(services).test_client()).get(path)


@pytest.fixture
def unreachable() -> Iterator[Engine]:
    """A PostgreSQL that refuses connections."""
    engine = open_database(f"postgresql://somebody:{PASSWORD}@127.0.0.1:1/nowhere")
    yield engine
    engine.dispose()


@pytest.fixture
def half_open() -> Iterator[Engine]:
    """A PostgreSQL that accepts connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        engine = open_database(f"postgresql://somebody:{PASSWORD}@127.0.0.1:{server.getsockname()[1]}/nowhere")
        yield engine
    engine.dispose()


def test_every_engine_that_answers_is_ready(services: Services) -> None:
    reply = ask(services)

    assert reply.status_code == 200
    assert reply.get_json() == {
        "status": "ready",
        "version": __version__,
        "engines": dict.fromkeys(ENGINES, "ready"),
    }
    assert reply.headers["Cache-Control"] == "no-store"


def test_live_touches_no_engine_even_for_somebody_who_shows_a_token(services: Services) -> None:
    silent = Silent()
    away = replace(services, store=silent, search=silent)  # type: ignore[arg-type]

    with statements(services) as seen:
        client = create_app(away).test_client()
        reply = client.get("/health/live", headers={"Authorization": "Bearer sdr_whatever"})

    assert (reply.status_code, reply.get_json()) == (200, {"status": "live", "version": __version__})
    assert seen == []
    assert silent.asked == 0


def test_without_the_search_engine_the_server_is_degraded_and_goes_on(services: Services) -> None:
    reply = ask(replace(services, search=Silent()))  # type: ignore[arg-type]

    assert reply.status_code == 200
    assert reply.get_json()["status"] == "degraded"
    assert reply.get_json()["engines"] == {**dict.fromkeys(ENGINES, "ready"), "search": "It is on holiday."}


def test_without_the_store_the_server_is_not_ready(services: Services) -> None:
    reply = ask(replace(services, store=Silent()))  # type: ignore[arg-type]

    assert reply.status_code == 503
    assert reply.get_json()["status"] == "not ready"
    assert reply.get_json()["engines"]["store"] == "It is on holiday."


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["unreachable", "half_open"])
def test_without_the_database_the_server_is_not_ready_and_tells_no_password(
    fault: str, services: Services, request: pytest.FixtureRequest
) -> None:
    reply = ask(replace(services, database=Database(request.getfixturevalue(fault))))

    assert reply.status_code == 503
    assert reply.get_json()["status"] == "not ready"
    assert {name for name, state in reply.get_json()["engines"].items() if state != "ready"} == {"database", "numbers"}
    assert PASSWORD not in reply.text


@pytest.mark.slow
def test_an_engine_that_hangs_is_not_waited_for_and_not_asked_again_meanwhile(services: Services) -> None:
    released = threading.Event()
    hanging = Silent(until=released)
    client = create_app(replace(services, search=hanging)).test_client()  # type: ignore[arg-type]

    first = client.get("/health/ready")
    second = client.get("/health/ready")
    released.set()

    assert [first.get_json()["status"], second.get_json()["status"]] == ["degraded", "degraded"]
    assert first.get_json()["engines"]["search"] == "It does not answer in time."
    assert hanging.asked == 1


def test_an_answer_is_given_again_for_a_while(services: Services) -> None:
    counted = Silent()
    client = create_app(replace(services, search=counted)).test_client()  # type: ignore[arg-type]

    for _ in range(5):
        client.get("/health/ready")

    assert 1 <= counted.asked < 5


def test_questions_can_be_begun_before_anybody_waits_for_them() -> None:
    released, begun = threading.Event(), threading.Event()

    def ask() -> str:
        begun.set()
        assert released.wait(60)
        return "here"

    asking: HealthChecks[str] = HealthChecks({"slow": ask}, patience=60.0)
    asking.begin()
    assert begun.wait(60)
    released.set()  # had `begin` waited for the answer, there would be none

    assert asking.answers() == {"slow": "here"}


def test_a_good_answer_is_given_again_for_longer_than_a_bad_one(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, asked = [0.0], list[str]()
    monkeypatch.setattr("repository.core.health_checks.time", SimpleNamespace(monotonic=lambda: seconds[0]))

    def ask(name: str) -> str:
        asked.append(name)
        return name

    questions = {name: lambda name=name: ask(name) for name in ("good", "bad")}
    asking: HealthChecks[str] = HealthChecks(questions, 60.0, fresh=10.0, is_good=lambda answer: answer == "good")
    for moment in (0.0, 0.5, 2.0, 9.0, 11.0):
        seconds[0] = moment
        asking.answers()

    assert [asked.count("good"), asked.count("bad")] == [2, 4]


def test_questions_are_asked_at_once_and_an_old_one_that_hangs_takes_no_time_from_a_new_one() -> None:
    released = threading.Event()

    def hang() -> str:
        released.wait(60)
        return "late"

    def slow() -> str:
        threading.Event().wait(0.05)
        return "here"

    asking: HealthChecks[str] = HealthChecks({"hangs": hang, "slow": slow}, patience=0.2, fresh=0.0)
    first, second = asking.answers(), asking.answers()
    released.set()
    third = _until_answered(asking, "hangs")

    assert [first["slow"], second["slow"]] == ["here", "here"]
    assert isinstance(first["hangs"], Unavailable)
    assert isinstance(second["hangs"], Unavailable)
    assert third == "late"


def _until_answered(asking: HealthChecks[str], name: str) -> str:
    deadline = time.monotonic() + 60
    while isinstance(answer := asking.answers()[name], Unavailable):
        assert time.monotonic() < deadline
    return answer


def test_a_bug_in_an_engine_is_no_silence_of_it() -> None:
    def broken() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        HealthChecks({"broken": broken}).answers()


def test_the_doctor_hears_every_engine(services: Services) -> None:
    heard = {name: (answer, well) for name, answer, well in probe(replace(services, search=Silent()))}  # type: ignore[arg-type]

    assert heard.keys() == ENGINES | {"mail"}
    assert heard["search"] == ("It is on holiday.", False)
    assert all(well for name, (_, well) in heard.items() if name != "search")
    assert heard["database"][0].startswith(services.database.engine.dialect.name)


def test_health_and_metrics_are_no_part_of_the_described_api(anyone: Caller) -> None:
    described = anyone.get("/api/openapi.json").get_json()["paths"]

    assert not [path for path in described if "health" in path or "metrics" in path]
    assert anyone.get("/api/health/ready").status_code == 404
