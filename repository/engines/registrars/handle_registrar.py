"""Handles, by the REST interface of the Handle.Net server 9 (its technical manual, chapter 14).

A handle is a list of values by index: here 1, its URL, and 100, the administrator who may change it. A handle has no
metadata and no search, so a withdrawn one leads to its page like any other.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from repository.engines.registrars.http_client import TIMEOUT, Caller, HttpReply, at, in_path, text_at
from repository.engines.registrars.port import Outcome, Registration, Stage

SUCCESS, NOT_FOUND, EXISTS, NO_VALUES = 1, 100, 101, 200
"""Codes of a reply."""

_URL_INDEX, _ADMIN_INDEX = 1, 100
_ADMIN = re.compile(r"(?P<index>[0-9]+):(?P<handle>.+)")
_ADMIN_PERMISSIONS = "011111110011"
"""all permissions except those over a prefix, as the server's own tools set them"""

_NEVER_MINTED = "-"


class HandleRegistrar:
    """One administrator of one prefix; `endpoint` as in ``https://handle.example.org:8000``, before ``/api/handles``.

    `user` is the administrator's own handle with its index, as in ``300:0.NA/21.T1``.
    """

    format = ""
    most = 1
    here = False

    def __init__(
        self, name: str, endpoint: str, prefix: str, user: str, password: str, *, timeout: float = TIMEOUT
    ) -> None:
        self.name = name
        self._prefix = prefix
        self._admin = _admin(user, prefix)
        # Both halves are percent-encoded, because a handle with its index has a colon.
        token = b64encode(f"{quote(user)}:{quote(password)}".encode()).decode()
        secrets = (password, quote(password), token)
        self._caller = Caller(name, endpoint, {"Authorization": f"Basic {token}"}, secrets, timeout)

    def target_of(self, value: str) -> str | None:
        """Return the target, empty for a handle without a URL, None for an unknown handle."""
        reply = self._caller.ask("GET", _path(value))
        code = at(reply.body, "responseCode")
        if reply.status == 404 and code in (None, NOT_FOUND):
            return None
        if code == NO_VALUES:
            return ""
        if not reply.is_good or code != SUCCESS:
            raise self._caller.unavailable(f"does not say where {value} leads (status {reply.status}, code {code})")
        return _url_in(at(reply.body, "values"))

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        """Register handles; overwrite one only if it leads nowhere."""
        return [self._register(registration) for registration in registrations]

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        return [self._outcome(self._put(registration, overwrite=True), registration) for registration in registrations]

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:  # noqa: ARG002 - it answers at once
        return {value: Outcome(Stage.DONE) for value in values}

    def describe(self) -> str:
        self.target_of(f"{self._prefix}/{_NEVER_MINTED}")
        return f"Handle server at {self._caller.endpoint} (prefix {self._prefix})"

    def close(self) -> None:
        self._caller.close()

    def _register(self, registration: Registration) -> Outcome:
        reply = self._put(registration, overwrite=False)
        if at(reply.body, "responseCode") != EXISTS and reply.status != 409:
            return self._outcome(reply, registration)
        target = self.target_of(registration.value)
        if target:
            return self._caller.known(f"The handle {registration.value} already exists: it leads to {target}")
        return self._outcome(self._put(registration, overwrite=True), registration)

    def _put(self, registration: Registration, *, overwrite: bool) -> HttpReply:
        url = {"format": "string", "value": registration.target}
        values = [
            {"index": _URL_INDEX, "type": "URL", "data": url},
            {"index": _ADMIN_INDEX, "type": "HS_ADMIN", "data": {"format": "admin", "value": self._admin}},
        ]
        query = {"overwrite": "true" if overwrite else "false"}
        return self._caller.ask("PUT", _path(registration.value), {"values": values}, query=query)

    def _outcome(self, reply: HttpReply, registration: Registration) -> Outcome:
        code = at(reply.body, "responseCode")
        if reply.is_good and code == SUCCESS:
            if text_at(reply.body, "handle").casefold() in ("", registration.value.casefold()):
                return Outcome(Stage.DONE)
            raise self._caller.unavailable(f"sends a reply that is not about {registration.value}")
        if reply.is_good or (reply.status == 404 and code is None):
            raise self._caller.unavailable(f"gives an answer that makes no sense (status {reply.status}, code {code})")
        refusal = self._caller.refusal_in(reply)
        return self._caller.refusal(f"{refusal.cause} (code {code})") if code is not None else refusal


def _path(value: str) -> str:
    return f"/api/handles/{in_path(value)}"


def _admin(user: str, prefix: str) -> Mapping[str, Any]:
    match = _ADMIN.fullmatch(user)
    index, handle = (int(match["index"]), match["handle"]) if match else (200, f"0.NA/{prefix}")
    return {"handle": handle, "index": index, "permissions": _ADMIN_PERMISSIONS}


def _url_in(values: Any) -> str:
    for value in values if isinstance(values, list) else ():
        if text_at(value, "type").upper() == "URL":
            return text_at(value, "data", "value") or text_at(value, "data")
    return ""
