"""DataCite's REST API as far as a repository needs it: ``/dois`` and ``/dois/{doi}``, and ``/heartbeat``.

It behaves like the service: JSON:API errors; 401 for wrong credentials, 403 for a foreign prefix, 422 for attributes
against the schema and for a DOI in use; the states draft, registered, findable with their events; a PUT of an unknown
DOI creates it; strangers see only findable DOIs.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.support.registrars.accounts import Account, account_of
from tests.support.registrars.datacite_schema import faults_of
from tests.support.registrars.ledger import Ledger
from tests.support.registrars.requests import Reply, Request

_MEDIA_TYPE = "application/vnd.api+json"
_DOI = re.compile(r"10\.[0-9]{4,5}/[-._;()/:a-zA-Z0-9*~$=]+")
_URL = re.compile(r"(ftp|http|https)://\S+")
_MOVES = {
    ("draft", "publish"): "findable",
    ("draft", "register"): "registered",
    ("registered", "publish"): "findable",
    ("findable", "hide"): "registered",
}


class DataCite:
    """One face; `accounts` are repositories."""

    name = "datacite"

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = accounts
        self.ledger = Ledger()

    def answer(self, request: Request) -> Reply:
        """Return the reply of the service; never raise."""
        if request.path == "/heartbeat":
            return Reply(200, "OK", media_type="text/plain")
        credentials = request.credentials
        account = account_of(self._accounts, *credentials) if credentials else None
        if credentials and account is None:
            return _error(401, "Bad credentials.")
        doi = request.path.removeprefix("/dois/") if request.path.startswith("/dois/") else ""
        if request.method == "GET" and doi:
            return self._show(doi, account)
        if (request.method, request.path) != ("POST", "/dois") and not (request.method == "PUT" and doi):
            return _error(404, "The resource you are looking for doesn't exist.")
        if account is None:
            return _error(403, "You are not authorized to access this resource.")
        return self._write(request, doi, account)

    def _show(self, doi: str, account: Account | None) -> Reply:
        entry = self.ledger.get(doi)
        if entry is None or (entry["state"] != "findable" and (account is None or account.user != entry["client"])):
            return _error(404, "The resource you are looking for doesn't exist.")
        return _document(200, entry)

    def _write(self, request: Request, doi: str, account: Account) -> Reply:
        if request.headers.get("content-type", "").partition(";")[0] not in (_MEDIA_TYPE, "application/json"):
            return _error(415, f"The content type must be {_MEDIA_TYPE}.")
        try:
            data = request.json["data"]
            attributes = dict(data["attributes"])
        except (ValueError, KeyError, TypeError):
            return _error(400, "You need to provide a payload following the JSONAPI spec.")
        doi = doi or str(attributes.get("doi") or "")
        if not _DOI.fullmatch(doi):
            return _refusal([("doi", "is invalid")], doi)
        if doi.partition("/")[0] not in account.prefixes:
            return _error(403, "You are not authorized to access this resource.")
        entry = self.ledger.get(doi)
        if request.method == "POST":
            self.ledger.ask(doi)
            if entry is not None:
                return _refusal([("doi", "This DOI has already been taken")], doi)
        elif entry is not None and entry["client"] != account.user:
            return _error(403, "You are not authorized to access this resource.")
        return self._keep(doi, attributes, entry, account)

    def _keep(self, doi: str, attributes: dict[str, Any], known: Mapping[str, Any] | None, account: Account) -> Reply:
        before = known or {"state": "draft", "attributes": {}}
        event = str(attributes.pop("event", ""))
        attributes = {**before["attributes"], **attributes, "doi": doi.lower()}
        state = _MOVES.get((before["state"], event), before["state"])
        if faults := _faults(attributes, state, account):
            return _refusal(faults, doi)
        update = {"state": state, "url": attributes.get("url"), "client": account.user, "attributes": attributes}
        (self.ledger.mint if known is None else self.ledger.update)(doi, update)
        return _document(201 if known is None else 200, update)


def _faults(attributes: Mapping[str, Any], state: str, account: Account) -> list[tuple[str, str]]:
    """Return the faults by field; a draft may lack anything."""
    url = attributes.get("url")
    faults = []
    if url and not _URL.fullmatch(str(url)):
        faults.append(("url", "URL is not valid"))
    if state == "draft":
        return faults
    if not url:
        return [("url", "Can't be blank")]
    host = urlsplit(str(url)).hostname or ""
    if not any(domain in ("*", host) for domain in account.domains):
        faults.append(("url", "URL is not allowed by repository domain settings."))
    return faults + faults_of(attributes)


def _document(status: int, entry: Mapping[str, Any]) -> Reply:
    attributes = entry["attributes"]
    doi = attributes["doi"]
    members = {**attributes, "prefix": doi.partition("/")[0], "suffix": doi.partition("/")[2], "state": entry["state"]}
    relations = {"client": {"data": {"id": entry["client"].lower(), "type": "clients"}}}
    data = {"id": doi, "type": "dois", "attributes": members, "relationships": relations}
    return Reply(status, {"data": data}, media_type=_MEDIA_TYPE)


def _error(status: int, title: str) -> Reply:
    return Reply(status, {"errors": [{"status": str(status), "title": title}]}, media_type=_MEDIA_TYPE)


def _refusal(faults: Sequence[tuple[str, str]], doi: str) -> Reply:
    errors = [{"source": source, "title": title, "uid": doi.lower()} for source, title in faults]
    return Reply(422, {"errors": errors}, media_type=_MEDIA_TYPE)
