"""The sweeps, and how often each is due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from repository.engines.facilities import Facilities
from repository.files.abandoned import release_abandoned
from repository.files.comparing import compare_with_store
from repository.foundation import clock
from repository.foundation.findings import Findings
from repository.oai.filing import file_everything
from repository.publication.embargo import lift_embargoes
from repository.search.upkeep import repair_index
from workers.sweeps.backlog import look_for_stuck_jobs, relay_overdue_facts
from workers.sweeps.registrations import register_overdue

INTERRUPTED_FOR = timedelta(days=1)
"""Longer than any single upload takes."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Run `run` about every `every`; it may run twice, and find things in the middle of a change.

    A `thorough` one reads everything there is, and takes its time.
    """

    name: str
    every: timedelta
    run: Callable[[Facilities], Findings]
    thorough: bool = False


def lift(facilities: Facilities) -> Findings:
    """Open what an embargo closed until today."""
    lifted = lift_embargoes(facilities.works, clock.today())
    return Findings(lifted, lifted)


def clear_uploads(facilities: Facilities) -> Findings:
    """Remove what interrupted writes left in the store, and let go of bytes that nobody committed."""
    cleared = facilities.store.clear_abandoned(INTERRUPTED_FOR)
    findings = release_abandoned(facilities.works)
    findings.found += cleared
    findings.repaired += cleared
    return findings


def compare_index(facilities: Facilities) -> Findings:
    """Make the search index say what the database says."""
    return Findings(*repair_index(facilities))


def compare_sets(facilities: Facilities) -> Findings:
    """Put into the sets of harvesters what belongs there, if a job was lost."""
    moved = file_everything(facilities)
    return Findings(moved, moved)


SWEEPS: Sequence[Sweep] = (
    Sweep("embargoes", timedelta(minutes=1), lift),
    Sweep("facts", timedelta(minutes=1), relay_overdue_facts),
    Sweep("jobs", timedelta(minutes=1), look_for_stuck_jobs),
    Sweep("identifiers", timedelta(minutes=10), register_overdue),
    Sweep("index", timedelta(hours=1), compare_index, thorough=True),
    Sweep("sets", timedelta(days=1), compare_sets, thorough=True),
    Sweep("uploads", timedelta(hours=1), clear_uploads),
    Sweep(
        "store",
        timedelta(days=1),
        lambda facilities: compare_with_store(facilities.works, facilities.store),
        thorough=True,
    ),
)
