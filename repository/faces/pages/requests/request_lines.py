"""What a page shows of requests for access."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from repository.access.policy import Action, Resource, may
from repository.access.queries import grants_of
from repository.core.clock import iso
from repository.core.unit_of_work import Snapshot
from repository.notifications.dataset_sight import dataset_sights
from repository.sharing.requests.decide import is_own
from repository.sharing.requests.model import AccessRequest
from repository.sharing.requests.queries import names_of_people
from repository.sharing.requests.rules import RequestState, state_at


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request: days are texts, and `path` is empty for a dataset that its reader may not see.

    `name` and `email` say who asks, to those who decide alone; `conditions` are the ones that were accepted.
    """

    id: int
    state: RequestState
    title: str
    path: str
    begun: str
    due: str
    message: str
    conditions: Markup
    decided: str
    reply: str
    until: str
    name: str = ""
    email: str = ""
    decides: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it."""
        return self.state is RequestState.SUBMITTED


def request_lines(snapshot: Snapshot, requests: Sequence[AccessRequest], *, decides: bool) -> list[RequestLine]:
    """Return requests as who asked sees them, or as those do who decide."""
    sights = dataset_sights(snapshot, snapshot.actor, {request.concept_id for request in requests})
    names: Mapping[int, str] = names_of_people(snapshot, requests) if decides else {}
    lines = []
    for request in requests:
        sight = sights.get(request.concept_id)
        title, path = (sight.title, sight.path) if sight else (f"#{request.record_id}", "")
        name = names.get(request.person_id or 0) or request.full_name or ""
        email = request.email or ""
        lines.append(_line(request, snapshot.now, title, path, (name, email) if decides else ("", ""), decides=decides))
    return lines


def request_line(snapshot: Snapshot, request: AccessRequest) -> RequestLine:
    """Return a request as its reader sees it: who asked does not decide."""
    decides = not is_own(snapshot, request) and may(
        snapshot.actor, Action.READ_ACCESS_REQUESTS, Resource(grants_of(snapshot, request.concept_id))
    )
    return request_lines(snapshot, [request], decides=decides)[0]


def _line(
    request: AccessRequest, at: datetime, title: str, path: str, asker: tuple[str, str], *, decides: bool
) -> RequestLine:
    state = state_at(request.state, request.due, at)
    return RequestLine(
        id=request.id,
        state=state,
        title=title,
        path=path,
        begun=_day(request.created),
        due=_day(request.due) if state is RequestState.SUBMITTED else "",
        message=request.message,
        conditions=Markup(request.conditions or ""),
        decided=_day(request.decided),
        reply=request.reply or "",
        until=_day(request.until),
        name=asker[0],
        email=asker[1],
        decides=decides,
    )


def _day(moment: datetime | None) -> str:
    return iso(moment)[:10] if moment else ""
