"""The sweeps, and how often each is due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from repository.core import clock
from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.files import cleanup
from repository.files.store_check import compare_with_store
from repository.harvest.set_membership import file_everything
from repository.publication.embargo import lift_embargoes
from repository.search.index import repair_index
from workers.sweeps.backlog import look_for_stuck_jobs, relay_overdue_facts
from workers.sweeps.overdue_registrations import register_overdue


@dataclass(frozen=True, slots=True)
class Sweep:
    """Run `run` about every `every`; it may run twice, and find things in the middle of a change.

    A `thorough` one reads everything there is, and takes its time.
    """

    name: str
    every: timedelta
    run: Callable[[Services], CheckReport]
    thorough: bool = False


def lift(services: Services) -> CheckReport:
    """Open what an embargo closed until today."""
    lifted = lift_embargoes(services.database, clock.today())
    return CheckReport(lifted, lifted)


def clear_uploads(services: Services) -> CheckReport:
    """Clear abandoned bytes, expired uploads, and leftovers of interrupted writes."""
    return cleanup.clear_uploads(services.database, services.store)


def compare_index(services: Services) -> CheckReport:
    """Make the search index say what the database says."""
    return CheckReport(*repair_index(services))


def compare_sets(services: Services) -> CheckReport:
    """Put into the sets of harvesters what belongs there, if a job was lost."""
    moved = file_everything(services)
    return CheckReport(moved, moved)


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
        lambda services: compare_with_store(services.database, services.store),
        thorough=True,
    ),
)
