"""Read requests for access: those of a dataset, and one's own."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, bindparam, func, select

from repository.access.policy import Action, Resource, must
from repository.access.queries import grants_of
from repository.core.database.id_list import in_list
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.people.model import Person
from repository.sharing.queries import dataset_of
from repository.sharing.requests.model import AccessRequest

_OF_DATASET = select(AccessRequest).where(
    AccessRequest.concept_id == bindparam("concept_id"), AccessRequest.submitted.is_not(None)
)
Requests = tuple[Sequence[AccessRequest], int]
"""A page, the newest first, and the number of all."""


def requests_of_dataset(snapshot: Snapshot, record_id: int, page: Page) -> Requests:
    """Return a page of the requests for a dataset; raise `NotFound`, `Forbidden`."""
    concept_id = dataset_of(snapshot, record_id)
    must(snapshot.actor, Action.READ_ACCESS_REQUESTS, Resource(grants_of(snapshot, concept_id)))
    return _page(snapshot, _OF_DATASET, {"concept_id": concept_id}, page)


_OF_PERSON = select(AccessRequest).where(AccessRequest.person_id == bindparam("person_id"))


def own_requests(snapshot: Snapshot, page: Page) -> Requests:
    """Return a page of the actor's own requests; raise `Forbidden`."""
    must(snapshot.actor, Action.LIST_OWN, Resource())
    return _page(snapshot, _OF_PERSON, {"person_id": snapshot.actor.person_id}, page)


def _page(snapshot: Snapshot, requests: Select[AccessRequest], values: dict[str, int | None], page: Page) -> Requests:
    limited = requests.order_by(AccessRequest.id.desc()).offset(bindparam("offset")).limit(bindparam("size"))
    rows = snapshot.session.scalars(limited, {**values, "offset": page.offset, "size": page.size}).all()
    total = snapshot.session.scalar(requests.with_only_columns(func.count(AccessRequest.id)), values)
    return rows, total or 0


_NAMES = select(Person.id, Person.name).where(in_list(Person.id, "ids"))


def names_of_people(snapshot: Snapshot, requests: Collection[AccessRequest]) -> dict[int, str]:
    """Return the names of those who made the requests, by id."""
    ids = {request.person_id for request in requests if request.person_id is not None}
    return {row.id: row.name for row in snapshot.session.execute(_NAMES, {"ids": ids})} if ids else {}
