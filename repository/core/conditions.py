"""Conditions: whether a part of the site works, in one sentence for people, and what a person should do.

Health, metrics and the doctor show the same conditions, so that they never disagree:

* whoever knows a part says how it is: the engines (`engines.conditions`), the features (`Feature.conditions`), the
  workers (`workers.work_conditions`);
* `workers.site_conditions` lists all of them, asks them at the right times and within a time limit;
* ``/health/ready`` shows them, ``/metrics`` counts them (`repository_condition`), ``repository doctor`` prints them.

A condition is asked on every server, often: it reads by an index, to a limit, and takes what it cannot read in time
for not known.  Its sentences are for operators and may be read by everybody: they name no address and no path.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ConditionState(StrEnum):
    WELL = "well"
    DEGRADED = "degraded"
    """something is late, short or wrong; a person should look at it"""
    FAILED = "failed"
    """something does not work"""


LEVELS: Mapping[ConditionState, int] = {state: level for level, state in enumerate(ConditionState)}
"""The states as numbers for metrics, the best one is 0."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a condition was judged by; `name` and `meaning` as Prometheus has them."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of a part; `problem` says what is wrong and `remedy` what to do.

    Both are empty if it is well. `stops` says that the site cannot serve at all.
    """

    state: ConditionState = ConditionState.WELL
    problem: str = ""
    remedy: str = ""
    measures: tuple[Measure, ...] = ()
    stops: bool = False

    @property
    def is_well(self) -> bool:
        return self.state is ConditionState.WELL


def well(*measures: Measure) -> Condition:
    """Return the condition of a part that works."""
    return Condition(measures=measures)


def degraded(problem: str, remedy: str, *measures: Measure) -> Condition:
    """Return the condition of a part that a person should look at."""
    return Condition(ConditionState.DEGRADED, problem, remedy, measures)


def failed(problem: str, remedy: str, *measures: Measure, stops: bool = False) -> Condition:
    """Return the condition of a part that does not work."""
    return Condition(ConditionState.FAILED, problem, remedy, measures, stops)
