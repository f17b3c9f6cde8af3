"""Accounts of registrars for the contract: the local one, and those that `tests.support.registrars` plays."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from typing import Any

import pytest

from repository.dataset.formats.cstr.cstr_metadata import cstr_metadata
from repository.engines.registrars.cstr_registrar import CstrRegistrar
from repository.engines.registrars.datacite_registrar import DataCiteRegistrar
from repository.engines.registrars.handle_registrar import HandleRegistrar
from repository.engines.registrars.local_registrar import LocalRegistrar
from repository.engines.registrars.port import Outcome, Registrar, Registration, Stage
from tests.features.samples import PUBLICATION
from tests.support.registrars import Registrars, running
from tests.support.registrars.accounts import DEFAULT, Account
from tests.support.web_server import HOST, free_port

SITE = "https://repository.test"
TIMEOUT = 1.0
MOST_POLLS = 10

ATTRIBUTES: dict[str, Any] = {
    "creators": [{"name": "李伟", "nameType": "Personal"}],
    "titles": [{"title": "Strong-motion records", "lang": "en"}, {"title": "强震动记录", "lang": "zh"}],
    "publisher": {"name": "Science Data Bank"},
    "publicationYear": 2024,
    "types": {"resourceTypeGeneral": "Dataset"},
    "relatedIdentifiers": [
        {"relatedIdentifier": "99999.11.data.12", "relatedIdentifierType": "CSTR", "relationType": "IsIdenticalTo"}
    ],
}


@dataclass
class Place:
    """A registrar and what is known of it from outside; `held` and `order` are of no use with the local one."""

    registrar: Registrar
    pattern: str
    document: Mapping[str, Any]
    bad: Callable[[Registration], Registration]
    """makes of a registration one that is refused"""

    words: str = ""
    """part of the cause then"""

    offered: str = ""
    hidden: str = ""
    """the states of what is and of what is no longer offered by the registrar's searches"""

    face: str = ""
    server: Registrars | None = None
    account: Account | None = None

    def registration(self, number: int = 1, **changes: Any) -> Registration:
        value = self.pattern.format(number)
        return replace(Registration(value, f"{SITE}/records/{number}", self.document), **changes)

    def settled(self, outcomes: Sequence[Outcome], registrations: Sequence[Registration]) -> list[Outcome]:
        """What became of a batch in the end."""
        now = list(outcomes)
        for _ in range(MOST_POLLS):
            pending = [i for i, each in enumerate(now) if each.stage is Stage.PENDING]
            for ticket in {now[i].ticket for i in pending}:
                values = [registrations[i].value for i in pending if now[i].ticket == ticket]
                told = self.registrar.outcomes(ticket, values)
                now = [
                    told.get(r.value, o) if o.ticket == ticket else o for r, o in zip(registrations, now, strict=True)
                ]
        return now

    def register(self, *registrations: Registration) -> list[Outcome]:
        return self.settled(self.registrar.register(registrations), registrations)

    def update(self, *registrations: Registration) -> list[Outcome]:
        return self.settled(self.registrar.update(registrations), registrations)

    def order(self, do: str, **details: Any) -> None:
        """Let the service misbehave."""
        assert self.server is not None
        status, body = ask(self.server.port, "POST", "/control", {"face": self.face, "do": do, **details})
        assert status == 200, body

    def held(self, registration: Registration) -> dict[str, Any] | None:
        return self._ledger("entries").get(registration.value.casefold())

    def count(self, what: str, registration: Registration) -> int:
        """Return its counter `what`: ``requests``, ``mints`` or ``updates``."""
        return int(self._ledger(what).get(registration.value.casefold(), 0))

    def requests(self) -> list[dict[str, Any]]:
        assert self.server is not None
        return list(ask(self.server.port, "GET", "/control/state")[1]["requests"])

    def _ledger(self, what: str) -> dict[str, Any]:
        assert self.server is not None
        return dict(ask(self.server.port, "GET", "/control/state")[1][self.face][what])


def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One request without any client of ours."""
    with closing(HTTPConnection(HOST, port, timeout=10)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def local() -> Place:
    def elsewhere(registration: Registration) -> Registration:
        return replace(registration, target="https://elsewhere.test/records/1")

    return Place(LocalRegistrar("local", SITE), "10.5072/data.{}", {}, elsewhere, "elsewhere.test")


def datacite(server: Registrars, account: Account = DEFAULT["datacite"][0]) -> Place:
    endpoint = f"{server.url}/datacite"
    prefix = account.prefixes[0]
    return Place(
        DataCiteRegistrar("datacite-main", endpoint, prefix, account.user, account.secret, timeout=TIMEOUT),
        prefix + "/Data.{}",
        ATTRIBUTES,
        lambda each: replace(each, document={**each.document, "titles": []}),
        "titles: Missing child element(s)",
        "findable",
        "registered",
        "datacite",
        server,
        account,
    )


def cstr(server: Registrars, account: Account = DEFAULT["cstr"][0]) -> Place:
    endpoint = f"{server.url}/cstr"
    prefix = account.prefixes[0]
    return Place(
        CstrRegistrar("cstr-main", endpoint, prefix, account.user, account.secret, app_name="tests", timeout=TIMEOUT),
        prefix + ".11.Data.{}",
        cstr_metadata(PUBLICATION),
        lambda each: replace(each, document={**each.document, "titles": []}),
        "titles is required",
        "2",
        "1",
        "cstr",
        server,
        account,
    )


def handle(server: Registrars, account: Account = DEFAULT["handle"][0]) -> Place:
    endpoint = f"{server.url}/handle/"
    prefix = account.prefixes[0]
    return Place(
        HandleRegistrar("handle-main", endpoint, prefix, account.user, account.secret, timeout=TIMEOUT),
        prefix + "/Data.{}",
        {},
        lambda each: replace(each, target="no address"),
        "Invalid value: index 1 is no URL (code 202)",
        face="handle",
        server=server,
        account=account,
    )


REMOTE: Mapping[str, Callable[..., Place]] = {"datacite": datacite, "cstr": cstr, "handle": handle}


@pytest.fixture(scope="module")
def server() -> Iterator[Registrars]:
    with running(free_port()) as registrars:
        yield registrars


Opening = Callable[..., Place]


@pytest.fixture
def opening(server: Registrars) -> Iterator[Opening]:
    """Makes places by face, optionally of another account or server; all are closed at the end."""
    with ExitStack() as opened:

        def opening(face: str, account: Account | None = None, at: Registrars | None = None) -> Place:
            place = REMOTE[face](at or server, account or DEFAULT[face][0])
            opened.callback(place.registrar.close)
            return place

        ask(server.port, "POST", "/control", {"do": "reset"})
        yield opening
