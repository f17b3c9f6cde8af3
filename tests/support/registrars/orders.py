"""Orders of misbehaviour."""

import threading
import time
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tests.support.registrars.accounts import FACES
from tests.support.registrars.requests import Request

KINDS = {
    "fail": "answer `status` (503) with `body` and `retry_after`, and do nothing",
    "delay": "answer after `seconds`",
    "hang": "say nothing for `seconds`, do nothing and close the connection",
    "lose": "carry out the request and close the connection without a reply",
    "halve": "carry out the request and break off in the middle of the reply",
    "garble": "carry out the request and reply with `body` (default: a page of HTML) and a status of 200",
    "flood": "do nothing and answer with `size` bytes",
    "redirect": "do nothing and send elsewhere: `to`",
    "limit": "answer 429 beyond `rate` requests in a second; holds until orders are cleared",
    "refuse": "CSTR: members that `match` fail with the message `body`",
    "stick": "CSTR: tasks that `match` stay under way for `polls` polls, or for `seconds`",
    "clear": "take back all orders",
    "reset": "take back all orders and forget everything",
}
FOR_MEMBERS = frozenset({"refuse", "stick"})


@dataclass(slots=True)
class Order:
    """One misbehaviour; fields that its kind does not need are ignored."""

    face: str
    do: str
    times: int = 1
    match: str = ""
    method: str = ""
    status: int = 503
    body: Any = None
    retry_after: int | str | None = None
    seconds: float = 30.0
    polls: int = 3
    rate: int = 1
    size: int = 64 << 20
    to: str = "http://127.0.0.1:9/"
    seen: deque[float] = field(default_factory=deque, repr=False)

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> "Order":
        """Return the order in a body. Raise `ValueError` for a wrong one."""
        known = {entry.name for entry in fields(cls)} - {"seen"}
        if unknown := set(members) - known:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        if members.get("do") not in KINDS:
            raise ValueError(f"`do` is one of {', '.join(KINDS)}")
        if members["do"] not in ("clear", "reset") and members.get("face") not in FACES:
            raise ValueError(f"`face` is one of {', '.join(FACES)}")
        return cls(**{"face": "", **members})

    def exceeded(self) -> bool:
        """Count a request. Return whether it is one too many within a second."""
        now = time.monotonic()
        while self.seen and now - self.seen[0] > 1:
            self.seen.popleft()
        if len(self.seen) >= self.rate:
            return True
        self.seen.append(now)
        return False


class Orders:
    """The open orders, the oldest first."""

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._lock = threading.Lock()

    def add(self, order: Order) -> None:
        with self._lock:
            self._orders.append(order)

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def state(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{"face": o.face, "do": o.do, "times": o.times, "match": o.match} for o in self._orders]

    def for_request(self, face: str, request: Request) -> Order | None:
        """Return the order for this request, and use it up by one."""
        return self._take(face, request, set(KINDS) - FOR_MEMBERS)

    def for_member(self, face: str, kind: str, identifier: str) -> Order | None:
        """Return the order `kind` for one member of a batch."""
        return self._take(face, Request("", identifier, {}, {}), {kind})

    def _take(self, face: str, request: Request, kinds: Collection[str]) -> Order | None:
        with self._lock:
            for order in self._orders:
                fits = order.face == face and order.do in kinds and order.method.upper() in ("", request.method)
                if not fits or not request.speaks_of(order.match) or (order.do == "limit" and not order.exceeded()):
                    continue
                self._use(order)
                return order
        return None

    def _use(self, order: Order) -> None:
        if order.do != "limit" and order.times:
            order.times -= 1
            if not order.times:
                self._orders.remove(order)
