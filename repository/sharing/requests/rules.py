"""The life of a request for access, on plain values."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from repository.core.errors import Conflict, Invalid

LONGEST_ACCESS = timedelta(days=36_500)
"""where a site has no limit of its own"""


class RequestState(StrEnum):
    UNVERIFIED = "unverified"
    """a guest has not proved the address yet"""
    SUBMITTED = "submitted"
    GRANTED = "granted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """nobody proved the address, or nobody decided, in time"""
    ENDED = "ended"
    """access was given, and is over"""


MOVES: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.UNVERIFIED: frozenset({RequestState.SUBMITTED, RequestState.EXPIRED}),
    RequestState.SUBMITTED: frozenset(
        {RequestState.GRANTED, RequestState.DECLINED, RequestState.CANCELLED, RequestState.EXPIRED}
    ),
    RequestState.GRANTED: frozenset({RequestState.ENDED}),
}
"""What a state can become; the others are final."""
_LAPSES_TO: Mapping[RequestState, RequestState] = {
    RequestState.UNVERIFIED: RequestState.EXPIRED,
    RequestState.SUBMITTED: RequestState.EXPIRED,
    RequestState.GRANTED: RequestState.ENDED,
}
_ALREADY: Mapping[RequestState, str] = {
    RequestState.UNVERIFIED: "The address of this request is not verified.",
    RequestState.SUBMITTED: "This request is not decided yet.",
    RequestState.GRANTED: "This request was granted already.",
    RequestState.DECLINED: "This request was declined already.",
    RequestState.CANCELLED: "This request was cancelled already.",
    RequestState.EXPIRED: "This request has expired already.",
    RequestState.ENDED: "The access that this request gave has ended already.",
}


def state_at(state: str, due: datetime | None, now: datetime) -> RequestState:
    """Return what a stored state is by now: a sweep writes it down only later."""
    stored = RequestState(state)
    return _LAPSES_TO.get(stored, stored) if due is not None and due <= now else stored


def require_move(before: RequestState, after: RequestState) -> None:
    """Raise `Conflict`, which says what became of the request, unless it can become `after`."""
    if after not in MOVES.get(before, ()):
        raise Conflict(_ALREADY[before])


def last_day(until: date | None, today: date, default_days: int, most_days: int) -> date | None:
    """Return the last day of access that is given `until` then, or without a word; None for no end.

    A dataset has a default, and a site has a limit; 0 is none.  Raises `Invalid`.
    """
    latest = today + (timedelta(days=most_days) if most_days else LONGEST_ACCESS)
    if until is None:
        if default_days:
            return min(today + timedelta(days=default_days), latest)
        return latest if most_days else None
    if until < today:
        raise Invalid.field("until", "The day must not be over.")
    if until > latest:
        raise Invalid.field("until", f"Access lasts until {latest} at most.")
    return until
