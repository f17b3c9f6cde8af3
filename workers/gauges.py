"""The state of the whole installation for Prometheus, read from the database at each scrape."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from repository.core.actor import SYSTEM
from repository.core.conditions import LEVELS, Condition
from repository.core.errors import Unavailable
from repository.core.health_checks import HealthChecks
from repository.core.unit_of_work import Database
from repository.operation.model import SweepRow
from repository.operation.open_jobs import BacklogState, backlog_state
from repository.operation.sweep_runs import sweep_rows
from workers.site_conditions import SiteConditions
from workers.unknown_kinds import UnknownKinds, unknown_kinds

PATIENCE_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class _State:
    backlog: BacklogState
    unknown: UnknownKinds
    sweeps: Sequence[SweepRow]


class Gauges(Collector):
    """Facts, jobs and sweeps; without the database only the gauge that says so.  And the `conditions` of the site."""

    def __init__(self, database: Database, conditions: SiteConditions | None = None) -> None:
        self._database = database
        self._conditions = conditions
        self._checks = HealthChecks({"state": self._read}, PATIENCE_SECONDS)

    def collect(self) -> Iterable[Metric]:
        """Yield what the database and the conditions say now."""
        self._checks.begin()
        conditions = self._conditions.told() if self._conditions is not None else {}
        state = self._checks.answers()["state"]
        away = isinstance(state, Unavailable)
        yield GaugeMetricFamily("repository_database_answers", "Whether the database answers.", value=not away)
        if not isinstance(state, Unavailable):
            yield from _of_backlog(state.backlog)
            yield from _of_unknown(state.unknown)
            yield from _of_sweeps([row for row in state.sweeps if row.finished is not None])
        if conditions:
            yield from _of_conditions(conditions)

    def _read(self) -> _State:
        with self._database.snapshot(SYSTEM) as snapshot:
            return _State(backlog_state(snapshot), unknown_kinds(snapshot), sweep_rows(snapshot))


def _of_backlog(backlog: BacklogState) -> Iterable[Metric]:
    yield GaugeMetricFamily("repository_facts_waiting", "Facts that are not relayed.", value=backlog.facts)
    yield GaugeMetricFamily(
        "repository_facts_oldest_seconds", "How long the oldest fact waits.", value=backlog.oldest_fact
    )
    jobs = GaugeMetricFamily("repository_jobs", "Jobs that are not done.", labels=("queue", "kind", "state"))
    for labels, count in backlog.jobs.items():
        jobs.add_metric(labels, count)
    yield jobs
    oldest = GaugeMetricFamily("repository_jobs_oldest_seconds", "How long the oldest due job waits.", labels=["queue"])
    for queue, age in backlog.oldest_job.items():
        oldest.add_metric([queue], age)
    yield oldest


def _of_unknown(unknown: UnknownKinds) -> Iterable[Metric]:
    for name, counts in (("facts", unknown.facts), ("jobs", unknown.jobs)):
        gauge = GaugeMetricFamily(
            f"repository_{name}_unknown", f"The {name} that wait for a release that knows their kind.", labels=["kind"]
        )
        for kind, count in counts.items():
            gauge.add_metric([kind], count)
        yield gauge


_LAST: Mapping[str, tuple[str, Callable[[SweepRow], float]]] = {
    "finish_timestamp_seconds": ("When the sweep last ended.", lambda row: _timestamp(row.finished)),
    "seconds": ("How long its last run took.", lambda row: row.seconds or 0.0),
    "found": ("What its last complete run found.", lambda row: row.faults),
    "repaired": ("How much of that it repaired.", lambda row: row.repaired),
    "success": ("Whether its last run was complete.", lambda row: not row.cause),
}


def _of_sweeps(rows: Sequence[SweepRow]) -> Iterable[Metric]:
    for name, (meaning, value_of) in _LAST.items():
        gauge = GaugeMetricFamily(f"repository_sweep_last_{name}", meaning, labels=["sweep"])
        for row in rows:
            gauge.add_metric([row.name], value_of(row))
        yield gauge


def _of_conditions(conditions: Mapping[str, Condition]) -> Iterable[Metric]:
    meaning = f"How a part of the site is: {', '.join(f'{level} {state}' for state, level in LEVELS.items())}."
    levels = GaugeMetricFamily("repository_condition", meaning, labels=["name"])
    gauges: dict[str, GaugeMetricFamily] = {}
    for name, condition in conditions.items():
        levels.add_metric([name], LEVELS[condition.state])
        for measure in condition.measures:
            gauge = gauges.get(measure.name)
            if gauge is None:
                gauge = GaugeMetricFamily(measure.name, measure.meaning, labels=list(measure.labels))
                gauges[measure.name] = gauge
            gauge.add_metric(list(measure.labels.values()), measure.value)
    yield levels
    yield from gauges.values()


def _timestamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
