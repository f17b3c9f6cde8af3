"""What Prometheus learns: requests by route, in all processes together, and the state of the installation."""

from contextlib import closing, suppress
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse
from sqlalchemy import Engine, create_engine, text, update

from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.core.database.engine import open_database
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database
from repository.engines.services import Services
from repository.operation.model import Job, JobState, SweepRow
from tests.conftest import Caller, Deposits
from tests.support.web_server import Client, Cut, Process, Server, command, free_port, until
from workers import job_metrics
from workers.gauges import Gauges
from workers.relay import relay
from workers.sweeps.schedule import run_now

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
REQUESTS = "repository_http_requests_total"


@pytest.fixture
def watched(services: Services) -> Caller:
    """The public, at a server that also reads the state of the installation."""
    return Caller(create_app(services, Gauges(services.database)).test_client())


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def scrape(caller: Caller) -> Samples:
    reply = caller.get("/metrics")
    assert reply.status_code == 200
    return samples(reply.text)


def value(seen: Samples, name: str, **labels: str) -> float:
    return seen.get((name, tuple(sorted(labels.items()))), 0.0)


def requests(seen: Samples, method: str, route: str, status: str) -> float:
    return value(seen, REQUESTS, method=method, route=route, status=status)


def test_requests_are_counted_by_rule_and_never_by_path(watched: Caller) -> None:
    rule = "/api/records/<record:record_id>"
    before = scrape(watched)
    for number in (123_456_701, 123_456_702, 123_456_703):
        assert watched.get(f"/api/records/{number}").status_code == 404
    watched.get("/no/such/page-987654")
    watched("BREW", "/api/records/123456704")
    text = watched.get("/metrics").text
    after = samples(text)

    assert requests(after, "GET", rule, "4xx") - requests(before, "GET", rule, "4xx") == 3
    assert requests(after, "GET", "none", "4xx") - requests(before, "GET", "none", "4xx") == 1
    assert "1234567" not in text
    assert "987654" not in text
    assert "BREW" not in text


def test_times_and_bytes_are_counted(watched: Caller, deposits: Deposits) -> None:
    rule = "/api/records/<record:record_id>/draft/files/<path:key>/content"
    seconds = "repository_http_request_seconds"
    draft = deposits.open()
    before = scrape(watched)
    deposits.upload(draft["id"], "a.bin", b"x" * 5000)
    after = scrape(watched)

    for part in ("_count", "_sum"):
        assert value(after, seconds + part, method="PUT", route=rule) > value(
            before, seconds + part, method="PUT", route=rule
        )
    received = "repository_http_received_bytes_total"
    assert value(after, received) - value(before, received) >= 5000


def test_the_format_is_the_one_that_is_asked_for(watched: Caller) -> None:
    reply = watched.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})

    assert reply.content_type.startswith("application/openmetrics-text")
    assert "repository_http_requests" in {family.name for family in parse_openmetrics(reply.text)}


def test_facts_and_jobs_that_wait_are_told(watched: Caller, deposits: Deposits, services: Services) -> None:
    deposits.published()
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(FactRow).values(at=unit.now.replace(year=unit.now.year - 1)))
    waiting = scrape(watched)
    while relay(services.database):
        pass
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Job).where(Job.name == "register").values(state=JobState.FAILED.value))
    relayed = scrape_anew(services)

    assert value(waiting, "repository_facts_waiting") == 3
    assert value(waiting, "repository_facts_oldest_seconds") > 300 * 86_400
    assert value(relayed, "repository_facts_waiting") == 0
    assert value(relayed, "repository_jobs", queue="soon", kind="register", state="failed") == 2
    assert value(relayed, "repository_jobs", queue="long", kind="verify_files", state="waiting") == 1
    assert value(relayed, "repository_jobs_oldest_seconds", queue="long") > 0
    assert value(relayed, "repository_database_answers") == 1


def scrape_anew(services: Services) -> Samples:
    """By a server that has no answer in store."""
    return scrape(Caller(create_app(services, Gauges(services.database)).test_client()))


