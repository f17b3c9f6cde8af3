"""Tell registrars what publication reserved and what changed since; run as a job, after the publication is safe.

For each identifier a round goes: take it (nobody else asks its registrar meanwhile) · read what the registrar should
have · ask · note the answer.  No transaction is open while a registrar is asked, and what succeeded is kept when
another fails.  A call that began and whose answer was never noted leaves `asked` behind: then the next round asks what
the registrar knows before it says anything again, so that a lost answer mints nothing twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any

import orjson

from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database
from repository.engines.registrars.port import Outcome, Registrar, Registration, Stage
from repository.identifiers.registration_state import ClaimedIdentifier, RegistrationResult, claim, record_outcome
from repository.identifiers.rules import NextCall, next_call

ELSEWHERE = "The registrar says that it leads to {}."


@dataclass(frozen=True, slots=True)
class RegistrationTarget:
    """What registrars should have of one owner: where it leads, its document for each of them, whether it is gone.

    Of what is `hidden` from the public a registrar elsewhere learns nothing; what it had learned before, it hides.
    """

    target: str
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    withdrawn: bool = False
    hidden: bool = False


TargetsOf = Callable[[Sequence[int]], Mapping[int, RegistrationTarget]]
"""reads anew what is to be said of owners; one that is not published is left out"""


@dataclass(frozen=True, slots=True)
class _Task:
    identifier: ClaimedIdentifier
    registration: Registration
    here: bool

    @property
    def digest(self) -> str:
        """Tells two registrations of an identifier apart; what is registered here has no copy that could be old."""
        if self.here:
            return "withdrawn" if self.registration.withdrawn else "here"
        content = (self.registration.target, self.registration.withdrawn, self.registration.document)
        return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def step(self) -> NextCall:
        identifier = self.identifier
        return next_call(
            ticket=identifier.ticket,
            registered=identifier.registered,
            uncertain=identifier.uncertain,
            current=identifier.sent == self.digest,
        )

    def result(self, outcome: Outcome) -> RegistrationResult:
        return RegistrationResult(self.identifier, outcome, self.digest, self.registration.withdrawn)


def register_identifiers(
    database: Database, registrars: Mapping[str, Registrar], owners: Sequence[int], targets_of: TargetsOf
) -> None:
    """Make the registrars say of the identifiers of `owners` what the database says.

    `registrars` are by the names of their nodes; one for everybody is also there by its scheme, for identifiers whose
    node is no longer configured.  Raises `Unavailable`, to be tried again later, when a registrar did not answer or is
    still at work; a refusal is noted with its cause.
    """
    claimed = claim(database, owners, calls=any(not registrar.here for registrar in registrars.values()))
    targets = targets_of(sorted({identifier.owner for identifier in claimed.rows}))
    failures = [Unavailable("Another process is asking the registrar.")] if claimed.busy else []

    def name_of(identifier: ClaimedIdentifier) -> str:
        return identifier.registrar if identifier.registrar in registrars else identifier.scheme

    for name, group in groupby(sorted(claimed.rows, key=name_of), key=name_of):
        results = list(_round(registrars[name], list(group), targets))
        record_outcome(database, results)
        failures += [result.failure for result in results if result.failure is not None]
        if any(result.outcome is not None and result.outcome.stage is Stage.PENDING for result in results):
            failures.append(Unavailable(f"{registrars[name].name} is still at work."))
    if failures:
        raise failures[0]


def _round(
    registrar: Registrar, rows: Sequence[ClaimedIdentifier], targets: Mapping[int, RegistrationTarget]
) -> Iterator[RegistrationResult]:
    """What became of each of `rows`, all of this registrar."""
    by_step: dict[NextCall, list[_Task]] = {step: [] for step in NextCall}
    for identifier in rows:
        entry = targets.get(identifier.owner)
        if entry is None or (entry.hidden and not (identifier.registered or registrar.here)):
            yield RegistrationResult(identifier)
        else:
            task = _task(registrar, identifier, entry)
            by_step[task.step].append(task)
    for task in by_step[NextCall.LEAVE]:
        yield task.result(Outcome(Stage.DONE))
    yield from _poll(registrar, by_step)
    yield from _look_up(registrar, by_step)
    yield from _send(registrar.register, registrar.most, by_step[NextCall.REGISTER])
    yield from _send(registrar.update, registrar.most, by_step[NextCall.UPDATE])


def _task(registrar: Registrar, identifier: ClaimedIdentifier, entry: RegistrationTarget) -> _Task:
    gone = entry.withdrawn or (entry.hidden and not registrar.here)
    registration = Registration(identifier.value, entry.target, entry.documents.get(registrar.name, {}), gone)
    return _Task(identifier, registration, registrar.here)


def _poll(registrar: Registrar, by_step: Mapping[NextCall, list[_Task]]) -> Iterator[RegistrationResult]:
    """Ask what became of batches; what was overtaken by a change meanwhile is updated in this round."""
    tasks = sorted(by_step[NextCall.POLL], key=lambda task: task.identifier.ticket)
    for ticket, group in groupby(tasks, key=lambda task: task.identifier.ticket):
        batch = list(group)
        try:
            outcomes = registrar.outcomes(ticket, [task.identifier.value for task in batch])
        except Unavailable as failure:
            yield from (RegistrationResult(task.identifier, failure=failure) for task in batch)
            continue
        for task in batch:
            outcome = outcomes.get(task.identifier.value, Outcome(Stage.PENDING))
            if outcome.stage is Stage.DONE and task.identifier.sent != task.digest:
                by_step[NextCall.UPDATE].append(task)
            else:
                yield RegistrationResult(task.identifier, outcome, task.identifier.sent, task.registration.withdrawn)


def _look_up(registrar: Registrar, by_step: Mapping[NextCall, list[_Task]]) -> Iterator[RegistrationResult]:
    """Ask what the registrar knows of identifiers whose last call had no answer, before anything is said again."""
    for task in by_step[NextCall.LOOK]:
        try:
            target = registrar.target_of(task.identifier.value)
        except Unavailable as failure:
            yield RegistrationResult(task.identifier, failure=failure)
            continue
        if target is None:
            by_step[NextCall.REGISTER].append(task)
        elif target == task.registration.target:
            by_step[NextCall.UPDATE].append(task)
        else:
            yield task.result(Outcome(Stage.REFUSED, ELSEWHERE.format(target)))


def _send(
    ask: Callable[[Sequence[Registration]], Sequence[Outcome]], most: int, tasks: Sequence[_Task]
) -> Iterator[RegistrationResult]:
    for first in range(0, len(tasks), most):
        batch = tasks[first : first + most]
        try:
            outcomes = ask([task.registration for task in batch])
        except Unavailable as failure:
            yield from (RegistrationResult(task.identifier, failure=failure) for task in batch)
            continue
        for task, outcome in zip(batch, outcomes, strict=True):
            yield task.result(outcome)
