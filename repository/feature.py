"""What a feature contributes to the whole.  Its ``feature.py`` says it, and `repository.features` collects it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import update_wrapper
from types import ModuleType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import click

from repository.core.check_report import CheckReport
from repository.core.conditions import Condition
from repository.core.facts import EmittedFact, Fact
from repository.engines.services import Services

COMMAND = "command"
"""what the audit trail tells of acts that a person typed on the server"""
AnyFact = TypeVar("AnyFact", bound=Fact)
Arguments = ParamSpec("Arguments")


class Queue(StrEnum):
    """Urgency: what people wait for, what takes its time, and what never keeps the others waiting."""

    SOON = "soon"
    LONG = "long"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job: its subjects, each once, and for each the last fact that started the job."""

    subjects: Sequence[int]
    facts: Mapping[int, EmittedFact] = field(default_factory=dict)


Run = Callable[[Services, JobRun], object]
"""A job reads the state of its subjects anew, and may run twice."""


def for_subjects(act: Callable[[Services, Sequence[int]], object]) -> Run:
    """Return a job that only needs the ids of its subjects."""
    return lambda services, run: act(services, run.subjects)


@dataclass(frozen=True, slots=True)
class JobKind:
    """A job in its queue.  At most `most` subjects run together: work that takes its time is spread over workers."""

    run: Run
    queue: Queue
    most: int = 50

    def followed_by(self, more: Run) -> "JobKind":
        """Return the same job with more to do at its end."""

        def both(services: Services, run: JobRun) -> None:
            self.run(services, run)
            more(services, run)

        return replace(self, run=both)


@dataclass(frozen=True, slots=True)
class Reaction(Generic[AnyFact]):
    """After `fact`, start `job` once for each of the `subjects` that the fact has for it."""

    fact: type[AnyFact]
    job: str
    subjects: Callable[[AnyFact], Sequence[int]]


def subject_of(fact: Fact) -> Sequence[int]:
    """Return the fact's own subject, which is what most jobs are about."""
    return [fact.subject]


def after(
    *facts: type[AnyFact], start: str, subjects: Callable[[AnyFact], Sequence[int]] = subject_of
) -> Iterator[Reaction[AnyFact]]:
    """Return one reaction for each of the facts."""
    return (Reaction(fact, start, subjects) for fact in facts)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Run `run` about once in every period `every`.

    It may run twice, and meet things in the middle of a change.  A `thorough` sweep reads everything there is, and
    takes its time.  `by_hand` is what a person starts who does not wait for the clock, `run` if it is None.
    """

    name: str
    every: timedelta
    run: Callable[[Services], CheckReport]
    thorough: bool = False
    by_hand: Callable[[Services], CheckReport] | None = None


@dataclass(frozen=True, slots=True)
class ConditionCheck:
    """Ask how a part of the site is (`repository.core.conditions`); raises `Unavailable` if it cannot be told.

    One that is `apart` waits for something else than the database, and never keeps the others waiting.
    """

    name: str
    ask: Callable[[Services], Condition]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """All that a feature contributes, its HTTP routes excepted.

    * `facts`: the kinds that its verbs emit;
    * `reactions`: what it does after facts, its own and those of features below it;
    * `jobs`: its jobs by name; names are kept in the database, and are never given another meaning;
    * `at_end_of`: what it adds to jobs of features below it, by the job's name;
    * `sweeps`: what it does by the clock;
    * `conditions`: how its part of the site is;
    * `tables`: the modules that declare its tables;
    * `commands`: what it adds to the command line.
    """

    name: str
    facts: Sequence[type[Fact]] = ()
    reactions: Sequence[Reaction[Any]] = ()
    jobs: Mapping[str, JobKind] = field(default_factory=dict)
    at_end_of: Mapping[str, Run] = field(default_factory=dict)
    sweeps: Sequence[Sweep] = ()
    conditions: Sequence[ConditionCheck] = ()
    tables: Sequence[ModuleType] = ()
    commands: Sequence[click.Command] = ()


def with_services(command: Callable[Concatenate[Services, Arguments], None]) -> Callable[Arguments, None]:
    """Give a command its services as the first argument; they are open while it runs.

    The command line's root puts what opens them into the context: a feature knows no settings.
    """

    def opened(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        with click.get_current_context().obj() as services:
            services.database.origin = COMMAND
            command(services, *arguments, **options)

    return update_wrapper(opened, command)
