"""Offers of ownership over HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from repository.core.clock import iso
from repository.core.paging import Page, PageLinks
from repository.core.unit_of_work import UnitOfWork
from repository.core.web.responses import json_reply
from repository.faces.api.ownership.schemas import OfferBody, OfferListShape, OfferShape, OffersQuery
from repository.faces.api.routing import Api, ApiCall
from repository.sharing.ownership.model import OfferState, OwnershipOffer
from repository.sharing.ownership.offer_ownership import (
    accept_offer,
    decline_offer,
    is_open,
    offer_for,
    offer_ownership,
    own_offers,
    receiver_of,
    withdraw_offer,
)
from repository.sharing.subjects import subject_numbered, type_of

api = Api("ownership")
OFFER = "/ownership-offers/<record:offer_id>"
CHANGE_ERRORS = (403, 404, 409)


@api.route(
    "POST",
    "/records/<record:record_id>/access/owner",
    "Offer a dataset to another owner",
    body=OfferBody,
    replies={201: OfferShape},
    errors=(*CHANGE_ERRORS, 413, 415),
)
def offer_dataset(call: ApiCall, record_id: int) -> Response:
    """Keep the offer until the receiver answers it; nothing changes meanwhile."""
    body = call.body
    receiver = subject_numbered(body["subject"]["type"], body["subject"]["id"])
    return _act(
        call,
        lambda unit: offer_ownership(unit, record_id, receiver, body["message"], stays_manager=body["stays_manager"]),
        201,
    )


@api.route(
    "GET",
    "/me/ownership-offers",
    "List the offers of ownership to oneself, and one's own",
    query=OffersQuery,
    replies={200: OfferListShape},
    errors=(403,),
)
def list_own_offers(call: ApiCall) -> Response:
    """Return the newest first."""
    page = Page.of(call.query)
    with call.snapshot() as snapshot:
        offers, has_more = own_offers(snapshot, page)
        hits = [_offer_json(call, offer, snapshot.now) for offer in offers]
    total = page.offset + len(hits) + has_more  # so many are known
    links = PageLinks(call.services.site.api("/me/ownership-offers"), {}).numbered(page, total)
    return json_reply({"hits": {"hits": hits}, "links": links})


@api.route("GET", OFFER, "Read an offer of ownership", replies={200: OfferShape}, errors=(403, 404))
def read_offer(call: ApiCall, offer_id: int) -> Response:
    """Return it to who offers and who receives; to all others it is not there."""
    with call.snapshot() as snapshot:
        offer = offer_for(snapshot, offer_id)
    return json_reply(_offer_json(call, offer, snapshot.now))


@api.route("POST", f"{OFFER}/actions/accept", "Accept a dataset", replies={200: OfferShape}, errors=CHANGE_ERRORS)
def accept_dataset(call: ApiCall, offer_id: int) -> Response:
    """Become the owner, or make the team that one manages the owner."""
    return _act(call, lambda unit: accept_offer(unit, call.services.site, offer_id))


@api.route("POST", f"{OFFER}/actions/decline", "Decline a dataset", replies={200: OfferShape}, errors=CHANGE_ERRORS)
def decline_dataset(call: ApiCall, offer_id: int) -> Response:
    """Leave the dataset with its owner."""
    return _act(call, lambda unit: decline_offer(unit, offer_id))


@api.route("POST", f"{OFFER}/actions/withdraw", "Take an offer back", replies={200: OfferShape}, errors=CHANGE_ERRORS)
def withdraw_dataset(call: ApiCall, offer_id: int) -> Response:
    """End an offer that nobody has answered."""
    return _act(call, lambda unit: withdraw_offer(unit, offer_id))


def _act(call: ApiCall, act: Callable[[UnitOfWork], OwnershipOffer], status: int = 200) -> Response:
    with call.transaction() as unit:
        done = act(unit)
    return json_reply(_offer_json(call, done, unit.now), status)


def _offer_json(call: ApiCall, offer: OwnershipOffer, now: datetime) -> dict[str, Any]:
    base = call.services.site.api(f"/ownership-offers/{offer.id}")
    receiver = receiver_of(offer)
    answerable = is_open(offer, now)
    # what nobody done in time is over, though a sweep writes that down only later
    over = OfferState.EXPIRED if offer.state == OfferState.OPEN and not answerable else OfferState(offer.state)
    actions = {name: f"{base}/actions/{name}" for name in ("accept", "decline", "withdraw")} if answerable else {}
    return {
        "id": str(offer.id),
        "status": over.value,
        "dataset": str(offer.concept_id),
        "offered_by": {"user": str(offer.offered_by)},
        "subject": {"type": type_of(receiver), "id": str(receiver.id)},
        "message": offer.message,
        "stays_manager": offer.stays_manager,
        "created": iso(offer.created),
        "expires_at": iso(offer.due) if answerable and offer.due else None,
        "links": {"self": base, **actions},
    }
