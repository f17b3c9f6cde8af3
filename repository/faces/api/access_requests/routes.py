"""Requests for access over HTTP (InvenioRDM contract, section 1.7)."""

from collections.abc import Callable, Sequence

from flask import Response, request

from repository.access.policy import Action, Resource, may
from repository.access.queries import grants_of
from repository.access.request_settings import RequestSettings
from repository.core.errors import FieldError, Invalid
from repository.core.paging import Page, PageLinks
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.core.web.client_address import TrustedProxies, client_address, client_network
from repository.core.web.responses import json_reply
from repository.core.web.shared_schemas import PageQuery
from repository.faces.api.access_requests.schemas import (
    AccessRequestBody,
    AccessRequestListShape,
    AccessRequestShape,
    AccessSettingsBody,
    AccessSettingsShape,
    DeclineBody,
    GrantBody,
    GuestTokenBody,
    SentShape,
)
from repository.faces.api.access_requests.serializers import Json, request_json
from repository.faces.api.routing import Api, ApiCall
from repository.sharing.requests.access_settings import change_request_settings
from repository.sharing.requests.ask import Application, GuestName, begin_guest_request, request_access
from repository.sharing.requests.decide import cancel_request, decline_request, grant_request, is_own, request_for
from repository.sharing.requests.guest_links import redeem_guest_link
from repository.sharing.requests.guest_status import cancel_guest_request, guest_request
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.queries import Requests, names_of_people, own_requests, requests_of_dataset

api = Api("access-requests")
ACCESS = "/records/<record:record_id>/access"
REQUEST = "/access-requests/<record:request_id>"
STATUS = "/access-requests/status"
SENT = "Verification link sent out, please check your e-mail inbox"
"""the contract's words"""
CHANGE_ERRORS = (403, 404, 409, 413, 415)
_ActOnRequest = Callable[[UnitOfWork], AccessRequest]


@api.route(
    "PUT",
    ACCESS,
    "Say who may ask for access, and on which conditions",
    body=AccessSettingsBody,
    replies={200: AccessSettingsShape},
    errors=(403, 404, 413, 415),
)
def change_access_settings(call: ApiCall, record_id: int) -> Response:
    """Change the settings of the dataset that a draft, a version or a concept with this id belongs to."""
    with call.transaction() as unit:
        concept = change_request_settings(unit, record_id, call.body)
    settings = RequestSettings.of_json(concept.request_settings).as_json()
    return json_reply({"id": str(record_id), "parent": {"id": str(concept.id), "access": {"settings": settings}}})


@api.route(
    "POST",
    f"{ACCESS}/request",
    "Ask for access to restricted files; also without an account",
    body=AccessRequestBody,
    replies={201: AccessRequestShape, 202: SentShape},
    errors=(403, 404, 409, 413, 415, 429),
    guests=True,
)
def ask_for_access(call: ApiCall, record_id: int) -> Response:
    """Submit a request; a guest is sent a link first, and the answer tells nothing about the address."""
    application = Application(call.body["message"], call.body["accept_conditions"])
    if call.actor.person_id is None:
        guest = _guest(call)
        with call.transaction() as unit:
            begin_guest_request(unit, record_id, application, guest)
        return json_reply({"message": SENT}, 202)
    return _act(call, lambda unit: request_access(unit, record_id, application), 201)


@api.route(
    "POST",
    "/access-requests/verify",
    "Prove the address of a guest's request",
    body=GuestTokenBody,
    replies={200: AccessRequestShape},
    errors=(409, 413, 415),
    guests=True,
)
def verify_guest(call: ApiCall) -> Response:
    """Submit the request that the link was sent for; it works once."""
    with call.transaction() as unit:
        submitted = redeem_guest_link(unit, call.body["token"])
    return json_reply(request_json(submitted, call.services.site, unit.now, decides=False, names={}))


@api.route(
    "POST",
    STATUS,
    "See where a guest's request stands",
    body=GuestTokenBody,
    replies={200: AccessRequestShape},
    errors=(413, 415),
    guests=True,
)
def read_guest_request(call: ApiCall) -> Response:
    """Return the request that the link was sent for; a body keeps its secret out of addresses and logs."""
    with call.snapshot() as snapshot:
        followed = guest_request(snapshot, call.body["token"])
        [body] = _hits(call, snapshot, [followed], decides=False)
    return json_reply(body)


@api.route(
    "POST",
    f"{STATUS}/cancel",
    "Take a guest's request for access back",
    body=GuestTokenBody,
    replies={200: AccessRequestShape},
    errors=(409, 413, 415),
    guests=True,
)
def cancel_guest_access_request(call: ApiCall) -> Response:
    """End a request that nobody has decided."""
    with call.transaction() as unit:
        cancelled = cancel_guest_request(unit, call.body["token"])
    return json_reply(request_json(cancelled, call.services.site, unit.now, decides=False, names={}))


