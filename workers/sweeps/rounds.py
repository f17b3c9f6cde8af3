"""Running the sweeps that are due, and one that somebody wants now."""

import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import structlog

from repository.engines.facilities import Facilities
from repository.foundation import clock
from repository.foundation.errors import NotFound
from repository.foundation.findings import Findings
from workers import metrics
from workers.rounds import again_and_again
from workers.sweeps.table import SWEEPS, Sweep
from workers.sweeps.turns import Turn, enrol, fail, finish, lease_kept, take, take_due

LOOK_AGAIN_SECONDS = 5.0
AFTER_FAILURE = timedelta(minutes=5)
"""A sweep that failed is due again after this, or after its own pause if that is shorter."""
log = structlog.get_logger()


def start_sweeping(facilities: Facilities, ending: threading.Event) -> Sequence[threading.Thread]:
    """Begin to run what is due, in daemon threads that survive engines that are away, until `ending` is set.

    Thorough sweeps have a thread of their own, since they may take hours and the others have little time.
    """
    threads = [
        threading.Thread(target=_sweep_until, args=(facilities, ending, sweeps), name=name, daemon=True)
        for name, sweeps in (
            ("sweeps", [each for each in SWEEPS if not each.thorough]),
            ("thorough-sweeps", [each for each in SWEEPS if each.thorough]),
        )
    ]
    for thread in threads:
        thread.start()
    return threads


def _sweep_until(facilities: Facilities, ending: threading.Event, sweeps: Sequence[Sweep]) -> None:
    again_and_again(lambda: run_due(facilities, sweeps), ending, LOOK_AGAIN_SECONDS)


def run_due(facilities: Facilities, sweeps: Sequence[Sweep] = SWEEPS) -> int:
    """Run the sweeps that are due and that nobody else runs; returns how many were begun."""
    by_name = {sweep.name: sweep for sweep in sweeps}
    enrol(facilities.works, {sweep.name: sweep.every for sweep in sweeps})
    begun = 0
    while turn := take_due(facilities.works, list(by_name)):
        begun += 1
        try:
            _run(facilities, by_name[turn.name], turn)
        except Exception as error:
            log.error("sweep failed", sweep=turn.name, exc_info=error)
    return begun


def run_now(facilities: Facilities, name: str, sweeps: Sequence[Sweep] = SWEEPS) -> Findings:
    """Run one sweep, due or not; raises `NotFound`, `Conflict` while another process runs it, and what it raises."""
    sweep = next((each for each in sweeps if each.name == name), None)
    if sweep is None:
        raise NotFound(f"There is no sweep {name!r}: {', '.join(each.name for each in sweeps)}.")
    enrol(facilities.works, {name: sweep.every})
    return _run(facilities, sweep, take(facilities.works, name))


def _run(facilities: Facilities, sweep: Sweep, turn: Turn) -> Findings:
    begun = time.monotonic()
    with structlog.contextvars.bound_contextvars(sweep=sweep.name), lease_kept(facilities.works, turn):
        try:
            findings = sweep.run(facilities)
        except Exception as error:
            metrics.sweep_run(sweep.name, success=False)
            soon = clock.now() + min(sweep.every, AFTER_FAILURE)
            fail(facilities.works, turn, time.monotonic() - begun, soon, error)
            raise
        seconds = time.monotonic() - begun
        finish(facilities.works, turn, seconds, clock.now() + sweep.every, findings)
        metrics.sweep_run(sweep.name, success=True)
        log.info("sweep done", found=findings.found, repaired=findings.repaired, seconds=round(seconds, 3))
    return findings
