"""What a newer release wrote waits, is counted, and stops nothing; a release that knows it goes on with it once."""

from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text

from repository.app import create_app
from repository.cli import commands
from repository.core.actor import SYSTEM
from repository.core.facts import Fact, FactPhrase, FactRow
from repository.deposits.facts import DraftSaved
from repository.engines.services import Services
from repository.feature import JobKind, JobRun, Queue, Reaction, subject_of
from repository.features import FACTS, JOBS, REACTIONS
from repository.operation.model import Job, JobState
from repository.operation.open_jobs import backlog
from tests.conftest import Caller, Deposits
from tests.features.steps import questions, statements
from workers.gauges import Gauges
from workers.relay import BATCH, relay
from workers.runner import run_next
from workers.sweeps.schedule import run_now
from workers.unknown_kinds import resume_facts, resume_jobs, resume_known, unknown_kinds

pytestmark = pytest.mark.slow

ERUPTED, EVACUATE = "VolcanoErupted", "evacuate"
Learn = Callable[[], list[list[int]]]


@dataclass(frozen=True, slots=True)
class VolcanoErupted(Fact):
    """A fact of a release to come."""

    volcano_id: int

    words = FactPhrase("erupted", "喷发")


@pytest.fixture
def learn(monkeypatch: pytest.MonkeyPatch) -> Learn:
    """Become the release that knows the fact and its job; gives the runs of the job."""

    def become() -> list[list[int]]:
        runs: list[list[int]] = []
        kind = JobKind(lambda _, run: runs.append(list(run.subjects)), Queue.SOON)
        known = (
            (FACTS, ERUPTED, VolcanoErupted),
            (REACTIONS, ERUPTED, [Reaction(VolcanoErupted, EVACUATE, subject_of)]),
            (JOBS, EVACUATE, kind),
        )
        for table, name, value in known:
            monkeypatch.setitem(cast("MutableMapping[str, Any]", table), name, value)
        return runs

    return become


def write_fact(services: Services, kind: str = ERUPTED, subject: int = 1) -> None:
    """A fact as the other release writes it."""
    with services.database.transaction(SYSTEM) as unit:
        row = FactRow(kind=kind, subject=subject, details={"ash": "much"}, actor="system", at=unit.now)
        unit.session.add(row)


def write_job(services: Services, name: str = EVACUATE, subject: int = 1) -> None:
    """A job as the other release writes it."""
    with services.database.transaction(SYSTEM) as unit:
        row = FactRow(kind=ERUPTED, subject=1, details={}, actor="system", at=unit.now, relayed_at=unit.now)
        unit.session.add(row)
        unit.session.flush()
        unit.session.add(
            Job(
                name=name,
                queue=Queue.SOON.value,
                subject=subject,
                fact_id=row.id,
                state=JobState.WAITING.value,
                run_after=unit.now,
                created=unit.now,
            )
        )


def relay_all(services: Services) -> None:
    while relay(services.database):
        pass


