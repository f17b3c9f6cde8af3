"""Run the sweeps that are due, or one of them now."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from repository.core import clock
from repository.core.check_report import CheckReport
from repository.core.errors import NotFound
from repository.engines.services import Services
from repository.feature import Sweep
from workers import job_metrics
from workers.ending import Awaited
from workers.loop import repeat_until
from workers.sweeps.sweep_leases import SweepLease, enrol, fail, finish, lease_kept, take, take_due
from workers.sweeps.sweep_table import SWEEPS

LOOK_AGAIN_SECONDS = 5.0
AFTER_FAILURE = timedelta(minutes=5)
"""A sweep that failed is due again after this, or after its own pause if that is shorter."""
log = structlog.get_logger()


def start_sweeping(services: Services, ending: Awaited) -> Sequence[threading.Thread]:
    """Start daemon threads that run the sweeps that are due, until `ending` is set; return them.

    They survive engines that are away.  Each thorough sweep has a thread of its own, since it may take hours and the
    others have little time.
    """
    quick = [sweep for sweep in SWEEPS if not sweep.thorough]
    groups = {"sweeps": quick, **{f"sweep-{sweep.name}": [sweep] for sweep in SWEEPS if sweep.thorough}}
    threads = [
        threading.Thread(target=_sweep_until, args=(services, ending, sweeps), name=name, daemon=True)
        for name, sweeps in groups.items()
    ]
    for thread in threads:
        thread.start()
    return threads


def _sweep_until(services: Services, ending: Awaited, sweeps: Sequence[Sweep]) -> None:
    def act() -> int:
        services.clock_watch.fault(services.database)  # it moves the newest trusted moment on
        return run_due(services, sweeps)

    repeat_until(act, ending, LOOK_AGAIN_SECONDS)


def run_due(services: Services, sweeps: Sequence[Sweep] = SWEEPS) -> int:
    """Run the sweeps that are due and that no other process runs; return how many were begun."""
    by_name = {sweep.name: sweep for sweep in sweeps}
    pauses = {sweep.name: sweep.every for sweep in sweeps}
    enrol(services.database, pauses)
    begun = 0
    while lease := take_due(services.database, pauses):
        begun += 1
        try:
            sweep = by_name[lease.name]
            _run(services, _by_hand(sweep) if lease.by_hand else sweep, lease)
        except Exception as error:
            log.error("sweep failed", sweep=lease.name, exc_info=error)
    return begun


def run_now(services: Services, name: str, sweeps: Sequence[Sweep] = SWEEPS) -> CheckReport:
    """Run one sweep, due or not, as a person wants it.

    Raise `NotFound`, `Conflict` while another process runs it, and every error of the sweep.
    """
    sweep = next((candidate for candidate in sweeps if candidate.name == name), None)
    if sweep is None:
        raise NotFound(f"There is no sweep {name!r}: {', '.join(candidate.name for candidate in sweeps)}.")
    enrol(services.database, {name: sweep.every})
    return _run(services, _by_hand(sweep), take(services.database, name))


def _by_hand(sweep: Sweep) -> Sweep:
    return replace(sweep, run=sweep.by_hand or sweep.run)


def _run(services: Services, sweep: Sweep, lease: SweepLease) -> CheckReport:
    begun = time.monotonic()
    with structlog.contextvars.bound_contextvars(sweep=sweep.name), lease_kept(services.database, lease):
        try:
            report = sweep.run(services)
        except Exception as error:
            job_metrics.sweep_run(sweep.name, success=False)
            soon = clock.now() + min(sweep.every, AFTER_FAILURE)
            fail(services.database, lease, time.monotonic() - begun, soon, error)
            raise
        seconds = time.monotonic() - begun
        finish(services.database, lease, seconds, clock.now() + sweep.every, report)
        job_metrics.sweep_run(sweep.name, success=True)
        log.info("sweep done", found=report.faults, repaired=report.repaired, seconds=round(seconds, 3))
    return report
