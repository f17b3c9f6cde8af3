"""Offers of ownership over HTTP: those to oneself, which are accepted or declined, and one's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response

from repository.core.clock import iso
from repository.core.errors import RepositoryError
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.faces.credentials import PAGES
from repository.faces.pages.requests.request_pages import asked_page, shown
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person, see_other
from repository.faces.request_context import current_actor, current_services
from repository.notifications.dataset_sight import DatasetSight, dataset_sights
from repository.sharing.ownership.model import OfferState, OwnershipOffer
from repository.sharing.ownership.offer_ownership import (
    accept_offer,
    decline_offer,
    is_open,
    own_offers,
    receiver_of,
    withdraw_offer,
)
from repository.sharing.ownership.receivers import answered_by
from repository.sharing.subjects import titles_of

pages = Blueprint(f"{PAGES}offers", __name__)
ADDRESS = "/me/ownership-offers"
OFFER = f"{ADDRESS}/<record:offer_id>"


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer; `answers` says that the reader may accept it, `withdraws` that it is the reader's own."""

    id: int
    state: OfferState
    title: str
    path: str
    receiver: str
    message: str
    begun: str
    due: str
    stays_manager: bool
    answers: bool
    withdraws: bool


@pages.get(ADDRESS)
def offers() -> Response:
    """List offers to the reader, and the reader's own, the newest first."""
    require_person()
    return _page()


@pages.post(f"{OFFER}/accept")
def accept(offer_id: int) -> Response:
    """Become the owner, or make the team that one manages the owner."""
    site = current_services().site
    return _act("done_offer_accepted", lambda unit: accept_offer(unit, site, offer_id))


@pages.post(f"{OFFER}/decline")
def decline(offer_id: int) -> Response:
    """Leave the dataset with its owner."""
    return _act("done_offer_declined", lambda unit: decline_offer(unit, offer_id))


@pages.post(f"{OFFER}/withdraw")
def withdraw(offer_id: int) -> Response:
    """End an offer that nobody has answered."""
    return _act("done_offer_withdrawn", lambda unit: withdraw_offer(unit, offer_id))


def _act(done: str, act: Callable[[UnitOfWork], OwnershipOffer]) -> Response:
    require_person()
    try:
        with current_services().database.transaction(current_actor()) as unit:
            act(unit)
    except REFUSALS as refused:
        return _page(refused)
    return see_other(asked_frame().at(ADDRESS, done=done))


def _page(refused: RepositoryError | None = None) -> Response:
    page = asked_page()
    with current_services().database.snapshot(current_actor()) as snapshot:
        rows, has_more = own_offers(snapshot, page)
        lines = _lines(snapshot, rows)
    form = refused_form(refused, (), asked_frame().language) if refused else PageForm()
    known = page.offset + len(lines) + has_more
    return shown("offers", refused, lines=lines, total=known, page=page, form=form)


def _lines(snapshot: Snapshot, rows: Sequence[OwnershipOffer]) -> list[OfferLine]:
    sights = dataset_sights(snapshot, snapshot.actor, {offer.concept_id for offer in rows})
    names = titles_of(snapshot, map(receiver_of, rows))
    answering = set(answered_by(snapshot))
    lines = []
    for offer in rows:
        sight = sights.get(offer.concept_id) or DatasetSight(f"#{offer.concept_id}", "")
        answerable = is_open(offer, snapshot.now)
        lines.append(
            OfferLine(
                id=offer.id,
                state=OfferState.EXPIRED
                if offer.state == OfferState.OPEN and not answerable
                else OfferState(offer.state),
                title=sight.title,
                path=sight.path,
                receiver=names.get(receiver_of(offer), ""),
                message=offer.message,
                begun=_day(offer.created),
                due=_day(offer.due) if answerable else "",
                stays_manager=offer.stays_manager,
                answers=answerable and receiver_of(offer) in answering,
                withdraws=answerable and offer.offered_by == snapshot.actor.person_id,
            )
        )
    return lines


def _day(moment: datetime | None) -> str:
    return iso(moment)[:10] if moment else ""
