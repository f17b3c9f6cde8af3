"""The two ends of a registration round in the database: claim identifiers, record results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.core.clock import pause_after
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database, Snapshot
from repository.engines.registrars.port import Outcome, Stage
from repository.identifiers.model import Identifier, RegistrationState

LEASE = timedelta(minutes=3)
"""time in which a round may call the registrar; timeouts end every call sooner"""
REFUSED_PAUSE = timedelta(days=1)
POLL_PAUSE = timedelta(seconds=5)
MAX_CAUSE = 1000
_NOT_OURS_TO_CALL = (RegistrationState.EXTERNAL.value, RegistrationState.CONFLICT.value)
_Row = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ClaimedIdentifier:
    """A claimed identifier; `uncertain`: an earlier call got no reply.

    `state`: the state before the claim. `marked`: the claim is stored in the row.
    """

    id: int
    owner: int
    scheme: str
    value: str
    registrar: str
    state: str
    marked: bool
    registered: bool
    uncertain: bool
    ticket: str
    sent: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Claimed identifiers; `busy`: another round has some of the owners' identifiers."""

    rows: Sequence[ClaimedIdentifier]
    busy: bool


@dataclass(frozen=True, slots=True)
class RegistrationResult:
    """The result for one identifier: an `outcome` with its digest, or a `failure`, or nothing."""

    identifier: ClaimedIdentifier
    outcome: Outcome | None = None
    digest: str = ""
    withdrawn: bool = False
    failure: Unavailable | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to record."""
        settled = RegistrationState.WITHDRAWN if self.withdrawn else RegistrationState.REGISTERED
        as_before = self.identifier.state == settled.value and self.identifier.sent == self.digest
        return self.identifier.marked or self.failure is not None or not as_before


def claim(database: Database, owners: Sequence[int], *, calls: bool) -> Claim:
    """Return the owners' identifiers that this round may register.

    With `calls` they stay claimed until their results are recorded or `LEASE` has passed, because the round will call a
    registrar.
    """
    query = select(Identifier).where(Identifier.owner.in_(owners), Identifier.state.not_in(_NOT_OURS_TO_CALL))
    if not calls:
        with database.snapshot(SYSTEM) as snapshot:
            return Claim([_from_row(row, marked=False) for row in snapshot.session.scalars(query)], busy=False)
    with database.transaction(SYSTEM) as unit:
        rows = unit.session.scalars(query.order_by(Identifier.id).with_for_update()).all()
        free = [row for row in rows if not _is_claimed(row, unit)]
        identifiers = [_from_row(row, marked=True) for row in free]
        for row in free:
            row.state = (RegistrationState.UPDATING if row.registered else RegistrationState.REGISTERING).value
            row.next_try = unit.now + LEASE
            if not row.ticket:  # asking for the outcome of a batch leaves nothing uncertain
                row.called_at = unit.now
    return Claim(identifiers, busy=len(free) < len(rows))


def record_outcome(database: Database, results: Sequence[RegistrationResult]) -> None:
    """Record the results of a round, also those without a reply."""
    changed = [result for result in results if result.changes]
    if not changed:
        return
    with database.transaction(SYSTEM) as unit:
        ids_by_values: dict[_Row, list[int]] = {}
        for result in changed:
            values = _values(unit, result)
            is_visible = int(values["state"] != result.identifier.state)
            ids_by_values.setdefault(tuple({**values, "shown": is_visible}.items()), []).append(result.identifier.id)
        for items, ids in ids_by_values.items():
            columns = dict(items)
            columns["change"] = Identifier.change + columns.pop("shown")
            unit.session.execute(
                update(Identifier).where(Identifier.id.in_(ids)).values(columns),
                execution_options={"synchronize_session": False},
            )


def _from_row(row: Identifier, *, marked: bool) -> ClaimedIdentifier:
    return ClaimedIdentifier(
        id=row.id,
        owner=row.owner,
        scheme=row.scheme,
        value=row.value,
        registrar=row.registrar,
        state=row.state,
        marked=marked,
        registered=row.registered is not None,
        uncertain=row.called_at is not None,
        ticket=row.ticket,
        sent=row.sent,
        attempts=row.attempts,
    )


def _is_claimed(row: Identifier, snapshot: Snapshot) -> bool:
    in_flight = row.state in (RegistrationState.REGISTERING.value, RegistrationState.UPDATING.value) and not row.ticket
    # A lease that is longer than any was taken while the clock was wrong.
    is_leased = row.next_try is not None and snapshot.now < row.next_try <= snapshot.now + 2 * LEASE
    return in_flight and row.called_at is not None and is_leased


def _values(snapshot: Snapshot, result: RegistrationResult) -> dict[str, Any]:
    """Return the columns after this round; `called_at` stays only where the registrar's action is unknown."""
    identifier, outcome = result.identifier, result.outcome
    if result.failure is not None:
        return _failed(snapshot, identifier, result.failure.reason, pause_after(identifier.attempts + 1))
    if outcome is None:
        state = RegistrationState.REGISTERED if identifier.registered else RegistrationState.RESERVED
        released = {"state": state.value, "next_try": None}
        return released if identifier.uncertain else {**released, "called_at": None}
    if outcome.stage is Stage.KNOWN and not identifier.registered:
        settled = {"called_at": None, "ticket": "", "sent": "", "next_try": None}
        return {"state": RegistrationState.CONFLICT.value, "cause": outcome.cause[:MAX_CAUSE], **settled}
    if outcome.stage in (Stage.REFUSED, Stage.KNOWN):
        return _failed(snapshot, identifier, outcome.cause, REFUSED_PAUSE) | {
            "called_at": None,
            "ticket": "",
            "sent": "",
        }
    if outcome.stage is Stage.PENDING:
        state = RegistrationState.UPDATING if identifier.registered else RegistrationState.REGISTERING
        ticket = outcome.ticket or identifier.ticket
        pending = {"state": state.value, "ticket": ticket, "next_try": snapshot.now + POLL_PAUSE}
        uncertain = {} if identifier.uncertain else {"called_at": None}  # an earlier call may have made it
        return {**pending, **uncertain, "sent": result.digest}
    state = RegistrationState.WITHDRAWN if result.withdrawn else RegistrationState.REGISTERED
    clean = {"cause": "", "called_at": None, "ticket": "", "attempts": 0, "next_try": None}
    registered = {} if identifier.registered else {"registered": snapshot.now}
    return {"state": state.value, "sent": result.digest, **clean, **registered}


def _failed(snapshot: Snapshot, identifier: ClaimedIdentifier, cause: str, pause: timedelta) -> dict[str, Any]:
    return {
        "state": RegistrationState.FAILED.value,
        "cause": cause[:MAX_CAUSE],
        "attempts": identifier.attempts + 1,
        "next_try": snapshot.now + pause,
    }
