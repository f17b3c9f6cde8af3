"""What is true of the whole installation, for Prometheus: read from the database whenever somebody asks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.core.health_checks import HealthChecks
from repository.core.unit_of_work import Database
from workers.job_admin import BacklogState, backlog_state
from workers.model import SweepRow

PATIENCE_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class _State:
    standing: BacklogState
    sweeps: Sequence[SweepRow]


class Gauges(Collector):
    """Facts, jobs and sweeps; while the database is away only that it is."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking = HealthChecks({"state": self._read}, PATIENCE_SECONDS)

    def collect(self) -> Iterable[Metric]:
        state = self._asking.answers()["state"]
        away = isinstance(state, Unavailable)
        yield GaugeMetricFamily("repository_database_answers", "Whether the database answers.", value=not away)
        if not isinstance(state, Unavailable):
            yield from _of_standing(state.standing)
            yield from _of_sweeps([row for row in state.sweeps if row.finished is not None])

    def _read(self) -> _State:
        with self._database.snapshot(SYSTEM) as snapshot:
            return _State(
                backlog_state(snapshot), snapshot.session.scalars(select(SweepRow).order_by(SweepRow.name)).all()
            )


def _of_standing(standing: BacklogState) -> Iterable[Metric]:
    yield GaugeMetricFamily("repository_facts_waiting", "Facts that are not relayed.", value=standing.facts)
    yield GaugeMetricFamily(
        "repository_facts_oldest_seconds", "How long the oldest fact waits.", value=standing.oldest_fact
    )
    jobs = GaugeMetricFamily("repository_jobs", "Jobs that are not done.", labels=("queue", "kind", "state"))
    for labels, count in standing.jobs.items():
        jobs.add_metric(labels, count)
    yield jobs
    oldest = GaugeMetricFamily("repository_jobs_oldest_seconds", "How long the oldest due job waits.", labels=["queue"])
    for queue, age in standing.oldest_job.items():
        oldest.add_metric([queue], age)
    yield oldest


_LAST: Mapping[str, tuple[str, Callable[[SweepRow], float]]] = {
    "finish_timestamp_seconds": ("When the sweep last ended.", lambda row: _timestamp(row.finished)),
    "seconds": ("How long its last run took.", lambda row: row.seconds or 0.0),
    "found": ("What its last run that came to its end found.", lambda row: row.found),
    "repaired": ("What of that it repaired.", lambda row: row.repaired),
    "success": ("Whether its last run came to its end.", lambda row: not row.cause),
}


def _of_sweeps(rows: Sequence[SweepRow]) -> Iterable[Metric]:
    for name, (meaning, value_of) in _LAST.items():
        gauge = GaugeMetricFamily(f"repository_sweep_last_{name}", meaning, labels=["sweep"])
        for row in rows:
            gauge.add_metric([row.name], value_of(row))
        yield gauge


def _timestamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
