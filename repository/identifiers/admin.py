"""What an administrator sees and does about registrations."""

from collections.abc import Sequence

from sqlalchemy import func, select

from repository.access.policy import Action, Resource, must
from repository.core.clock import iso
from repository.core.errors import Conflict, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.identifiers.facts import RegistrationRetried
from repository.identifiers.model import Identifier, RegistrationState

SETTLED = (RegistrationState.REGISTERED.value, RegistrationState.WITHDRAWN.value, RegistrationState.EXTERNAL.value)


def find_identifiers(
    snapshot: Snapshot, state: RegistrationState | None, *, after: int = 0, limit: int = 100, scheme: str | None = None
) -> Sequence[Identifier]:
    """Identifiers in a state, or all that are not settled, in the order of their ids from `after` on."""
    must(snapshot.actor, Action.MANAGE_IDENTIFIERS, Resource())
    wanted = Identifier.state.not_in(SETTLED) if state is None else Identifier.state == state.value
    query = select(Identifier).where(wanted, Identifier.id > after)
    if scheme is not None:
        query = query.where(Identifier.scheme == scheme)
    return snapshot.session.scalars(query.order_by(Identifier.id).limit(limit)).all()


def count_by_state(snapshot: Snapshot) -> dict[tuple[str, str], int]:
    """How many identifiers there are by scheme and state."""
    rows = snapshot.session.execute(
        select(Identifier.scheme, Identifier.state, func.count()).group_by(Identifier.scheme, Identifier.state)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def retry_registration(unit: UnitOfWork, identifier_id: int) -> Identifier:
    """Have a failed registration tried again now; raises `NotFound`, `Conflict` when there is nothing to try."""
    must(unit.actor, Action.MANAGE_IDENTIFIERS, Resource())
    identifier = unit.session.get(Identifier, identifier_id, with_for_update=True)
    if identifier is None:
        raise NotFound(f"There is no identifier {identifier_id}.")
    if identifier.state in SETTLED:
        raise Conflict(f"The identifier is {identifier.state}.")
    _retried(unit, identifier)
    return identifier


def retry_failed(unit: UnitOfWork) -> int:
    """Have every failed registration tried again now; returns how many."""
    must(unit.actor, Action.MANAGE_IDENTIFIERS, Resource())
    failed = unit.session.scalars(select(Identifier).where(Identifier.state == RegistrationState.FAILED.value)).all()
    for identifier in failed:
        _retried(unit, identifier)
    return len(failed)


def identifier_json(identifier: Identifier) -> dict[str, object]:
    """One identifier with its registration, for administrators."""
    return {
        "id": identifier.id,
        "scheme": identifier.scheme,
        "identifier": identifier.value,
        "owner": str(identifier.owner),
        "registrar": identifier.registrar,
        "state": identifier.state,
        "cause": identifier.cause,
        "attempts": identifier.attempts,
        "next_try": iso(identifier.next_try) if identifier.next_try else None,
        "reserved": iso(identifier.reserved),
        "registered": iso(identifier.registered) if identifier.registered else None,
    }


def _retried(unit: UnitOfWork, identifier: Identifier) -> None:
    identifier.attempts = 0
    identifier.next_try = None
    unit.emit(RegistrationRetried(identifier.owner, identifier.value))
