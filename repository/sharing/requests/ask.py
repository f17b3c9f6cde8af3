"""Ask for access to the files of a dataset, as a person with an account or as a guest.

Whoever asks must see the record: one that is closed to them answers as one that is not there.  A guest's address is
proved before anybody hears of the request (`guest_links`), and the answer is the same whatever the address.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, func, select

from repository.access.policy import Action, Resource, in_person, may, must
from repository.access.request_settings import RequestSettings
from repository.core.errors import Conflict, Forbidden, Gone, Invalid, MovedTo, NotFound, TooManyTries
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.model import Person
from repository.people.rules import normal_email
from repository.records.queries import UNKNOWN, RecordView, record_view, resolve_record
from repository.sharing.requests.facts import AccessRequested, GuestRequestBegun
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.rules import RequestState

DECIDED_WITHIN = timedelta(days=90)
"""A request that nobody decides expires."""
MAILED_WITHIN = timedelta(days=2)
"""A guest's request waits so long for its link: mail may be down for a while."""
MOST_WAITING = 50
"""requests of one person that wait for a decision"""
MOST_OF_NETWORK = 20
NETWORK_WINDOW = timedelta(hours=1)
"""At most `MOST_OF_NETWORK` unproved requests of guests come from one network in this time."""
NOTHING = "There is nothing to ask for: the files are open to you, or there are none."
NO_REQUESTS = "Requests for access are not taken for this dataset."
NO_GUESTS = "Only people who are signed in can ask for access to this dataset."


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody says who asks; `accepts` that they accept the conditions of the dataset."""

    message: str
    accepts: bool = False


@dataclass(frozen=True, slots=True)
class GuestName:
    """How a guest is called, where they can be reached, and the network that they ask from."""

    full_name: str
    email: str
    network: str


def request_access(unit: UnitOfWork, record_id: int, application: Application) -> AccessRequest:
    """Return a new request of the actor, which waits for a decision.

    Raises `NotFound` for what the actor cannot see, `Forbidden`, `Invalid`, and `Conflict` if there is nothing to ask
    for, one request waits already, or too many do.
    """
    must(unit.actor, Action.REQUEST_ACCESS, Resource())
    view = _visible(unit, record_id)
    settings = _settings(unit, view)
    if not settings.allow_users:
        raise Forbidden(NO_REQUESTS)
    _lock_person(unit)
    _require_first(unit, view.concept.id)
    request = _new_request(unit, view, settings, application)
    request.person_id, request.state = unit.actor.person_id, RequestState.SUBMITTED.value
    request.submitted, request.due = unit.now, unit.now + DECIDED_WITHIN
    unit.session.add(request)
    unit.session.flush()
    unit.emit(AccessRequested(request.id, request.concept_id, request.person_id))
    return request


def begin_guest_request(unit: UnitOfWork, record_id: int, application: Application, guest: GuestName) -> None:
    """Keep the request of a guest until the address is proved; nothing tells whether it is known.

    Raises `NotFound`, `Forbidden`, `Invalid`, `Conflict` if there is nothing to ask for, and `TooManyTries`; none of
    them depends on the address.  Requests that come at the same moment may exceed the limit of a network by a few.
    """
    view = _visible(unit, record_id)
    settings = _settings(unit, view)
    if not settings.allow_guests:
        raise Forbidden(NO_GUESTS if settings.allow_users else NO_REQUESTS)
    email = normal_email(guest.email)
    _require_patience(unit, guest.network)
    request = _new_request(unit, view, settings, application)
    request.full_name, request.email, request.network = guest.full_name, email, guest.network
    request.state, request.due = RequestState.UNVERIFIED.value, unit.now + MAILED_WITHIN
    unit.session.add(request)
    unit.session.flush()
    unit.emit(GuestRequestBegun(request.id, request.concept_id))


def _visible(snapshot: Snapshot, record_id: int) -> RecordView:
    """Return the version that the actor sees under this id; a closed one is as unknown as none."""
    try:
        try:
            return resolve_record(snapshot, record_id)
        except MovedTo as moved:
            return record_view(snapshot, moved.record_id)
    except (Forbidden, NotFound, Gone):
        raise NotFound(UNKNOWN) from None


def _settings(snapshot: Snapshot, view: RecordView) -> RequestSettings:
    """Return what the dataset says of requests; raise `Conflict` if the actor can ask for nothing."""
    reader = in_person(snapshot.actor, Action.REQUEST_ACCESS)
    has_files = view.version.files_enabled and view.files.totals(hidden=False)[0] > 0
    if not has_files or may(reader, Action.READ_FILES, view.resource):
        raise Conflict(NOTHING)
    return RequestSettings.of_json(view.concept.request_settings)


_PERSON = select(Person.id).where(Person.id == bindparam("id")).with_for_update(key_share=True)


def _lock_person(unit: UnitOfWork) -> None:
    """Let the requests of one person follow one another, so that the second is told of the first."""
    unit.session.execute(_PERSON, {"id": unit.actor.person_id}).one()


_WAITING = select(AccessRequest.id, AccessRequest.concept_id).where(
    AccessRequest.person_id == bindparam("person_id"), AccessRequest.state == RequestState.SUBMITTED.value
)


def _require_first(unit: UnitOfWork, concept_id: int) -> None:
    waiting = unit.session.execute(_WAITING, {"person_id": unit.actor.person_id}).all()
    for request_id, of_concept in waiting:
        if of_concept == concept_id:
            raise Conflict(f"There is a request for this dataset already, with the id {request_id}.")
    if len(waiting) >= MOST_WAITING:
        raise Conflict(f"At most {MOST_WAITING} requests for access can wait for a decision at a time.")


_OF_NETWORK = select(func.count(AccessRequest.id), func.min(AccessRequest.created)).where(
    AccessRequest.network == bindparam("network"), AccessRequest.created > bindparam("since")
)


def _require_patience(unit: UnitOfWork, network: str) -> None:
    values = {"network": network, "since": unit.now - NETWORK_WINDOW}
    number, first = unit.session.execute(_OF_NETWORK, values).one()
    if number >= MOST_OF_NETWORK:
        raise TooManyTries(max(1, int((first + NETWORK_WINDOW - unit.now).total_seconds())))


def _new_request(
    unit: UnitOfWork, view: RecordView, settings: RequestSettings, application: Application
) -> AccessRequest:
    """Return a request with the conditions as they are now; raise `Invalid` if they are not accepted."""
    text = settings.conditions
    if text is not None and not application.accepts:
        raise Invalid.field("accept_conditions", "The conditions of the dataset must be accepted.")
    return AccessRequest(
        concept_id=view.concept.id,
        record_id=view.version.id,
        message=application.message,
        conditions=text,
        conditions_hash=None if text is None else hashlib.sha256(text.encode()).hexdigest(),
        created=unit.now,
    )