def test_the_last_run_of_each_sweep_is_told(services: Services) -> None:
    run_now(services, "jobs")
    run_now(services, "facts")
    with services.database.transaction(SYSTEM) as unit:
        broken = update(SweepRow).where(SweepRow.name == "facts")
        unit.session.execute(broken.values(cause="Unavailable: away", faults=7, repaired=5))

    seen = scrape_anew(services)

    assert value(seen, "repository_sweep_last_success", sweep="jobs") == 1
    assert value(seen, "repository_sweep_last_success", sweep="facts") == 0
    assert value(seen, "repository_sweep_last_found", sweep="facts") == 7
    assert value(seen, "repository_sweep_last_repaired", sweep="facts") == 5
    assert value(seen, "repository_sweep_last_finish_timestamp_seconds", sweep="jobs") > 1_700_000_000
    assert ("repository_sweep_last_success", (("sweep", "store"),)) not in seen


def test_without_the_database_the_rest_is_told(services: Services) -> None:
    away: Engine = open_database("postgresql://somebody:a-password@127.0.0.1:1/nowhere")
    client = create_app(services, Gauges(Database(away))).test_client()
    client.get("/health/live")
    reply = client.get("/metrics")
    away.dispose()

    assert reply.status_code == 200
    seen = samples(reply.text)
    assert ("repository_database_answers", ()) in seen
    assert value(seen, "repository_database_answers") == 0
    assert not [name for name, _ in seen if name.startswith(("repository_facts", "repository_sweep_last"))]
    assert any(name == REQUESTS for name, _ in seen)


def test_jobs_and_sweeps_are_counted_by_who_runs_them(watched: Caller, services: Services) -> None:
    before = scrape(watched)
    job_metrics.job_done("index_records", 0.2, 3)
    job_metrics.job_failed("register")
    run_now(services, "jobs")
    after = scrape(watched)

    def more(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("repository_jobs_done_total", kind="index_records") == 3
    assert more("repository_job_seconds_count", kind="index_records") == 1
    assert more("repository_jobs_failed_total", kind="register") == 1
    assert more("repository_sweeps_run_total", sweep="jobs", outcome="success") == 1


@pytest.mark.process
def test_several_processes_of_one_server_answer_with_their_sum_and_begin_at_nothing(tmp_path: Path) -> None:
    rule = "/api/records/<record:record_id>"
    server = Server(folder=tmp_path, settings={"WEB_PROCESSES": "3"})
    server.set_up("migrate")
    for _ in range(2):
        server.start()
        try:
            client = server.client()
            for number in range(30):
                assert client("GET", f"/api/records/{number + 1}").status == 404
            sums = [requests(samples(client("GET", "/metrics").text), "GET", rule, "4xx") for _ in range(9)]
        finally:
            server.stop()
        assert sums == [30] * 9


@pytest.mark.process
def test_a_scheduler_runs_what_is_due_tells_of_it_and_ends_when_it_is_told(tmp_path: Path) -> None:
    port = free_port()
    scheduler = Process(name="scheduler", folder=tmp_path, options=["--metrics-port", str(port)])
    assert command(scheduler.environment, "migrate").returncode == 0
    assert command(scheduler.environment, "sweeps", "run", "jobs").returncode == 0
    with closing(create_engine(f"sqlite:///{tmp_path}/repository.db").connect()) as database, database.begin():
        database.execute(text("UPDATE sweep SET due = '2020-01-01'"))
    scheduler.start()
    try:
        ran = {"sweep": "jobs", "outcome": "success"}
        until(lambda: value(told(port), "repository_sweeps_run_total", **ran) == 1, 60, "the sweep was run")
    finally:
        status = scheduler.stop()

    assert status == 0
    assert '"event": "sweep done"' in scheduler.log
    assert '"event": "scheduler ends"' in scheduler.log


def told(port: int) -> Samples:
    with suppress(Cut):
        return samples(Client(port)("GET", "/metrics").text)
    return {}