def jobs_by_fact(services: Services) -> Counter[tuple[str, int]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.execute(select(FactRow.kind, Job.subject).join(Job, Job.fact_id == FactRow.id))
        return Counter((row[0], row[1]) for row in rows)


def not_relayed(services: Services) -> list[str]:
    with services.database.snapshot(SYSTEM) as snapshot:
        query = select(FactRow.kind).where(FactRow.relayed_at.is_(None)).order_by(FactRow.id)
        return list(snapshot.session.scalars(query))


def test_a_fact_of_a_newer_release_stops_no_other(services: Services, learn: Learn) -> None:
    for subject, kind in enumerate(["DraftSaved", ERUPTED, "DraftSaved", "DraftSaved"], 1):
        write_fact(services, kind, subject)

    relay_all(services)

    assert jobs_by_fact(services) == {("DraftSaved", 1): 1, ("DraftSaved", 3): 1, ("DraftSaved", 4): 1}
    assert not_relayed(services) == [ERUPTED]


def test_a_fact_that_was_set_aside_is_not_read_again(services: Services) -> None:
    write_fact(services)
    relay_all(services)

    with statements(services) as told:
        assert relay(services.database) == 0

    assert questions(told) == 1


def test_facts_that_were_set_aside_cost_the_relay_nothing(services: Services) -> None:
    """The plan of its question goes through an index that does not hold them."""
    for subject in range(5):
        write_fact(services, subject=subject)
    relay_all(services)
    explain = "EXPLAIN QUERY PLAN " if services.database.engine.dialect.name == "sqlite" else "EXPLAIN "
    question = "SELECT id FROM fact WHERE relayed_at IS NULL AND unknown_since IS NULL ORDER BY id LIMIT 200"

    with services.database.transaction(SYSTEM) as unit:
        if explain == "EXPLAIN ":
            unit.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(str(row) for row in unit.session.execute(text(explain + question)))

    assert "ix_fact_due" in plan


def test_once_a_release_knows_the_fact_it_is_relayed_exactly_once(services: Services, learn: Learn) -> None:
    for subject in range(BATCH + 3):
        write_fact(services, subject=subject)
    relay_all(services)
    assert resume_facts(services.database) == 0, "this release does not know it"

    runs = learn()
    relay_all(services)
    assert jobs_by_fact(services) == {}, "the relay by itself does not look back"
    assert resume_facts(services.database) == BATCH + 3
    assert resume_facts(services.database) == 0
    while run_next(services, Queue.SOON):
        pass

    assert sorted(subject for run in runs for subject in run) == list(range(BATCH + 3))
    assert not_relayed(services) == []


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(["DraftSaved", ERUPTED, "FileReleased", "GlacierMelted"]), max_size=12))
def test_whatever_the_order_every_known_fact_is_relayed_once_and_every_unknown_one_waits(
    services: Services, learn: Learn, kinds: list[str]
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        for table in (Job, FactRow):
            unit.session.execute(delete(table))
    for subject, kind in enumerate(kinds):
        write_fact(services, kind, subject)
    facts, reactions, jobs = dict(FACTS), dict(REACTIONS), dict(JOBS)
    relay_all(services)
    known = {(kind, subject): 1 for subject, kind in enumerate(kinds) if kind in FACTS}
    assert jobs_by_fact(services) == known
    assert not_relayed(services) == [kind for kind in kinds if kind not in FACTS]

    learn()
    resume_facts(services.database)
    resume_facts(services.database)
    relay_all(services)
    assert jobs_by_fact(services) == {(kind, n): 1 for n, kind in enumerate(kinds) if kind in FACTS}
    assert not_relayed(services) == [kind for kind in kinds if kind not in FACTS]
    for table, before in ((FACTS, facts), (REACTIONS, reactions), (JOBS, jobs)):
        cast("MutableMapping[str, Any]", table).clear()
        cast("MutableMapping[str, Any]", table).update(before)


def test_a_job_of_a_newer_release_waits_while_others_run(services: Services, learn: Learn) -> None:
    write_job(services, subject=1)
    write_job(services, "index_drafts", 2)

    assert run_next(services, Queue.SOON) == 1
    assert run_next(services, Queue.SOON) == 0
    with services.database.snapshot(SYSTEM) as snapshot:
        (job,) = snapshot.session.scalars(select(Job))
        assert (job.name, job.state, job.attempts) == (EVACUATE, "unknown", 0)
        assert backlog(snapshot)["unknown"] == 1
    with statements(services) as told:
        assert run_next(services, Queue.SOON) == 0
    assert questions(told) == 1, "it is not read again"

    runs = learn()
    assert resume_jobs(services.database) == 1
    assert run_next(services, Queue.SOON) == 1
    assert runs == [[1]]
    assert resume_known(services.database) == 0


def test_a_job_of_a_known_kind_runs_although_its_fact_is_unknown(services: Services) -> None:
    write_job(services, "index_drafts")

    assert run_next(services, Queue.SOON) == 1


def test_a_job_knows_the_facts_that_started_it(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[JobRun] = []
    recording = JobKind(lambda _, run: runs.append(run), Queue.SOON)
    monkeypatch.setitem(cast("MutableMapping[str, JobKind]", JOBS), "index_drafts", recording)
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(DraftSaved(4, 1))
        unit.emit(DraftSaved(4, 2))
        unit.emit(DraftSaved(9, 7))
    relay_all(services)

    run_next(services, Queue.SOON)

    (run,) = runs
    assert run.subjects == [4, 9]
    assert run.facts[4].fact == DraftSaved(4, 2)
    assert run.facts[9].fact == DraftSaved(9, 7)
    assert run.facts[9].actor == "system"
    assert run.facts[9].phrase == "saved the draft"


def test_the_sweeps_go_on_with_what_is_known_and_count_the_rest(services: Services, learn: Learn) -> None:
    write_fact(services)
    write_fact(services)
    write_fact(services, "GlacierMelted")
    write_job(services)
    relay_all(services)
    run_next(services, Queue.SOON)

    facts, jobs = run_now(services, "facts"), run_now(services, "jobs")
    assert (facts.faults, facts.repaired) == (3, 0)
    assert sorted(facts.examples) == [
        "1 facts of the unknown kind GlacierMelted",
        "2 facts of the unknown kind VolcanoErupted",
    ]
    assert (jobs.faults, jobs.repaired) == (1, 0)
    assert "is unknown" in jobs.examples[0]

    learn()
    facts, jobs = run_now(services, "facts"), run_now(services, "jobs")
    assert (facts.faults, facts.repaired) == (3, 2)
    assert (jobs.faults, jobs.repaired) == (1, 1)


def test_waiting_kinds_are_counted_for_prometheus(services: Services) -> None:
    write_fact(services)
    write_job(services)
    relay_all(services)
    run_next(services, Queue.SOON)

    metrics = Caller(create_app(services, Gauges(services.database)).test_client()).get("/metrics").text

    assert 'repository_facts_unknown{kind="VolcanoErupted"} 1.0' in metrics
    assert 'repository_jobs_unknown{kind="evacuate"} 1.0' in metrics
    assert "repository_facts_waiting 0.0" in metrics
    assert "repository_facts_oldest_seconds 0.0" in metrics


@pytest.mark.embedded("commands read the settings of their process")
def test_people_see_what_waits_for_another_release(
    services: Services, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_fact(services)
    write_job(services)
    relay_all(services)
    run_next(services, Queue.SOON)
    monkeypatch.setenv("REPOSITORY_DATABASE_URL", str(services.database.engine.url))
    monkeypatch.setenv("REPOSITORY_STORE_URL", f"file://{tmp_path}/store")
    monkeypatch.setenv("REPOSITORY_SEARCH_URL", f"embedded:{tmp_path}/search.db")

    def output(*arguments: str) -> str:
        return CliRunner().invoke(commands, arguments, catch_exceptions=False).stdout

    with services.database.snapshot(SYSTEM) as snapshot:
        job_id = snapshot.session.scalar(select(Job.id))
        assert unknown_kinds(snapshot).facts == {ERUPTED: 1}
    assert "waits    1 facts of the unknown kind VolcanoErupted" in output("doctor")
    assert "unknown\t1 jobs of the unknown kind evacuate" in output("jobs", "queues")
    assert "state    unknown, waits for a release that knows its kind" in output("jobs", "show", str(job_id))
    assert "system VolcanoErupted" in output("jobs", "show", str(job_id))


def test_a_fact_that_waits_for_another_release_hides_no_overdue_registration(
    deposits: Deposits, services: Services
) -> None:
    record = deposits.published()
    relay_all(services)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(Job))
        unit.session.execute(text("UPDATE version SET created = '2020-01-01 00:00:00+00:00'"))
    write_fact(services, subject=int(record["id"]))
    relay_all(services)

    assert run_now(services, "identifiers").repaired == 2
    with services.database.snapshot(SYSTEM) as snapshot:
        overdue = select(func.count()).where(FactRow.kind == "RegistrationOverdue")
        assert snapshot.session.scalar(overdue) == 2
