"""What happens by the clock rather than after a fact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from repository.engines.facilities import Facilities
from repository.foundation import clock
from repository.publication.embargo import lift_embargoes


@dataclass(frozen=True, slots=True)
class Sweep:
    """Run `run` about every `every`; it may run twice, and in several processes at once."""

    name: str
    every: timedelta
    run: Callable[[Facilities], object]


SWEEPS: Sequence[Sweep] = (
    Sweep(
        "lift embargoes",
        timedelta(minutes=1),
        lambda facilities: lift_embargoes(facilities.works, clock.today()),
    ),
    Sweep(
        "clear interrupted writes",
        timedelta(hours=1),
        lambda facilities: facilities.store.clear_abandoned(timedelta(days=1)),
    ),
)