@api.route(
    "GET",
    f"{ACCESS}/requests",
    "List the requests for access to a dataset",
    query=PageQuery,
    replies={200: AccessRequestListShape},
    errors=(403, 404),
)
def list_access_requests(call: ApiCall, record_id: int) -> Response:
    """Return the newest first; those of guests who have not proved their address are not there."""
    page = Page.of(call.query)
    with call.snapshot() as snapshot:
        requests = requests_of_dataset(snapshot, record_id, page)
        hits = _hits(call, snapshot, requests[0], decides=True)
    return _list(call, f"/records/{record_id}/access/requests", page, requests, hits)


@api.route(
    "GET",
    "/me/access-requests",
    "List one's own requests for access",
    query=PageQuery,
    replies={200: AccessRequestListShape},
    errors=(403,),
)
def list_own_access_requests(call: ApiCall) -> Response:
    """Return the newest first, with where each stands."""
    page = Page.of(call.query)
    with call.snapshot() as snapshot:
        requests = own_requests(snapshot, page)
        hits = _hits(call, snapshot, requests[0], decides=False)
    return _list(call, "/me/access-requests", page, requests, hits)


@api.route("GET", REQUEST, "Read a request for access", replies={200: AccessRequestShape}, errors=(403, 404))
def read_access_request(call: ApiCall, request_id: int) -> Response:
    """Return it to who asked and to who decides; to all others it is not there."""
    with call.snapshot() as snapshot:
        [body] = _shown(call, snapshot, request_for(snapshot, request_id))
    return json_reply(body)


@api.route(
    "POST",
    f"{REQUEST}/actions/grant",
    "Give access to who asked, for a time",
    body=GrantBody,
    replies={200: AccessRequestShape},
    errors=CHANGE_ERRORS,
)
def grant_access_request(call: ApiCall, request_id: int) -> Response:
    """Let who asked read the files to the end of a day."""
    body, site = call.body, call.services.site
    return _act(call, lambda unit: grant_request(unit, site, request_id, body["until"], body["message"]))


@api.route(
    "POST",
    f"{REQUEST}/actions/decline",
    "Decline a request for access, with words",
    body=DeclineBody,
    replies={200: AccessRequestShape},
    errors=CHANGE_ERRORS,
)
def decline_access_request(call: ApiCall, request_id: int) -> Response:
    """Tell who asked why not."""
    return _act(call, lambda unit: decline_request(unit, request_id, call.body["message"]))


@api.route(
    "POST",
    f"{REQUEST}/actions/cancel",
    "Take a request for access back",
    replies={200: AccessRequestShape},
    errors=(403, 404, 409),
)
def cancel_access_request(call: ApiCall, request_id: int) -> Response:
    """End a request of one's own that nobody has decided."""
    return _act(call, lambda unit: cancel_request(unit, request_id))


def _guest(call: ApiCall) -> GuestName:
    """Return who a guest says to be; raise `Invalid` with every field that is missing."""
    missing = [
        FieldError.of(name, "Missing data for required field.")
        for name in ("full_name", "email")
        if not (call.body[name] or "").strip()
    ]
    if call.body["consent_to_share_personal_data"] is False:
        missing.append(
            FieldError.of("consent_to_share_personal_data", "Nobody can decide without your name and address.")
        )
    if missing:
        raise Invalid(errors=missing)
    address = client_address(request.environ, TrustedProxies.of(call.services.site.trusted_proxies))
    return GuestName(call.body["full_name"].strip(), call.body["email"], client_network(address))


def _act(call: ApiCall, act: _ActOnRequest, status: int = 200) -> Response:
    with call.transaction() as unit:
        done = act(unit)
    with call.snapshot() as snapshot:
        [body] = _shown(call, snapshot, done)
    return json_reply(body, status)


def _shown(call: ApiCall, snapshot: Snapshot, access_request: AccessRequest) -> Sequence[Json]:
    decides = not is_own(snapshot, access_request) and may(
        call.actor, Action.READ_ACCESS_REQUESTS, Resource(grants_of(snapshot, access_request.concept_id))
    )
    return _hits(call, snapshot, [access_request], decides=decides)


def _hits(call: ApiCall, snapshot: Snapshot, requests: Sequence[AccessRequest], *, decides: bool) -> Sequence[Json]:
    names = names_of_people(snapshot, requests) if decides else {}
    site, now = call.services.site, snapshot.now
    return [request_json(one, site, now, decides=decides, names=names) for one in requests]


def _list(call: ApiCall, path: str, page: Page, requests: Requests, hits: Sequence[Json]) -> Response:
    total = requests[1]
    links = PageLinks(call.services.site.api(path), {}).numbered(page, total)
    return json_reply({"hits": {"hits": list(hits), "total": total}, "links": links})
