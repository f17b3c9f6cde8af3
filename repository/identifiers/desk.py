"""What an administrator sees and does about registrations."""

from collections.abc import Sequence

from sqlalchemy import func, select

from repository.access.policy import Action, Thing, must
from repository.foundation.clock import iso
from repository.foundation.errors import Conflict, NotFound
from repository.foundation.work import Work
from repository.identifiers.facts import RegistrationRetried
from repository.identifiers.model import Identifier, State

SETTLED = (State.REGISTERED.value, State.WITHDRAWN.value, State.EXTERNAL.value)


def listed(
    work: Work, state: State | None, *, after: int = 0, limit: int = 100, scheme: str | None = None
) -> Sequence[Identifier]:
    """Identifiers in a state, or all that are not settled, in the order of their ids from `after` on."""
    must(work.actor, Action.MANAGE_IDENTIFIERS, Thing())
    wanted = Identifier.state.not_in(SETTLED) if state is None else Identifier.state == state.value
    query = select(Identifier).where(wanted, Identifier.id > after)
    if scheme is not None:
        query = query.where(Identifier.scheme == scheme)
    return work.session.scalars(query.order_by(Identifier.id).limit(limit)).all()


def counted(work: Work) -> dict[tuple[str, str], int]:
    """How many identifiers there are by scheme and state."""
    rows = work.session.execute(
        select(Identifier.scheme, Identifier.state, func.count()).group_by(Identifier.scheme, Identifier.state)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def retry(work: Work, identifier_id: int) -> Identifier:
    """Have a failed registration tried again now; raises `NotFound`, `Conflict` when there is nothing to try."""
    must(work.actor, Action.MANAGE_IDENTIFIERS, Thing())
    identifier = work.session.get(Identifier, identifier_id, with_for_update=True)
    if identifier is None:
        raise NotFound(f"There is no identifier {identifier_id}.")
    if identifier.state in SETTLED:
        raise Conflict(f"The identifier is {identifier.state}.")
    _retried(work, identifier)
    return identifier


def retry_failed(work: Work) -> int:
    """Have every failed registration tried again now; returns how many."""
    must(work.actor, Action.MANAGE_IDENTIFIERS, Thing())
    failed = work.session.scalars(select(Identifier).where(Identifier.state == State.FAILED.value)).all()
    for identifier in failed:
        _retried(work, identifier)
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


def _retried(work: Work, identifier: Identifier) -> None:
    identifier.attempts = 0
    identifier.next_try = None
    work.emit(RegistrationRetried(identifier.owner, {"identifier": identifier.value}))
