"""Whether the work that follows from facts, and by the clock, is done in time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from repository.core.actor import SYSTEM
from repository.core.clock_watch import newest_fact_from_the_future
from repository.core.conditions import Condition, Measure, degraded, failed, well
from repository.core.facts import FactRow
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.feature import Queue, Sweep
from repository.operation.model import CLAIMABLE, Job, JobState, SweepRow
from repository.operation.sweep_runs import sweep_rows
from repository.records.model import NarrowedAccess
from repository.records.narrowed_access import WHOLE_INDEX
from repository.search.index import newest_not_found
from workers.sweeps.sweep_table import SWEEPS

LATE = timedelta(minutes=10)
"""Facts are relayed and due jobs are run within seconds."""
PATIENCE: Mapping[Queue, timedelta] = {Queue.SOON: LATE, Queue.LONG: LATE, Queue.IDLE: timedelta(days=1)}
"""How long a due job may wait: what waits in the last queue gives way to everything else."""
LOOKED_AT = 1_000
"""jobs of one queue and state, those first that are due first"""
WORKERS = "See that `repository serve` or, with Redis, a relay and workers of each queue are running."

CHECK_INDEX = (
    "`repository index check --repair` names and mends them; `repository index rebuild --anew` makes the index anew."
)
SCHEDULER = "See that `repository serve` or, with Redis, `repository scheduler` is running."


def facts_are_relayed(services: Services) -> Condition:
    """Say how long the oldest fact has waited to become jobs."""
    oldest = select(FactRow.at).where(FactRow.relayed_at.is_(None), FactRow.unknown_since.is_(None))
    unknown = select(FactRow.id).where(FactRow.relayed_at.is_(None), FactRow.unknown_since.is_not(None))
    with services.database.snapshot(SYSTEM) as snapshot:
        since = snapshot.session.scalar(oldest.order_by(FactRow.id).limit(1))
        is_unknown = snapshot.session.scalar(unknown.limit(1)) is not None
    if since is not None and snapshot.now - since > LATE:
        return degraded(f"Facts have waited for {_span(snapshot.now - since)} to be relayed.", WORKERS)
    if is_unknown:
        return degraded(
            "Facts of an unknown kind wait for a newer release.",
            "Go on with the upgrade: they follow when a process of the newer release starts.",
        )
    return well()


def jobs_are_run(services: Services) -> Condition:
    """Say how long a due job has waited, and how many were given up."""
    with services.database.snapshot(SYSTEM) as snapshot:
        given_up = sum(_count(snapshot, queue, JobState.FAILED) for queue in Queue)
        unknown = sum(_count(snapshot, queue, JobState.UNKNOWN) for queue in Queue)
        waits = {queue: min(_waiting_since(snapshot, queue), default=snapshot.now) for queue in Queue}
    late = [snapshot.now - since for queue, since in waits.items() if snapshot.now - since > PATIENCE[queue]]
    if late:
        return degraded(f"Due jobs have waited for {_span(max(late))}.", WORKERS)
    if given_up:
        return degraded(
            f"{given_up} jobs failed too often and were given up.",
            "`repository jobs list --state failed` shows why; after mending, `repository jobs retry`.",
        )
    if unknown:
        return degraded(
            f"{unknown} jobs of an unknown kind wait for a newer release.",
            "Go on with the upgrade: they run when a process of the newer release starts.",
        )
    return well()


def _count(snapshot: Snapshot, queue: Queue, state: JobState) -> int:
    rows = select(Job.id).where(Job.queue == queue.value, Job.state == state.value)
    return snapshot.session.scalar(select(func.count()).select_from(rows.limit(LOOKED_AT).subquery())) or 0


def _waiting_since(snapshot: Snapshot, queue: Queue) -> Sequence[datetime]:
    """Return since when jobs wait that should have run: the oldest of the looked at in each state.

    A job that is handed over again and again, and never tried, waits since it was made.
    """
    waits: list[datetime] = []
    for state in CLAIMABLE:
        rows = snapshot.session.execute(_first_due(queue, state)).all()
        waits += [created for created, _, attempts in rows if state == JobState.QUEUED.value and not attempts]
        waits += [due for _, due, _ in rows if due <= snapshot.now]
    return waits


def _first_due(queue: Queue, state: str) -> Select[datetime, datetime, int]:
    due_first = (Job.queue, Job.state, Job.run_after)
    rows = select(Job.created, Job.run_after, Job.attempts).where(Job.queue == queue.value, Job.state == state)
    return rows.order_by(*due_first).limit(LOOKED_AT)


def sweeps_are_run(services: Services) -> Condition:
    """Say which sweeps are overdue, or failed when they ran last."""
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = {row.name: row for row in sweep_rows(snapshot)}
    ours = [(sweep, rows[sweep.name]) for sweep in SWEEPS if sweep.name in rows]
    running = {sweep.thorough for sweep, row in ours if _runs(row, snapshot.now)}
    late = {sweep.name: _overdue(sweep, row, snapshot.now, running) for sweep, row in ours}
    meaning = "How long a sweep is overdue, 0 while it is not or runs."
    measures = [
        Measure("repository_sweep_overdue_seconds", meaning, span.total_seconds(), {"sweep": name})
        for name, span in sorted(late.items())
    ]
    if not late:
        return degraded("No sweep was ever begun.", SCHEDULER)
    overdue = {name: span for name, span in late.items() if span > LATE}
    if overdue:
        words = ", ".join(f"{name} (for {_span(span)})" for name, span in sorted(overdue.items()))
        return degraded(f"Sweeps are overdue: {words}.", SCHEDULER, *measures)
    broken = sorted(sweep.name for sweep, row in ours if row.cause)
    if broken:
        return degraded(
            f"Sweeps failed when they ran last: {', '.join(broken)}.",
            "`repository sweeps list` shows why; each is tried again within five minutes.",
            *measures,
        )
    return well(*measures)


def _runs(row: SweepRow, now: datetime) -> bool:
    return row.lease_until is not None and row.lease_until > now


def _overdue(sweep: Sweep, row: SweepRow, now: datetime, running: Collection[bool]) -> timedelta:
    """Return how long nobody begins a sweep; a thorough one waits its turn while another one takes its hours."""
    is_begun = _runs(row, now) or (sweep.thorough and True in running)
    return timedelta() if is_begun else max(timedelta(), now - row.due)


def index_agrees(services: Services) -> Condition:
    """Say whether the index was lost, lags, or differed from the database when both were compared last."""
    notes = select(NarrowedAccess.record_id, NarrowedAccess.at).limit(LOOKED_AT)
    with services.database.snapshot(SYSTEM) as snapshot:
        narrowed = snapshot.session.execute(notes).all()
        sweep = snapshot.session.get(SweepRow, "index")
    if any(record_id == WHOLE_INDEX for record_id, _ in narrowed):
        return degraded(
            "The search index was lost and is being filled: searches answer 503 until it is whole.",
            "A job fills it; `repository index rebuild` does it at once. Nothing else waits for it.",
        )
    oldest = min((at for _, at in narrowed), default=snapshot.now)
    if snapshot.now - oldest > LATE:
        return degraded(
            f"The index has not heard of narrowed access for {_span(snapshot.now - oldest)}; searches leave it out.",
            f"{WORKERS} Then `repository index check --repair`.",
        )
    left = sweep.faults - sweep.repaired if sweep else 0
    if left > 0:
        return degraded(
            f"Index and database differed in {left} places that could not be repaired.",
            CHECK_INDEX,
        )
    if unfound := newest_not_found(services, LATE):
        return degraded(f"The index lacks {unfound} of the newest datasets.", CHECK_INDEX)
    return well()


def clock_is_trusted(services: Services) -> Condition:
    """Say why what cannot be undone waits for the clock."""
    fault = services.clock_watch.fault(services.database)
    if fault:
        return failed(
            fault,
            "Set the clock, and see that it is kept (NTP). If it is right, `repository clock confirm`: embargoes and"
            " removals wait until then, or for an hour.",
        )
    if newest_fact_from_the_future(services.database) is not None:
        return degraded(
            "The newest fact was written with a clock that was ahead.",
            "Look whether every machine keeps its clock (NTP), and `repository embargoes lifted` for what it opened.",
        )
    return well()


def _span(span: timedelta) -> str:
    """Return a time in whole minutes, hours or days."""
    for unit, seconds in (("days", 86_400), ("hours", 3_600)):
        if span.total_seconds() >= 2 * seconds:
            return f"{span.total_seconds() // seconds:.0f} {unit}"
    return f"{span.total_seconds() // 60:.0f} minutes"
