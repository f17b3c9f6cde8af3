"""What a process keeps of a record is never shown after the record changed, in whichever process it changed."""

from collections.abc import Callable, Iterator

import pytest

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.core.cache import ByteLru
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow


@pytest.fixture
def elsewhere(settings: Settings) -> Iterator[Services]:
    """A second process of the same installation."""
    opened = open_services(settings)
    yield opened
    opened.close()


@pytest.fixture
def there(elsewhere: Services) -> Caller:
    """The public at the second process."""
    return Caller(create_app(elsewhere).test_client())


@pytest.fixture
def owner_there(elsewhere: Services, author: Caller) -> Caller:
    return Caller(create_app(elsewhere).test_client(), author.token)


def test_a_correction_in_one_process_is_shown_by_the_other(there: Caller, author: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    before = there.get(f"/api/records/{record['id']}").get_json()
    draft = author.post(f"/api/records/{record['id']}/draft").get_json()
    author.put(f"/api/records/{record['id']}/draft", json={**draft, **a_dataset(title="Corrected")})
    deposits.publish(record["id"])
    after = there.get(f"/api/records/{record['id']}").get_json()
    assert (before["metadata"]["title"], after["metadata"]["title"]) == ("Bill dimensions of penguins", "Corrected")


def test_registration_in_one_process_is_shown_by_the_other(
    there: Caller, deposits: Deposits, settle: Callable[[], None]
) -> None:
    record = deposits.published()
    before = there.get(f"/api/records/{record['id']}").get_json()
    settle()
    after = there.get(f"/api/records/{record['id']}").get_json()
    for shown, state in ((before, "reserved"), (after, "registered")):
        assert {shown["pids"][scheme]["state"] for scheme in ("doi", "cstr")} == {state}
        assert {pid["state"] for pid in shown["parent"]["pids"].values()} == {state}


def test_a_new_version_makes_the_old_one_no_longer_the_latest(
    there: Caller, author: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    assert there.get(f"/api/records/{record['id']}").get_json()["versions"]["is_latest"] is True
    draft = author.post(f"/api/records/{record['id']}/versions").get_json()
    author.put(f"/api/records/{draft['id']}/draft", json=a_dataset(title="Second"))
    deposits.upload(draft["id"])
    deposits.publish(draft["id"])
    assert there.get(f"/api/records/{record['id']}").get_json()["versions"]["is_latest"] is False


def test_who_may_have_the_files_and_who_may_not_are_shown_their_own(
    there: Caller, owner_there: Caller, deposits: Deposits
) -> None:
    body = a_dataset()
    body["access"]["files"] = "restricted"
    path = f"/api/records/{deposits.published(body)['id']}"
    for _ in range(2):  # the second time from what was kept
        assert "entries" in owner_there.get(path).get_json()["files"]
        assert there.get(path).get_json()["files"] == {"enabled": True}


def test_a_second_reading_gives_the_same_text(there: Caller, deposits: Deposits, settle: Callable[[], None]) -> None:
    record = deposits.published()
    settle()
    first, second = (there.get(f"/api/records/{record['id']}") for _ in range(2))
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    (hit,) = there.get("/api/records?q=penguins").get_json()["hits"]["hits"]
    assert hit.pop("highlights")
    assert hit == {**first.get_json(), "files": hit["files"]}


def test_what_was_asked_for_longest_ago_is_given_up_first() -> None:
    kept = ByteLru(capacity=40)
    for name in "abcd":
        kept.put(name, bytes(10))
    assert kept.get("a") is not None
    kept.put("e", bytes(10))
    assert [name for name in "abcde" if kept.get(name) is not None] == ["a", "c", "d", "e"]
    kept.put("large", bytes(11))
    assert kept.get("large") is None
    kept.put("a", bytes(5))
    kept.put("f", bytes(5))
    assert kept.get("c") is not None
