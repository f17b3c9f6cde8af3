"""CSTR, China's identifier of science and technology resources: batches by the platform's interface, version 3.

``POST {endpoint}/openapi/v3/api/register`` and ``/api/update`` take up to 100 members of one prefix and reply with a
task. ``GET …/md/task/detail?task_id=`` reads the task, ``GET …/portal/api/detail?identifier=`` one identifier without
credentials. Clients in use call both below ``/openapi/v3``, the platform's pages name them from the root: where the
first has nothing, the adapter tries the second. `cstr_replies` describes the replies.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from repository.engines.registrars.cstr_replies import (
    CstrTask,
    Member,
    exists,
    fault_of,
    folded,
    is_absent,
    members_of,
    target_in,
    task_id_of,
    task_of,
)
from repository.engines.registrars.http_client import TIMEOUT, Caller, HttpReply
from repository.engines.registrars.port import Outcome, Registration, Stage

RESOLVABLE, FINDABLE = "1", "2"
"""Values of ``cstr_state``: it resolves; the platform's search shows it too."""

_API = "/openapi/v3"
_LONGEST_TICKET = 200
_NEVER_MINTED = "11.-"


class CstrRegistrar:
    """One client of the platform or of a node of it; `endpoint` as in ``https://www.cstr.cn``.

    A document is a metadata record of the template `res_name`; the registration's own members (identifier, urls,
    cstr_state) replace those of the document. A ticket is the id of the task and, for a batch to register, the common
    beginning of its targets, which tells whether an identifier that already exists is ours.
    """

    format = "cstr"
    most = 100
    here = False

    def __init__(
        self,
        name: str,
        endpoint: str,
        prefix: str,
        client_id: str,
        secret: str,
        *,
        app_name: str = "",
        res_name: str = "v3_scientific_data",
        timeout: float = TIMEOUT,
    ) -> None:
        self.name = name
        self._prefix = prefix
        self._template = {"res_name": res_name}
        credentials = {"clientId": client_id, "secret": secret, **({"app_name": app_name} if app_name else {})}
        at_root = endpoint.rstrip("/").removesuffix(_API)
        self._caller = Caller(name, at_root, credentials, (secret, client_id), timeout)

    def target_of(self, value: str) -> str | None:
        """Return the target that the platform shows to everybody; a batch under way is not visible yet."""
        reply = self._get("/portal/api/detail", {"identifier": value}, anonymous=True)
        if is_absent(reply):
            return None
        self._require_good(reply)
        target = target_in(reply.body, value)
        if target is None:
            raise self._caller.unavailable(f"does not say where {value} leads")
        return target

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        """Register a batch; try the halves of a refused one, so that no member takes others with it."""
        return self._send("register", registrations)

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        return self._send("update", registrations)

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:
        """Return outcomes; one whose task is forgotten or silent is done if it leads below our targets."""
        task_id, _, stem = ticket.partition(" ")
        reply = self._get("/md/task/detail", {"task_id": task_id})
        if is_absent(reply):
            return {value: self._unless_ours(value, stem, "The task is not known any more.") for value in values}
        self._require_good(reply)
        task = task_of(reply.body)
        if task is None:
            raise self._caller.unavailable(f"gives an answer about the task {task_id} that makes no sense")
        return {value: self._outcome_of_task(value, task, ticket, stem) for value in values}

    def describe(self) -> str:
        self.target_of(f"{self._prefix}.{_NEVER_MINTED}")
        return f"CSTR at {self._caller.endpoint} (prefix {self._prefix})"

    def close(self) -> None:
        self._caller.close()

    def _send(self, act: str, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        if not registrations:
            return []
        body = {"prefix": self._prefix, "metadatas": [_metadata(registration) for registration in registrations]}
        reply = self._caller.ask("POST", f"{_API}/api/{act}", body, query=self._template)
        if reply.status == 404:
            raise self._caller.unavailable("has nothing at this address (status 404)")
        fault = self._fault(reply)
        if fault:
            return self._split(act, registrations, members_of(reply.body), fault)
        task_id = task_id_of(reply.body)
        if len(task_id) > _LONGEST_TICKET:
            raise self._caller.unavailable("names a task by an id that is too long")
        if task_id:
            targets = [registration.target for registration in registrations] if act == "register" else []
            ticket = _ticket(task_id, targets)
            return [Outcome(Stage.PENDING, ticket=ticket) for _ in registrations]
        members = members_of(reply.body)
        if any(folded(registration.value) not in members for registration in registrations):
            raise self._caller.unavailable("names no task for a batch")
        return [self._outcome_of_member(act, r, members[folded(r.value)]) for r in registrations]

    def _split(
        self, act: str, registrations: Sequence[Registration], members: Mapping[str, Member], fault: str
    ) -> Sequence[Outcome]:
        """Retry a refused batch without the members at fault, or in halves if the reply names none."""
        at_fault = [r for r in registrations if folded(r.value) in members]
        others = [r for r in registrations if folded(r.value) not in members]
        if not at_fault and len(others) > 1:
            middle = len(others) // 2
            return [*self._send(act, others[:middle]), *self._send(act, others[middle:])]
        if not at_fault:
            return [self._outcome_of_member(act, r, Member(Stage.REFUSED, fault)) for r in others]
        outcomes = {r.value: self._outcome_of_member(act, r, members[folded(r.value)]) for r in at_fault}
        outcomes |= zip((r.value for r in others), self._send(act, others), strict=True)
        return [outcomes[registration.value] for registration in registrations]

    def _outcome_of_member(self, act: str, registration: Registration, member: Member) -> Outcome:
        """Return the outcome; a member to register that already exists is known."""
        if member.stage is not Stage.REFUSED:
            return Outcome(Stage.DONE)
        cause = member.cause or "It was refused without a reason."
        if act != "register" or not exists(cause):
            return self._caller.refusal(cause)
        return self._known(registration.value, cause)

    def _outcome_of_task(self, value: str, task: CstrTask, ticket: str, stem: str) -> Outcome:
        member = task.members.get(folded(value))
        if member is not None and member.stage is Stage.DONE:
            return Outcome(Stage.DONE)
        if member is not None and member.stage is Stage.REFUSED:
            cause = member.cause or task.cause or "It was refused without a reason."
            return self._known(value, cause) if exists(cause) else self._caller.refusal(cause)
        if not task.is_over:
            return Outcome(Stage.PENDING, ticket=ticket)
        if task.names_all_failures:
            return Outcome(Stage.DONE)
        if task.has_failed:
            return self._caller.refusal(task.cause or "The task failed without a reason.")
        if task.is_silent and self.target_of(value) is None:
            # The success may be that of the envelope, and a new identifier may not be visible yet.
            return Outcome(Stage.PENDING, ticket=ticket)
        if task.is_silent and not stem:
            return Outcome(Stage.DONE)
        return self._unless_ours(value, stem, "The task ended without a word about it.")

    def _unless_ours(self, value: str, stem: str, cause: str) -> Outcome:
        target = self.target_of(value)
        if target is not None and stem and target.startswith(stem):
            return Outcome(Stage.DONE)
        return self._caller.refusal(_with_target(cause, target))

    def _known(self, value: str, cause: str) -> Outcome:
        return self._caller.known(_with_target(cause, self.target_of(value)))

    def _get(self, path: str, query: Mapping[str, str], *, anonymous: bool = False) -> HttpReply:
        reply = self._caller.ask("GET", f"{_API}{path}", query=query, anonymous=anonymous)
        if reply.status == 404 and reply.body is None:
            return self._caller.ask("GET", path, query=query, anonymous=anonymous)
        return reply

    def _require_good(self, reply: HttpReply) -> None:
        if fault := self._fault(reply):
            raise self._caller.unavailable(f"does not answer: {fault}")

    def _fault(self, reply: HttpReply) -> str:
        """Return the refusal, empty for a good reply. Raise `Unavailable` for a fault that may pass."""
        fault = fault_of(reply)
        if fault is not None and fault.is_passing:
            raise self._caller.unavailable(f"does not serve us ({fault.words})")
        return "" if fault is None else fault.words


def _metadata(registration: Registration) -> dict[str, Any]:
    return {
        **registration.document,
        "identifier": registration.value,
        "urls": [registration.target],
        "cstr_state": RESOLVABLE if registration.withdrawn else FINDABLE,
    }


def _with_target(cause: str, target: str | None) -> str:
    return f"{cause} (it leads to {target})" if target else cause


def _ticket(task_id: str, targets: Sequence[str]) -> str:
    """Return the task's id, with the common beginning of the targets if it is short and more than a host."""
    stem = os.path.commonprefix(list(targets))  # noqa: RUF071 - addresses are no paths of files
    stem = stem if len(targets) == 1 else stem[: stem.rfind("/") + 1]
    ticket = f"{task_id} {stem}"
    return ticket if stem.count("/") > 2 and len(ticket) <= _LONGEST_TICKET else task_id
