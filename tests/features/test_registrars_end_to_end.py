"""Publication with registrars elsewhere: servers on loopback that behave like the real ones, and misbehave to order."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import time_machine

from config.settings import Settings, read_settings
from repository.core import clock
from repository.core.actor import Role
from repository.engines.services import Services
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.steps import Json
from tests.support.registrars import accounts
from tests.support.registrars.server import Registrars
from tests.support.settling import run_all
from tests.support.web_server import free_port

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "registrars.toml"


@dataclass
class Fakes:
    """The servers, and what they were told."""

    url: str

    def order(self, **order: Any) -> None:
        self._ask("/control", order)

    def state(self) -> Json:
        return self._ask("/control/state")

    def minted(self, face: str) -> dict[str, int]:
        return dict(self.state()["mints"][face])

    def held(self, face: str, identifier: str) -> Json:
        holding = self.state()[face]["entries"]
        return next(said for name, said in holding.items() if name.casefold() == identifier.casefold())

    def _ask(self, path: str, body: Any = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.url + path, content), timeout=10) as answer:
            return json.loads(answer.read() or b"null")


@pytest.fixture
def fakes() -> Iterator[Fakes]:
    servers = Registrars(free_port())
    servers.start()
    yield Fakes(servers.url)
    servers.stop()


@pytest.fixture
def settings(database_url: str, store_url: str, search_url: str, fakes: Fakes, tmp_path: Path) -> Settings:
    file = tmp_path / "registrars.toml"
    file.write_text(EXAMPLE.read_text("utf-8").replace("http://127.0.0.1:8400", fakes.url), "utf-8")
    return read_settings(
        inspection="off",
        base_url=BASE_URL,
        database_url=database_url,
        store_url=store_url,
        search_url=search_url,
        downloads="stream",
        registrars=file,
    )


@pytest.fixture
def in_time(services: Services) -> Callable[[], None]:
    """Let everything happen that follows, hours of pauses between tries included."""

    def work_off() -> None:
        with time_machine.travel(clock.now()) as journey:
            for _ in range(12):
                run_all(services)
                journey.shift(4000)

    return work_off


def states(caller: Caller, record: Json) -> set[str]:
    now = caller.get(record["links"]["self"]).get_json()
    return {pid["state"] for owner in (now, now["parent"]) for pid in owner["pids"].values() if "state" in pid}


def identifiers(record: Json, scheme: str) -> set[str]:
    """Of version and concept, in the case in which the servers compare them."""
    return {owner["pids"][scheme]["identifier"].casefold() for owner in (record, record["parent"])}


def test_every_kind_of_identifier_is_registered_once(
    anyone: Caller, deposits: Deposits, fakes: Fakes, in_time: Callable[[], None]
) -> None:
    record = deposits.published()
    assert states(anyone, record) == {"reserved"}

    in_time()

    assert states(anyone, record) == {"registered"}
    for face, scheme in (("datacite", "doi"), ("cstr", "cstr"), ("handle", "handle")):
        assert fakes.minted(face) == dict.fromkeys(identifiers(record, scheme), 1)


@pytest.mark.parametrize("face", ["datacite", "cstr", "handle"])
@pytest.mark.parametrize(
    "order",
    [
        {"do": "fail", "times": 3, "status": 503},
        {"do": "fail", "times": 2, "status": 429},
        {"do": "lose", "times": 3},
        {"do": "garble", "times": 2},
        {"do": "halve", "times": 2},
    ],
    ids=["503", "429", "lost answers", "garbage", "half an answer"],
)
def test_whatever_a_registrar_does_everything_is_minted_once(
    anyone: Caller, deposits: Deposits, fakes: Fakes, in_time: Callable[[], None], face: str, order: Json
) -> None:
    fakes.order(face=face, **order)
    record = deposits.published()
    assert anyone.get(record["links"]["self"]).status_code == 200, "publication does not wait"

    in_time()

    assert states(anyone, record) == {"registered"}
    assert set(fakes.minted(face).values()) == {1}


def test_doi_and_cstr_name_each_other_and_the_concept(
    deposits: Deposits, fakes: Fakes, in_time: Callable[[], None]
) -> None:
    record = deposits.published()
    in_time()
    doi, cstr = (record["pids"][scheme]["identifier"] for scheme in ("doi", "cstr"))

    at_datacite = json.dumps(fakes.held("datacite", doi))
    at_cstr = json.dumps(fakes.held("cstr", cstr))

    assert cstr in at_datacite
    assert record["parent"]["pids"]["doi"]["identifier"] in at_datacite
    assert "IsVersionOf" in at_datacite
    assert doi in at_cstr
    assert "HasVersion" in json.dumps(fakes.held("datacite", record["parent"]["pids"]["doi"]["identifier"]))


def test_an_edit_is_told_again_and_mints_nothing(
    author: Caller, deposits: Deposits, fakes: Fakes, in_time: Callable[[], None]
) -> None:
    record = deposits.published()
    in_time()
    author.post(record["links"]["draft"])
    author.put(record["links"]["draft"], json=a_dataset(title="A better title"))
    assert author.post(record["links"]["draft"] + "/actions/publish").status_code == 202

    in_time()

    doi = record["pids"]["doi"]["identifier"]
    assert "A better title" in json.dumps(fakes.held("datacite", doi))
    assert set(fakes.minted("datacite").values()) == {1}


def test_a_withdrawn_doi_is_registered_and_no_longer_findable(
    author: Caller, deposits: Deposits, fakes: Fakes, in_time: Callable[[], None], register: Callable[..., Caller]
) -> None:
    record = deposits.published()
    in_time()
    doi = record["pids"]["doi"]["identifier"]
    curator = register("curator@example.org", role=Role.CURATOR)

    curator.delete(f"/api/records/{record['id']}/delete", json={"removal_reason": {"id": "retracted"}})
    in_time()
    hidden = fakes.held("datacite", doi)
    curator.post(f"/api/records/{record['id']}/restore")
    in_time()

    assert hidden["state"] == "registered"
    assert "Withdrawn" in json.dumps(hidden)
    assert fakes.held("datacite", doi)["state"] == "findable"
    assert "Withdrawn" not in json.dumps(fakes.held("datacite", doi))


def test_neighbours_of_a_version_that_is_closed_name_it_no_longer(
    author: Caller, deposits: Deposits, fakes: Fakes, in_time: Callable[[], None]
) -> None:
    versions = [deposits.published()]
    for name in ("2", "3"):
        draft = author.post(versions[-1]["links"]["versions"]).get_json()
        deposits.upload(draft["id"], f"{name}.csv", name.encode())
        assert author.put(draft["links"]["self"], json=a_dataset(version=name)).status_code == 200
        versions.append(deposits.publish(draft["id"]))
    in_time()
    first, middle, third = (record["pids"]["doi"]["identifier"] for record in versions)
    assert all(middle in json.dumps(fakes.held("datacite", doi)) for doi in (first, third))
    edit = author.post(versions[1]["links"]["draft"]).get_json()
    closed = a_dataset(version="2") | {"access": {"record": "restricted", "files": "restricted"}}
    assert author.put(edit["links"]["self"], json=closed).status_code == 200
    deposits.publish(versions[1]["id"])
    in_time()
    assert not any(middle in json.dumps(fakes.held("datacite", doi)) for doi in (first, third))


def test_of_a_batch_the_members_that_fail_take_no_others_with_them(
    anyone: Caller, deposits: Deposits, fakes: Fakes, in_time: Callable[[], None], register: Callable[..., Caller]
) -> None:
    bad, good = deposits.published(), deposits.published()
    fakes.order(face="cstr", do="refuse", match=bad["pids"]["cstr"]["identifier"], times=1000)

    in_time()

    assert states(anyone, good) == {"registered"}
    administrator = register("admin@example.org", role=Role.ADMINISTRATOR)
    (failed,) = administrator.get("/api/identifiers?state=failed").get_json()["hits"]
    assert failed["identifier"] == bad["pids"]["cstr"]["identifier"]
    assert failed["cause"]
    assert failed["next_try"]


def test_makers_of_an_institution_with_a_node_of_its_own_get_its_identifiers(
    deposits: Deposits, fakes: Fakes, in_time: Callable[[], None]
) -> None:
    creator = {
        "person_or_org": {"type": "personal", "family_name": "Abenov", "given_name": "Daniyar"},
        "affiliations": [{"id": "02nr0ka47", "name": "Example University"}],
    }
    record = deposits.published(a_dataset(creators=[creator]))
    in_time()

    assert record["pids"]["cstr"]["identifier"].startswith("88888.11.")
    assert record["pids"]["doi"]["identifier"].startswith("10.5072/")
    assert fakes.held("cstr", record["pids"]["cstr"]["identifier"])


def test_no_secret_is_told_by_whoever_asks(deposits: Deposits, services: Services, fakes: Fakes) -> None:
    deposits.published()

    told = " ".join(registrar.describe() for registrar in services.registrars.values())

    assert "10.5072" in told
    for face in accounts.FACES:
        for account in accounts.DEFAULT[face]:
            assert account.secret not in told + repr(services)
