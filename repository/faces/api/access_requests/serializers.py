"""Requests for access as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from repository.core.clock import iso
from repository.core.site import Site
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.rules import RequestState, state_at

Json = dict[str, Any]


def request_json(request: AccessRequest, site: Site, now: datetime, *, decides: bool, names: Mapping[int, str]) -> Json:
    """Return a request; whoever `decides` sees who asked and who decided, others only what concerns them."""
    state = state_at(request.state, request.due, now)
    is_open = state is RequestState.SUBMITTED
    is_guest = request.person_id is None and not decides
    base = site.api("/access-requests/status" if is_guest else f"/access-requests/{request.id}")
    actions = _actions("" if is_guest else "/actions", base, decides=decides)
    return {
        "id": str(request.id),
        "type": "guest-access-request" if request.person_id is None else "user-access-request",
        "status": state.value,
        "is_open": is_open,
        "created": iso(request.created),
        "expires_at": iso(request.due) if is_open and request.due else None,
        "topic": {"record": str(request.record_id), "parent": str(request.concept_id)},
        "created_by": _asker(request, names, decides=decides),
        "payload": {"permission": "view", "message": request.message, "conditions": _conditions(request)},
        "decision": _decision(request, decides=decides),
        "links": {"self": base, **({"actions": actions} if is_open else {})},
    }


def _asker(request: AccessRequest, names: Mapping[int, str], *, decides: bool) -> Json:
    if request.person_id is None:
        return {"guest": {"full_name": request.full_name, "email": request.email} if decides else {}}
    name = {"full_name": names.get(request.person_id, "")} if decides else {}
    return {"user": str(request.person_id), **name}


def _conditions(request: AccessRequest) -> Json | None:
    """Return the conditions as they were accepted."""
    if request.conditions is None:
        return None
    return {"text": request.conditions, "sha256": request.conditions_hash, "accepted_at": iso(request.created)}


def _decision(request: AccessRequest, *, decides: bool) -> Json | None:
    if request.decided is None:
        return None
    by = {"by": {"user": str(request.decided_by)}} if decides and request.decided_by is not None else {}
    until = iso(request.until) if request.until else None
    return {"at": iso(request.decided), "message": request.reply, "until": until, **by}


def _actions(folder: str, base: str, *, decides: bool) -> Json:
    names = ("grant", "decline") if decides else ("cancel",)
    return {name: f"{base}{folder}/{name}" for name in names}
