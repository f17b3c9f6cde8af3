"""How a request closes, and what is forgotten of it after some time: who asked, and all texts.

That access was asked for, what was decided, when and by whom, and until when it was given, stays.
"""

from datetime import timedelta

from sqlalchemy import bindparam, select

from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database, UnitOfWork
from repository.sharing.requests.facts import AccessRequestCancelled
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.rules import RequestState, require_move, state_at

BATCH = 100


def close(unit: UnitOfWork, request: AccessRequest, state: RequestState) -> None:
    """Let a request have a state that nothing follows."""
    request.state, request.due, request.closed = state.value, None, unit.now


def cancel(unit: UnitOfWork, request: AccessRequest) -> None:
    """Take a locked request back; raise `Conflict` once it is decided."""
    require_move(state_at(request.state, request.due, unit.now), RequestState.CANCELLED)
    close(unit, request, RequestState.CANCELLED)
    unit.session.flush()
    unit.emit(AccessRequestCancelled(request.id, request.concept_id, request.person_id))


_CLOSED = (
    select(AccessRequest)
    .where(AccessRequest.closed.is_not(None), AccessRequest.closed <= bindparam("before"))
    .order_by(AccessRequest.closed)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)


def forget_requests(database: Database, days: int) -> int:
    """Forget who asked, and all texts, of requests that closed more than `days` ago; return how many."""
    forgotten = 0
    while True:
        with database.transaction(SYSTEM) as unit:
            closed = unit.session.scalars(_CLOSED, {"before": unit.now - timedelta(days=days)}).all()
            for request in closed:
                _forget(request)
        forgotten += len(closed)
        if len(closed) < BATCH:
            return forgotten


def _forget(request: AccessRequest) -> None:
    request.full_name = request.email = request.network = request.secret_hash = request.status_hash = None
    request.message, request.reply, request.conditions = "", None, None
    request.closed = request.issued = None
