"""Every registrar: the contract, and what only one of them can be asked."""

from dataclasses import replace

import pytest

from repository.core.errors import Unavailable
from repository.engines.registrars.datacite_registrar import DataCiteRegistrar
from repository.engines.registrars.http_client import Caller
from repository.engines.registrars.port import Outcome, Registrar, Stage
from tests.contracts.registrar_contract import DONE, RegistrarContract, RemoteContract
from tests.contracts.registrar_places import REMOTE, Opening, Place, local, opening, server
from tests.support.registrars import Registrars
from tests.support.registrars.accounts import DEFAULT
from tests.support.web_server import free_port

pytestmark = pytest.mark.slow

__all__ = ["opening", "server"]


class TestLocal(RegistrarContract):
    """No service is behind it."""

    @pytest.fixture
    def place(self) -> Place:
        return local()


class TestDataCite(RemoteContract):
    """DOIs have states."""

    @pytest.fixture
    def place(self, opening: Opening) -> Place:
        return opening("datacite")

    def test_a_draft_leads_nowhere_and_is_taken_up(self, place: Place) -> None:
        one = place.registration()
        assert isinstance(place.registrar, DataCiteRegistrar)
        place.registrar._send("POST", "/dois", one, "")
        held = place.held(one)
        assert held is not None
        assert held["state"] == "draft"
        assert place.registrar.target_of(one.value) is None
        assert place.register(replace(one, target=f"{one.target}/moved")) == [DONE]
        assert place.registrar.target_of(one.value) == f"{one.target}/moved"

    def test_a_prefix_of_others_is_a_matter_of_credentials(self, place: Place) -> None:
        with pytest.raises(Unavailable, match="status 403: You are not authorized"):
            place.registrar.register([place.registration(value="10.83144/x")])

    def test_all_that_is_wrong_is_told_with_its_field(self, place: Place) -> None:
        [outcome] = place.register(place.registration(document={}, target="no address"))
        assert "url: URL is not valid; creators: Missing child" in outcome.cause
        assert "publisher: Can't be blank" in outcome.cause

    def test_strange_suffixes_keep_their_characters(self, place: Place) -> None:
        for suffix in ("a;b(c)", "a/b", "a_b.~$=*"):
            one = place.registration(value=f"10.5072/{suffix}")
            assert place.register(one) == [DONE]
            assert place.registrar.target_of(one.value) == one.target
            assert place.update(one) == [DONE]
            assert place.count("mints", one) == 1


class TestHandle(RemoteContract):
    """Handles have values."""

    @pytest.fixture
    def place(self, opening: Opening) -> Place:
        return opening("handle")

    def test_the_administrator_may_change_it(self, place: Place) -> None:
        place.register(place.registration())
        held = place.held(place.registration())
        assert held is not None
        admin = next(each["data"]["value"] for each in held["values"] if each["type"] == "HS_ADMIN")
        assert (admin["index"], admin["handle"]) == (300, "0.NA/21.T1")

    def test_a_handle_without_an_address_is_completed(self, place: Place) -> None:
        one = place.registration()
        place.order("garble", body='{"responseCode": 200, "handle": "21.T1/x"}', method="GET")
        assert place.registrar.target_of(one.value) == ""

    def test_a_prefix_of_others_is_refused(self, place: Place) -> None:
        [outcome] = place.register(place.registration(value="20.500/x"))
        assert outcome == Outcome(Stage.REFUSED, "That prefix doesn't live here (code 301)")


class TestCstr(RemoteContract):
    """Batches; the rest of what it alone can be asked is in `test_registrars_cstr`."""

    @pytest.fixture
    def place(self, opening: Opening) -> Place:
        return opening("cstr")


@pytest.mark.parametrize("face", REMOTE)
def test_a_wrong_secret_is_an_operators_problem(opening: Opening, face: str) -> None:
    place = opening(face, replace(DEFAULT[face][0], secret="wrong-secret-31c0"))
    with pytest.raises(Unavailable, match=r"refuses us access \(status 401") as failed:
        place.registrar.register([place.registration()])
    assert "wrong-secret-31c0" not in str(failed.value)


@pytest.mark.parametrize("face", REMOTE)
def test_where_nobody_listens_nobody_answers(opening: Opening, face: str) -> None:
    place = opening(face, at=Registrars(free_port()))
    with pytest.raises(Unavailable, match="does not answer"):
        place.registrar.describe()
    with pytest.raises(Unavailable, match="does not answer"):
        place.registrar.register([place.registration()])


@pytest.mark.parametrize("face", REMOTE)
def test_an_address_with_something_else_behind_it_registers_nothing(
    opening: Opening, server: Registrars, face: str
) -> None:
    place = opening(face, at=_Misplaced(server.port))
    with pytest.raises(Unavailable, match="status 404"):
        place.registrar.register([place.registration()])
    with pytest.raises(Unavailable, match="status 404"):
        place.registrar.update([place.registration()])


class _Misplaced(Registrars):
    @property
    def url(self) -> str:
        return f"{super().url}/nothing/here"


@pytest.mark.parametrize(
    "endpoint", ["ftp://api.test", "api.test", "https://", "https://user:pass@api.test", "https://api.test/?a=b", ""]
)
def test_an_endpoint_must_be_an_address_without_secrets(endpoint: str) -> None:
    with pytest.raises(ValueError, match="must") as wrong:
        Caller("x", endpoint, {}, (), 1)
    assert "pass" not in str(wrong.value).replace("a password", "")


def test_every_keeper_is_a_registrar(opening: Opening) -> None:
    keepers: list[Registrar] = [local().registrar, *(opening(face).registrar for face in REMOTE)]
    assert [(each.format, each.most) for each in keepers] == [("", 1000), ("datacite", 1), ("cstr", 100), ("", 1)]
