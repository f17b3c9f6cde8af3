"""A guest proves an address by a link of one use.

The request is there without a secret.  The job that sends the message makes the secret: it is in the message alone, and
its digest in the row.  A job that runs twice makes a second secret, and the first is none any more.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, func, select

from repository.core.errors import Conflict, Invalid
from repository.core.unit_of_work import UnitOfWork
from repository.sharing.requests.ask import DECIDED_WITHIN
from repository.sharing.requests.facts import AccessRequested
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.rules import RequestState, state_at

PROVED_WITHIN = timedelta(hours=24)
MOST_OF_ADDRESS = 5
"""links that one address gets within `PROVED_WITHIN`: nobody's mail box can be filled by asking"""

_ISSUED = select(func.count(AccessRequest.id)).where(
    AccessRequest.email == bindparam("email"), AccessRequest.issued > bindparam("since")
)


def issue_guest_link(unit: UnitOfWork, request_id: int) -> str | None:
    """Return a secret for the message to the guest, None if there is nothing to prove, or no more.

    The job that mails it calls this; the address and the name are in the row of the request.
    """
    request = unit.session.get(AccessRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or state_at(request.state, request.due, unit.now) is not RequestState.UNVERIFIED:
        return None
    values = {"email": request.email, "since": unit.now - PROVED_WITHIN}
    if request.issued is None and (unit.session.scalar(_ISSUED, values) or 0) >= MOST_OF_ADDRESS:
        return None
    secret = secrets.token_urlsafe(32)
    request.secret_hash, request.issued, request.due = _digest(secret), unit.now, unit.now + PROVED_WITHIN
    unit.session.flush()
    return secret


_BY_SECRET = select(AccessRequest).where(AccessRequest.secret_hash == bindparam("digest")).with_for_update()
_WAITING = select(AccessRequest.id).where(
    AccessRequest.concept_id == bindparam("concept_id"),
    AccessRequest.email == bindparam("email"),
    AccessRequest.state == RequestState.SUBMITTED.value,
)


def redeem_guest_link(unit: UnitOfWork, secret: str) -> AccessRequest:
    """Submit the request whose address is proved by `secret`.

    Raises `Invalid`, in the same words for a link that is unknown, used or over, and `Conflict` if another request of
    the same guest for the dataset waits.
    """
    request = unit.session.scalar(_BY_SECRET, {"digest": _digest(secret)})
    if request is None or state_at(request.state, request.due, unit.now) is not RequestState.UNVERIFIED:
        raise Invalid.field("token", "This link is not valid, or not any more.")
    values = {"concept_id": request.concept_id, "email": request.email}
    if (first := unit.session.scalar(_WAITING, values)) is not None:
        raise Conflict(f"There is a request for this dataset already, with the id {first}.")
    request.state, request.submitted, request.due = RequestState.SUBMITTED.value, unit.now, unit.now + DECIDED_WITHIN
    request.secret_hash = request.network = None
    unit.session.flush()
    unit.emit(AccessRequested(request.id, request.concept_id))
    return request


def _digest(secret: str) -> str:
    # 256 random bits: no search finds them from a plain digest
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
