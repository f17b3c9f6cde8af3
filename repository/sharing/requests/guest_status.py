"""A guest follows a request by a link: where it stands, what was answered, and taking it back.

The job that mails the link makes its secret, which is in the message alone; its digest goes when the request is
forgotten.
"""

import hashlib
import secrets

from sqlalchemy import bindparam, select

from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.sharing.requests.closing import cancel
from repository.sharing.requests.model import AccessRequest


def issue_guest_status(unit: UnitOfWork, request_id: int) -> str | None:
    """Return a secret for the message to the guest, None if there is nothing to follow.

    An earlier one is void.
    """
    request = unit.session.get(AccessRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.person_id is not None or not request.email:
        return None
    secret = secrets.token_urlsafe(32)
    request.status_hash = _digest(secret)
    unit.session.flush()
    return secret


_BY_SECRET = select(AccessRequest).where(AccessRequest.status_hash == bindparam("digest"))


def guest_request(snapshot: Snapshot, secret: str) -> AccessRequest:
    """Return the request that a guest follows by `secret`; raise `Invalid` if there is none."""
    request = snapshot.session.scalar(_BY_SECRET, {"digest": _digest(secret)})
    if request is None:
        raise _void()
    return request


def cancel_guest_request(unit: UnitOfWork, secret: str) -> AccessRequest:
    """Take back the request that a guest follows; raise `Invalid`, and `Conflict` once it is decided."""
    request = unit.session.scalar(_BY_SECRET.with_for_update(), {"digest": _digest(secret)})
    if request is None:
        raise _void()
    cancel(unit, request)
    return request


def _void() -> Invalid:
    return Invalid.field("token", "This link is not valid, or not any more.")


def _digest(secret: str) -> str:
    # 256 random bits: no search finds them from a plain digest
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
