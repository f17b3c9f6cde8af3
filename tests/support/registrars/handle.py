"""The REST interface of a Handle.Net server 9: ``/api/handles/{prefix}/{suffix}``.

Codes of answers as in the server's technical manual, chapter 14: 1 success, 100 not found, 101 exists, 200 no values,
202 invalid value, 301 not responsible, 402 authentication needed, 403 authentication failed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from tests.support.registrars.accounts import Account, account_of
from tests.support.registrars.ledger import Ledger
from tests.support.registrars.requests import Reply, Request

_STATUS = {1: 200, 100: 404, 101: 409, 200: 200, 202: 400, 301: 400, 402: 401, 403: 401}
_BELOW = "/api/handles/"


class Handles:
    """One face; `accounts` are administrators by handle and index, as in ``300:0.NA/21.T1``."""

    name = "handle"

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = accounts
        self.ledger = Ledger()

    def answer(self, request: Request) -> Reply:
        """Return the reply of the service; never raise."""
        value = request.path.removeprefix(_BELOW)
        if not request.path.startswith(_BELOW) or not re.fullmatch(r"[^/]+/.+", value):
            return Reply(404, "<html><body><h1>404 Not Found</h1></body></html>", media_type="text/html")
        if request.method == "GET":
            return self._show(value)
        if request.method != "PUT":
            return Reply(405, {"responseCode": 2, "message": "method not allowed"})
        return self._put(request, value)

    def _show(self, value: str) -> Reply:
        entry = self.ledger.get(value)
        if entry is None:
            return _reply(100, value)
        return _reply(1, value, values=entry["values"]) if entry["values"] else _reply(200, value)

    def _put(self, request: Request, value: str) -> Reply:
        if request.credentials is None:
            return _reply(402, value, message="Authentication needed")
        user, password = map(unquote, request.credentials)
        account = account_of(self._accounts, user, password)
        if account is None:
            return _reply(403, value, message="Authentication failed")
        if value.partition("/")[0] not in account.prefixes:
            return _reply(301, value, message="That prefix doesn't live here")
        try:
            values = request.json["values"] if isinstance(request.json, dict) else request.json
        except (ValueError, KeyError):
            return _reply(202, value, message="Invalid request: no values")
        if fault := _fault(values):
            return _reply(202, value, message=f"Invalid value: {fault}")
        return self._keep(value, values, overwrite=request.query.get("overwrite", "true") == "true")

    def _keep(self, value: str, values: Sequence[Mapping[str, Any]], *, overwrite: bool) -> Reply:
        known = self.ledger.get(value)
        if not overwrite:
            self.ledger.ask(value)
        if known is not None and not overwrite:
            return _reply(101, value, message="Handle already exists")
        url = next((member["data"]["value"] for member in values if member["type"] == "URL"), "")
        entry = {"url": url, "values": list(values)}
        (self.ledger.mint if known is None else self.ledger.update)(value, entry)
        return _reply(1, value, status=201 if known is None else 200)


def _fault(values: Any) -> str:
    """Return what is wrong with a list of values, empty when it is in order."""
    if not isinstance(values, list) or not values:
        return "there is none"
    for entry in values:
        if not isinstance(entry, dict) or type(entry.get("index")) is not int or not entry.get("type"):
            return "index and type are needed"
        data = entry.get("data")
        if not isinstance(data, dict) or "value" not in data or "format" not in data:
            return f"index {entry['index']} has no data"
        if entry["type"] == "URL" and not re.fullmatch(r"https?://\S+", str(data["value"])):
            return f"index {entry['index']} is no URL"
        if entry["type"] == "HS_ADMIN" and not {"handle", "index", "permissions"} <= set(data["value"]):
            return f"index {entry['index']} names no administrator"
    if not any(entry["type"] == "HS_ADMIN" for entry in values):
        return "nobody could change the handle: there is no HS_ADMIN"
    return ""


def _reply(code: int, value: str, *, status: int = 0, **also: Any) -> Reply:
    return Reply(status or _STATUS[code], {"responseCode": code, "handle": value, **also})
