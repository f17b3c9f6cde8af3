"""Register what publication reserved, and send registrars later changes; a job runs it, after the publication is safe.

A round has four steps for each identifier: claim it (no other round calls its registrar meanwhile) · read what the
registrar should have · call the registrar · record the result. No transaction is open during a call, and a success is
kept when another identifier fails. A call without a recorded result leaves `called_at` behind: the next round first
looks up what the registrar knows, so that a lost reply mints nothing twice.

An identifier that the registrar knows, and that no call of ours can have made, is a conflict: a database that is older
than the registrar's may give a number to another dataset. Nothing is changed there until a person decides (`admin`).
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
_KNOWN_SINCE = "The registrar knows the identifier, and has not yet told where it leads."


@dataclass(frozen=True, slots=True)
class RegistrationTarget:
    """What registrars should have of one owner: its address, its document for each registrar, and whether it is gone.

    A registrar elsewhere learns nothing about an owner that is `hidden` from the public, and hides what it already has.
    """

    target: str
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    withdrawn: bool = False
    hidden: bool = False


TargetsOf = Callable[[Sequence[int]], Mapping[int, RegistrationTarget]]
"""reads the current targets of owners; it leaves out owners that are not published"""


@dataclass(frozen=True, slots=True)
class _Task:
    identifier: ClaimedIdentifier
    registration: Registration
    here: bool

    @property
    def digest(self) -> str:
        """Differs for two registrations of an identifier; a local registration has no copy that could be old."""
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
        """Return the result; what an earlier call of ours may have made is looked up in the next round."""
        if outcome.stage is Stage.KNOWN and self.step is not NextCall.REGISTER:
            return RegistrationResult(self.identifier, failure=Unavailable(_KNOWN_SINCE))
        return RegistrationResult(self.identifier, outcome, self.digest, self.registration.withdrawn)


def register_identifiers(
    database: Database, registrars: Mapping[str, Registrar], owners: Sequence[int], targets_of: TargetsOf
) -> None:
    """Bring the registrars up to date with the identifiers of `owners`.

    `registrars` are by the names of their accounts; a registrar for all accounts is also there by its scheme, for
    identifiers whose account is no longer configured. Raise `Unavailable`, for a later retry, when a registrar did not
    reply or is still at work; record a refusal with its cause.
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
    """Yield the result of each of `rows`, all of this registrar."""
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
    """Poll batches; update in this round what changed since its batch was sent."""
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
            elif outcome.stage is Stage.KNOWN and task.identifier.uncertain:
                by_step[NextCall.LOOK].append(task)
            else:
                yield RegistrationResult(task.identifier, outcome, task.identifier.sent, task.registration.withdrawn)


def _look_up(registrar: Registrar, by_step: Mapping[NextCall, list[_Task]]) -> Iterator[RegistrationResult]:
    """Look up identifiers whose last call had no reply, before any further call."""
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
            known = Outcome(Stage.KNOWN, ELSEWHERE.format(target))
            yield RegistrationResult(task.identifier, known, task.digest, task.registration.withdrawn)


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
