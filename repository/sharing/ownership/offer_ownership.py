"""Offer a dataset to another owner, who accepts or declines.

An offer changes nothing.  Whoever answers holds the locks of the dataset and then that of the offer; if the dataset has
another owner by then, the offer is none any more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from repository.access.policy import Action, Resource, in_person, may, must, require_scope
from repository.access.principals import GrantSubject, SubjectKind
from repository.access.queries import grants_of
from repository.core.actor import SYSTEM
from repository.core.errors import Conflict, Invalid, NotFound
from repository.core.paging import Page
from repository.core.site import Site
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.records.queries import UNKNOWN
from repository.sharing.give import NO_SUBJECT
from repository.sharing.ownership.facts import (
    OfferFact,
    OwnershipAccepted,
    OwnershipDeclined,
    OwnershipOffered,
    OwnershipOfferEnded,
)
from repository.sharing.ownership.model import OfferState, OwnershipOffer
from repository.sharing.ownership.move import Handover, move_ownership, owner_of
from repository.sharing.ownership.receivers import answered_by, can_own
from repository.sharing.queries import dataset_of
from repository.sharing.share import lock_dataset

OPEN_FOR = timedelta(days=30)
NO_OFFER = "There is no offer with this id."
_BATCH = 100

_OPEN = select(OwnershipOffer.id).where(
    OwnershipOffer.concept_id == bindparam("concept_id"), OwnershipOffer.state == OfferState.OPEN.value
)


def offer_ownership(
    unit: UnitOfWork, record_id: int, receiver: GrantSubject | None, message: str, *, stays_manager: bool
) -> OwnershipOffer:
    """Return the offer of a dataset to `receiver`; raise `NotFound`, `Forbidden`, `Invalid`, `Conflict`."""
    concept_id = dataset_of(unit, record_id)
    if not lock_dataset(unit, concept_id):
        raise NotFound(UNKNOWN)
    must(unit.actor, Action.OFFER_OWNERSHIP, Resource(grants_of(unit, concept_id)))
    assert unit.actor.person_id is not None
    if receiver is None or not can_own(unit, receiver):
        raise Invalid.field("subject.id", NO_SUBJECT)
    owner = owner_of(unit, concept_id)
    if owner == receiver:
        raise Conflict("The dataset belongs to this subject already.")
    if (other := unit.session.scalar(_OPEN, {"concept_id": concept_id})) is not None:
        raise Conflict(f"The dataset is offered already, with the id {other}.")
    offer = OwnershipOffer(
        concept_id=concept_id,
        offered_by=unit.actor.person_id,
        owner_kind=owner.kind.value if owner else "",
        owner_id=owner.id if owner else 0,
        receiver_kind=receiver.kind.value,
        receiver_id=receiver.id,
        message=message,
        stays_manager=stays_manager,
        state=OfferState.OPEN.value,
        created=unit.now,
        due=unit.now + OPEN_FOR,
    )
    unit.session.add(offer)
    unit.session.flush()
    unit.emit(_fact(OwnershipOffered, offer))
    return offer


def accept_offer(unit: UnitOfWork, site: Site, offer_id: int) -> OwnershipOffer:
    """Make the receiver the owner; raise `NotFound` for others, `Conflict` for an offer that is none any more."""
    must(unit.actor, Action.ANSWER_OFFER, Resource())
    offer = _lock(unit, offer_id)
    _require_receiver(unit, offer)
    _require_open(unit, offer)
    owner, receiver = owner_of(unit, offer.concept_id), receiver_of(offer)
    if not can_own(unit, receiver):
        raise Conflict("This offer is not open any more.")
    if (offer.owner_kind, offer.owner_id) != ((owner.kind.value, owner.id) if owner else ("", 0)):
        raise Conflict("The dataset has another owner since it was offered.")
    assert unit.actor.person_id is not None
    _close(unit, offer, OfferState.ACCEPTED, OwnershipAccepted)
    move_ownership(
        unit, site, offer.concept_id, Handover(receiver, unit.actor.person_id, stays_manager=offer.stays_manager)
    )
    return offer


def decline_offer(unit: UnitOfWork, offer_id: int) -> OwnershipOffer:
    """Decline to own a dataset; raise `NotFound` for others than the receiver, `Conflict` once it is answered."""
    must(unit.actor, Action.ANSWER_OFFER, Resource())
    offer = _lock(unit, offer_id)
    _require_receiver(unit, offer)
    _require_open(unit, offer)
    _close(unit, offer, OfferState.DECLINED, OwnershipDeclined)
    return offer


def withdraw_offer(unit: UnitOfWork, offer_id: int) -> OwnershipOffer:
    """Take an offer back, as the owner or an administrator; raise `NotFound`, `Forbidden`, `Conflict`."""
    require_scope(unit.actor, Action.OFFER_OWNERSHIP)
    offer = _lock(unit, offer_id)
    _require_seen(unit, offer, Action.OFFER_OWNERSHIP)
    must(unit.actor, Action.OFFER_OWNERSHIP, Resource(grants_of(unit, offer.concept_id)))
    _require_open(unit, offer)
    _close(unit, offer, OfferState.WITHDRAWN, OwnershipOfferEnded)
    return offer


def offer_for(snapshot: Snapshot, offer_id: int) -> OwnershipOffer:
    """Return an offer to who offers, who receives, or an administrator; raise `NotFound` to others."""
    offer = snapshot.session.get(OwnershipOffer, offer_id)
    if offer is None:
        raise NotFound(NO_OFFER)
    _require_seen(snapshot, offer, Action.LIST_OWN)
    return offer


_OF_RECEIVERS = (
    select(OwnershipOffer)
    .where(OwnershipOffer.receiver_kind == bindparam("kind"), OwnershipOffer.receiver_id == bindparam("receiver"))
    .order_by(OwnershipOffer.id.desc())
    .limit(bindparam("most"))
)
_BY_PERSON = (
    select(OwnershipOffer)
    .where(OwnershipOffer.offered_by == bindparam("person"))
    .order_by(OwnershipOffer.id.desc())
    .limit(bindparam("most"))
)


def own_offers(snapshot: Snapshot, page: Page) -> tuple[Sequence[OwnershipOffer], bool]:
    """Return a page of the offers to and by the actor, the newest first, and whether there are more."""
    must(snapshot.actor, Action.LIST_OWN, Resource())
    most = page.offset + page.size + 1
    offers = {
        offer.id: offer
        for subject in answered_by(snapshot)
        for offer in snapshot.session.scalars(
            _OF_RECEIVERS, {"kind": subject.kind.value, "receiver": subject.id, "most": most}
        )
    }
    by_actor = snapshot.session.scalars(_BY_PERSON, {"person": snapshot.actor.person_id, "most": most})
    offers |= {offer.id: offer for offer in by_actor}
    newest = sorted(offers.values(), key=lambda offer: -offer.id)[page.offset :]
    return newest[: page.size], len(newest) > page.size


_DUE = (
    select(OwnershipOffer)
    .where(OwnershipOffer.due.is_not(None), OwnershipOffer.due <= bindparam("at"))
    .order_by(OwnershipOffer.due)
    .limit(_BATCH)
    .with_for_update(skip_locked=True)
)


def expire_offers(database: Database) -> int:
    """Write down which offers nobody has answered in time; return how many."""
    expired = 0
    while True:
        with database.transaction(SYSTEM) as unit:
            due = unit.session.scalars(_DUE, {"at": unit.now}).all()
            for offer in due:
                _close(unit, offer, OfferState.EXPIRED, OwnershipOfferEnded)
        expired += len(due)
        if len(due) < _BATCH:
            return expired


def receiver_of(offer: OwnershipOffer) -> GrantSubject:
    """Return the subject that is to own the dataset."""
    return GrantSubject(SubjectKind(offer.receiver_kind), offer.receiver_id)


def is_open(offer: OwnershipOffer, now: datetime) -> bool:
    """Return whether an offer can be answered: a sweep writes down its end only later."""
    return offer.state == OfferState.OPEN and offer.due is not None and offer.due > now


def _lock(unit: UnitOfWork, offer_id: int) -> OwnershipOffer:
    seen = unit.session.get(OwnershipOffer, offer_id)
    if seen is None or not lock_dataset(unit, seen.concept_id):
        raise NotFound(NO_OFFER)
    offer = unit.session.get(OwnershipOffer, offer_id, with_for_update=True, populate_existing=True)
    if offer is None:
        raise NotFound(NO_OFFER)
    return offer


def _require_receiver(unit: UnitOfWork, offer: OwnershipOffer) -> None:
    if receiver_of(offer) not in answered_by(unit):
        raise NotFound(NO_OFFER)


def _require_seen(snapshot: Snapshot, offer: OwnershipOffer, action: Action) -> None:
    reader = in_person(snapshot.actor, action)
    is_part = offer.offered_by == reader.person_id or receiver_of(offer) in answered_by(snapshot)
    if is_part and may(reader, Action.LIST_OWN, Resource()):
        return
    if not may(reader, Action.READ_ACCESS_REQUESTS, Resource(grants_of(snapshot, offer.concept_id))):
        raise NotFound(NO_OFFER)


def _require_open(unit: UnitOfWork, offer: OwnershipOffer) -> None:
    if not is_open(offer, unit.now):
        raise Conflict("This offer is not open any more.")


def _close(unit: UnitOfWork, offer: OwnershipOffer, state: OfferState, kind: type[OfferFact]) -> None:
    offer.state, offer.due = state.value, None
    offer.decided, offer.decided_by = unit.now, unit.actor.person_id
    unit.session.flush()
    unit.emit(_fact(kind, offer))


def _fact(kind: type[OfferFact], offer: OwnershipOffer) -> OfferFact:
    return kind(offer.id, offer.concept_id, offer.offered_by, offer.receiver_kind, offer.receiver_id)
