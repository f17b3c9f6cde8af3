"""The CSTR platform's interface, version 3: batches to register and to update, tasks, and single identifiers.

Its documents describe the requests and not the replies; the replies here are a plausible reading. Everything comes in
an envelope ``{"code", "message", "timestamp", "data"}``. Like the platform, it writes identifiers in capitals.
"""

import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support.registrars.accounts import Account, account_of
from tests.support.registrars.cstr_template import fault_of
from tests.support.registrars.ledger import Ledger
from tests.support.registrars.orders import Order, Orders
from tests.support.registrars.requests import Reply, Request

TEMPLATES = frozenset(
    f"v3_{name}_data"
    for name in ("scientific", "article", "dissertation", "preprint", "patent", "copyrights", "equipment")
)
MOST = 100
_API = "/openapi/v3"


@dataclass
class Task:
    """A batch under way until `polls` polls or the time `until`, then with a result for each member."""

    act: str
    client: str
    members: Sequence[Any]
    polls: int
    until: float
    results: list[dict[str, str]] = field(default_factory=list)

    def is_due(self) -> bool:
        return not self.results and (self.polls <= 0 or time.monotonic() >= self.until)


class Cstr:
    """One face; `accounts` are clients, `polls` is how often a task is still under way without an order."""

    name = "cstr"

    def __init__(self, accounts: Sequence[Account], orders: Orders, polls: int = 0) -> None:
        self._accounts = accounts
        self._orders = orders
        self._polls = polls
        self._tasks: dict[str, Task] = {}
        self.ledger = Ledger()

    def answer(self, request: Request) -> Reply:
        """Return the reply of the service; never raise."""
        for task in self._tasks.values():
            self._carry_out(task)
        path = request.path.removeprefix(_API)
        if request.method == "GET" and path == "/portal/api/detail":
            return self._show(request.query.get("identifier", ""))
        account = account_of(self._accounts, request.headers.get("clientid", ""), request.headers.get("secret", ""))
        if account is None:
            return _envelope(401, "clientId or secret is wrong")
        if request.method == "GET" and path == "/md/task/detail":
            return self._task(request.query.get("task_id", ""), account)
        if request.method == "POST" and request.path in (f"{_API}/api/register", f"{_API}/api/update"):
            return self._accept(request, path.rpartition("/")[2], account)
        return _envelope(404, "no such interface")

    def _show(self, identifier: str) -> Reply:
        entry = self.ledger.get(re.sub(r"^cstr:", "", identifier, flags=re.IGNORECASE))
        return (
            _envelope(404, "identifier does not exist")
            if entry is None
            else _envelope(200, "success", entry["metadata"])
        )

    def _task(self, task_id: str, account: Account) -> Reply:
        task = self._tasks.get(task_id)
        if task is None or task.client != account.user:
            return _envelope(404, "task does not exist")
        if not task.results:
            task.polls -= 1
        success = sum(result["status"] == "success" for result in task.results)
        data = {
            "task_id": task_id,
            "status": "finished" if task.results else "processing",
            "total": len(task.members),
            "success_num": success,
            "fail_num": len(task.results) - success,
            "details": task.results,
        }
        return _envelope(200, "success", data)

    def _accept(self, request: Request, act: str, account: Account) -> Reply:
        try:
            body = request.json
            members = body["metadatas"]
        except (ValueError, KeyError, TypeError):
            return _envelope(400, "the body must be {prefix, metadatas}")
        if request.query.get("res_name") not in TEMPLATES:
            return _envelope(400, "res_name is unknown")
        if body.get("prefix") not in account.prefixes:
            return _envelope(403, "the prefix is not yours")
        if not isinstance(members, list) or not 0 < len(members) <= MOST:
            return _envelope(400, f"metadatas must have 1 to {MOST} members")
        orders = [o for m in members if (o := self._orders.for_member("cstr", "stick", _identifier(m)))]
        stick = orders[0] if orders else Order("cstr", "stick", polls=self._polls)
        task_id = uuid.uuid4().hex
        task = Task(act, account.user, members, stick.polls, time.monotonic() + stick.seconds)
        self._tasks[task_id] = task
        if act == "register":
            for member in members:
                self.ledger.ask(_identifier(member))
        self._carry_out(task)
        return _envelope(200, "success", {"task_id": task_id})

    def _carry_out(self, task: Task) -> None:
        if task.is_due():
            task.results = [self._result(task, member) for member in task.members]

    def _result(self, task: Task, member: Any) -> dict[str, str]:
        identifier = _identifier(member)
        entry = self.ledger.get(identifier)
        refuse = self._orders.for_member("cstr", "refuse", identifier)
        fault = str(refuse.body or "refused") if refuse else fault_of(member, self._prefixes_of(task.client))
        if not fault and task.act == "register" and entry is not None:
            fault = f"identifier {identifier} already exists"
        if not fault and task.act == "update" and (entry is None or entry["client"] != task.client):
            fault = f"identifier {identifier} does not exist"
        if fault:
            return {"identifier": identifier.upper(), "status": "fail", "message": fault}
        metadata = {**member, "identifier": identifier.upper()}
        update = {
            "url": member["urls"][0],
            "state": str(member["cstr_state"]),
            "client": task.client,
            "identifier": identifier,
            "metadata": metadata,
        }
        (self.ledger.mint if entry is None else self.ledger.update)(identifier, update)
        return {"identifier": identifier.upper(), "status": "success", "message": ""}

    def _prefixes_of(self, client: str) -> Sequence[str]:
        return next(account.prefixes for account in self._accounts if account.user == client)


def _identifier(member: Any) -> str:
    return str(member.get("identifier") or "") if isinstance(member, Mapping) else ""


def _envelope(code: int, message: str, data: Any = None) -> Reply:
    timestamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return Reply(code, {"code": code, "message": message, "timestamp": timestamp, "data": data})
