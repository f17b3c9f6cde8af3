"""Decide requests for access: grant them for a time, decline them with words, or take them back.

Whoever decides holds the locks of the dataset and then that of the request, so that two who decide at once follow one
another, and the second is told what the first decided.  Who takes a request back needs the last lock alone.
"""

from datetime import date, datetime

from sqlalchemy import bindparam, select

from repository.access.grants import find_grant, set_grant
from repository.access.policy import Action, Permission, Resource, in_person, may, must, require_scope
from repository.access.principals import GrantSubject, SubjectKind
from repository.access.queries import grants_of
from repository.access.request_settings import RequestSettings
from repository.core.errors import NotFound
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.records.model import Concept
from repository.sharing.requests.closing import cancel, close
from repository.sharing.requests.facts import AccessDeclined, AccessEnded, AccessGranted
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.rules import RequestState, last_day, require_move, state_at
from repository.sharing.share import lock_dataset, touch_readers

UNKNOWN = "There is no request with this id."


def request_for(snapshot: Snapshot, request_id: int, action: Action = Action.READ_ACCESS_REQUESTS) -> AccessRequest:
    """Return a request for who asked, who manages its dataset, or an administrator; raise `NotFound` for others.

    One whose address is not proved does not exist for anybody.  `action` is what the reader is about to do.
    """
    request = snapshot.session.get(AccessRequest, request_id)
    if request is None or request.submitted is None:
        raise NotFound(UNKNOWN)
    reader = in_person(snapshot.actor, action)
    if is_own(snapshot, request) and may(reader, Action.LIST_OWN, Resource()):
        return request
    if not may(reader, Action.READ_ACCESS_REQUESTS, Resource(grants_of(snapshot, request.concept_id))):
        raise NotFound(UNKNOWN)
    return request


def is_own(snapshot: Snapshot, request: AccessRequest) -> bool:
    """Return whether the actor asked for it."""
    return request.person_id is not None and request.person_id == snapshot.actor.person_id


def grant_request(
    unit: UnitOfWork, site: Site, request_id: int, until: date | None = None, message: str | None = None
) -> AccessRequest:
    """Give access to who asked, to the end of the day `until`, else as long as dataset and site say.

    A guest gets a link, which the job makes that mails it (`guest_access`).  Raises `NotFound`, `Forbidden`, `Invalid`,
    and `Conflict` with what was decided before.
    """
    request = _lock_for_decision(unit, request_id)
    require_move(_state(unit, request), RequestState.GRANTED)
    settings = RequestSettings.of_json(unit.session.get_one(Concept, request.concept_id).request_settings)
    day = last_day(until, site.today(), settings.access_days, site.max_access_days)
    request.until = site.end_of(day) if day else None
    if request.person_id is not None:
        _end_earlier(unit, request)
        request.until = _give(unit, request.concept_id, request.person_id, request.until)
    _decide(unit, request, RequestState.GRANTED, message)
    request.due = request.until
    unit.session.flush()
    until_text = request.until.isoformat() if request.until else None
    unit.emit(AccessGranted(request.id, request.concept_id, request.person_id, until_text))
    return request


def decline_request(unit: UnitOfWork, request_id: int, message: str) -> AccessRequest:
    """Decline a request with words for who asked; raise `NotFound`, `Forbidden`, `Conflict`."""
    request = _lock_for_decision(unit, request_id)
    require_move(_state(unit, request), RequestState.DECLINED)
    _decide(unit, request, RequestState.DECLINED, message)
    request.closed = unit.now
    unit.session.flush()
    unit.emit(AccessDeclined(request.id, request.concept_id, request.person_id))
    return request


def cancel_request(unit: UnitOfWork, request_id: int) -> AccessRequest:
    """Take back a request of one's own; raise `NotFound` for one of others, and `Conflict` once it is decided."""
    must(unit.actor, Action.REQUEST_ACCESS, Resource())
    request = _locked(unit, request_id)
    if not is_own(unit, request):
        raise NotFound(UNKNOWN)
    cancel(unit, request)
    return request


def _lock_for_decision(unit: UnitOfWork, request_id: int) -> AccessRequest:
    require_scope(unit.actor, Action.DECIDE_ACCESS_REQUEST)
    seen = request_for(unit, request_id, Action.DECIDE_ACCESS_REQUEST)
    lock_dataset(unit, seen.concept_id)
    must(unit.actor, Action.DECIDE_ACCESS_REQUEST, Resource(grants_of(unit, seen.concept_id)))
    return _locked(unit, request_id)


def _locked(unit: UnitOfWork, request_id: int) -> AccessRequest:
    request = unit.session.get(AccessRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.submitted is None:
        raise NotFound(UNKNOWN)
    return request


def _state(unit: UnitOfWork, request: AccessRequest) -> RequestState:
    return state_at(request.state, request.due, unit.now)


def _decide(unit: UnitOfWork, request: AccessRequest, state: RequestState, message: str | None) -> None:
    request.state, request.due = state.value, None
    request.decided, request.decided_by, request.reply = unit.now, unit.actor.person_id, message


def _give(unit: UnitOfWork, concept_id: int, person_id: int, until: datetime | None) -> datetime | None:
    """Let a person view the dataset until then, and return until when they do.

    Whoever was given more meanwhile, or for longer, keeps it: a decision on a request takes nothing away.
    """
    person = GrantSubject(SubjectKind.PERSON, person_id)
    row = find_grant(unit, concept_id, person)
    in_force = row is not None and (row.expires is None or row.expires > unit.now)
    if row is not None and in_force:
        is_longer = row.expires is None or (until is not None and row.expires >= until)
        if is_longer or row.permission != Permission.VIEW:
            return row.expires
    set_grant(unit, concept_id, person, Permission.VIEW, until)
    touch_readers(unit, concept_id, narrows=False)
    return until


_GRANTED_BEFORE = select(AccessRequest).where(
    AccessRequest.concept_id == bindparam("concept_id"),
    AccessRequest.person_id == bindparam("person_id"),
    AccessRequest.state == RequestState.GRANTED.value,
)


def _end_earlier(unit: UnitOfWork, request: AccessRequest) -> None:
    """End the requests that were granted to the person before: one request stands for their access."""
    values = {"concept_id": request.concept_id, "person_id": request.person_id}
    for earlier in unit.session.scalars(_GRANTED_BEFORE.with_for_update(), values):
        close(unit, earlier, RequestState.ENDED)
        unit.emit(AccessEnded(earlier.id, earlier.concept_id, earlier.person_id))
