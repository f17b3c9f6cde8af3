"""What administrators see of registrations, and how they retry them."""

from collections.abc import Sequence

from sqlalchemy import func, select

from repository.access.policy import Action, Resource, must
from repository.core.clock import iso
from repository.core.errors import Conflict, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.identifiers.facts import RegistrationRetried
from repository.identifiers.model import Identifier, RegistrationState

SETTLED = (RegistrationState.REGISTERED.value, RegistrationState.WITHDRAWN.value, RegistrationState.EXTERNAL.value)
UNSETTLED = tuple(state.value for state in RegistrationState if state.value not in SETTLED)
"""The other states, as a list: an index finds those that it has, not those that it lacks."""


DUE = tuple(state for state in UNSETTLED if state != RegistrationState.CONFLICT.value)
"""Those that a round may settle; a conflict waits for a person."""
IN_CONFLICT = "The registrar knew the identifier before: a person must accept it as ours first."
NO_CONFLICT = "The registrar did not know the identifier before: there is nothing to accept."


def find_identifiers(
    snapshot: Snapshot, state: RegistrationState | None, *, after: int = 0, limit: int = 100, scheme: str | None = None
) -> Sequence[Identifier]:
    """Return identifiers in a state, or all unsettled ones, by id from `after` on."""
    must(snapshot.actor, Action.READ_REGISTRATIONS, Resource())
    condition = Identifier.state.in_(UNSETTLED) if state is None else Identifier.state == state.value
    query = select(Identifier).where(condition, Identifier.id > after)
    if scheme is not None:
        query = query.where(Identifier.scheme == scheme)
    return snapshot.session.scalars(query.order_by(Identifier.id).limit(limit)).all()


def count_by_state(snapshot: Snapshot, most: int | None = None) -> dict[tuple[str, str], int]:
    """Return the number of identifiers by scheme and state; raise `Forbidden`.

    With `most`, so many of each state are counted at most, by their ids: then it takes no longer the more there are.
    """
    must(snapshot.actor, Action.READ_REGISTRATIONS, Resource())
    counts: dict[tuple[str, str], int] = {}
    for state in RegistrationState:
        of_state = select(Identifier.scheme).where(Identifier.state == state.value).order_by(Identifier.id).limit(most)
        rows = of_state.subquery()
        counted = select(rows.c.scheme, func.count()).group_by(rows.c.scheme)
        counts |= {(row[0], state.value): row[1] for row in snapshot.session.execute(counted)}
    return counts


def retry_registration(unit: UnitOfWork, identifier_id: int) -> Identifier:
    """Retry a failed registration now. Raise `NotFound`, or `Conflict` when there is nothing to retry."""
    must(unit.actor, Action.MANAGE_IDENTIFIERS, Resource())
    identifier = unit.session.get(Identifier, identifier_id, with_for_update=True)
    if identifier is None:
        raise NotFound(f"There is no identifier {identifier_id}.")
    if identifier.state in SETTLED:
        raise Conflict(f"The identifier is {identifier.state}.")
    if identifier.state == RegistrationState.CONFLICT.value:
        raise Conflict(IN_CONFLICT)
    _retry(unit, identifier)
    return identifier


def accept_registration(unit: UnitOfWork, identifier_id: int) -> Identifier:
    """Take an identifier that the registrar knew before as ours: it is updated from now on.

    Raise `NotFound`, or `Conflict` when it is in no conflict.
    """
    must(unit.actor, Action.MANAGE_IDENTIFIERS, Resource())
    identifier = unit.session.get(Identifier, identifier_id, with_for_update=True)
    if identifier is None:
        raise NotFound(f"There is no identifier {identifier_id}.")
    if identifier.state != RegistrationState.CONFLICT.value:
        raise Conflict(NO_CONFLICT)
    identifier.state, identifier.registered, identifier.cause = RegistrationState.UPDATING.value, unit.now, ""
    identifier.change += 1
    _retry(unit, identifier)
    return identifier


def retry_failed(unit: UnitOfWork) -> int:
    """Retry every failed registration now. Return how many there are."""
    must(unit.actor, Action.MANAGE_IDENTIFIERS, Resource())
    failed = unit.session.scalars(select(Identifier).where(Identifier.state == RegistrationState.FAILED.value)).all()
    for identifier in failed:
        _retry(unit, identifier)
    return len(failed)


def identifier_json(identifier: Identifier) -> dict[str, object]:
    """Return one identifier with its registration, for administrators."""
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


def _retry(unit: UnitOfWork, identifier: Identifier) -> None:
    identifier.attempts = 0
    identifier.next_try = None
    unit.emit(RegistrationRetried(identifier.owner, identifier.value))
