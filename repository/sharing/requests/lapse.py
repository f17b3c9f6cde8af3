"""What becomes of requests when time passes, and when a grant is gone."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from repository.access.model import GrantRow
from repository.access.principals import SubjectKind
from repository.access.queries import IN_FORCE
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database, UnitOfWork
from repository.sharing.model import ShareLink
from repository.sharing.requests.closing import close
from repository.sharing.requests.facts import AccessEnded, AccessRequestExpired
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.rules import RequestState, state_at

BATCH = 100

_DUE = (
    select(AccessRequest)
    .where(AccessRequest.due.is_not(None), AccessRequest.due <= bindparam("at"))
    .order_by(AccessRequest.due)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)


def lapse_requests(database: Database) -> int:
    """Write down what became of the requests whose time is over; return how many."""
    lapsed = 0
    while True:
        with database.transaction(SYSTEM) as unit:
            due = unit.session.scalars(_DUE, {"at": unit.now}).all()
            for request in due:
                _lapse(unit, request)
        lapsed += len(due)
        if len(due) < BATCH:
            return lapsed


def _lapse(unit: UnitOfWork, request: AccessRequest) -> None:
    state = state_at(request.state, request.due, unit.now)
    if request.submitted is None:
        # nobody proved the address: it may be anybody's, and is not kept
        request.full_name = request.email = request.network = request.secret_hash = None
        request.message = ""
    close(unit, request, state)
    fact = AccessEnded if state is RequestState.ENDED else AccessRequestExpired
    unit.emit(fact(request.id, request.concept_id, request.person_id))


_GRANTED = (
    select(AccessRequest)
    .where(in_list(AccessRequest.concept_id, "ids"), AccessRequest.state == RequestState.GRANTED.value)
    .order_by(AccessRequest.id)
    .with_for_update()
)


def settle_requests(database: Database, concept_ids: Sequence[int]) -> None:
    """End the granted requests on these datasets whose grants or links are gone: taken away, or expired."""
    with database.transaction(SYSTEM) as unit:
        granted = unit.session.scalars(_GRANTED, {"ids": concept_ids}).all()
        people, links = _with_grants(unit, granted), _links(unit, granted)
        for request in granted:
            has_link = request.link_id is None or request.link_id in links
            if not ((request.concept_id, request.person_id) in people if request.person_id is not None else has_link):
                close(unit, request, RequestState.ENDED)
                unit.emit(AccessEnded(request.id, request.concept_id, request.person_id))


_HELD = select(GrantRow.concept_id, GrantRow.subject_id).where(
    GrantRow.subject_kind == SubjectKind.PERSON.value,
    in_list(GrantRow.subject_id, "people"),
    in_list(GrantRow.concept_id, "datasets"),
    IN_FORCE,
)


def _with_grants(unit: UnitOfWork, granted: Sequence[AccessRequest]) -> set[tuple[int, int]]:
    """Return which people have a grant on which of the datasets."""
    people = {request.person_id for request in granted if request.person_id is not None}
    if not people:
        return set()
    values = {"people": people, "datasets": {request.concept_id for request in granted}}
    return {(row.concept_id, row.subject_id) for row in unit.session.execute(_HELD, values)}


_LINKS = select(ShareLink.id).where(in_list(ShareLink.id, "links"))


def _links(unit: UnitOfWork, granted: Sequence[AccessRequest]) -> set[int]:
    """Return which links of guests are still there."""
    links = {request.link_id for request in granted if request.link_id is not None}
    return set(unit.session.scalars(_LINKS, {"links": links})) if links else set()
