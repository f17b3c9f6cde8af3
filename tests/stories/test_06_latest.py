"""The latest version is the latest that the asker may see: a closed successor does not hide its dataset."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import ids_of, search

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
CLOSED = {"record": "restricted", "files": "restricted"}
OPEN = {"record": "public", "files": "public"}


@pytest.fixture
def versions(author: Caller, deposits: Deposits, settle: Settle) -> list[str]:
    """The ids of a public version and of its restricted successor."""
    first = deposits.published(a_dataset(title="Permafrost temperatures"))["id"]
    second = successor(author, deposits, first, CLOSED)
    settle()
    return [first, second]


def successor(author: Caller, deposits: Deposits, record_id: str, access: dict[str, str]) -> str:
    draft = author.post(f"/api/records/{record_id}/versions").get_json()
    path = f"/api/records/{draft['id']}/draft"
    author.post(f"{path}/actions/files-import")
    assert author.patch(path, json={"access": access}).status_code == 200
    deposits.publish(draft["id"])
    return str(draft["id"])


def found(caller: Caller) -> list[str]:
    return sorted(ids_of(search(caller, "permafrost")))


def where(caller: Caller, path: str) -> Any:
    return caller.get(path).headers["Location"].rpartition("/")[2]


def test_the_public_finds_the_newest_public_version(anyone: Caller, author: Caller, versions: list[str]) -> None:
    assert found(anyone) == versions[:1]
    assert versions[1] in found(author)


def test_the_concept_leads_each_to_the_newest_that_they_may_read(
    anyone: Caller, author: Caller, versions: list[str]
) -> None:
    concept = author.get(f"/api/records/{versions[0]}").get_json()["parent"]["id"]
    for path in (f"/api/records/{concept}", f"/api/records/{versions[0]}/versions/latest", f"/records/{concept}"):
        assert where(anyone, path) == versions[0]
        assert where(author, path) == versions[1]
    assert where(anyone, f"/records/{versions[0]}/latest") == versions[0]


def test_a_successor_that_opens_takes_the_place(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle, versions: list[str]
) -> None:
    author.post(f"/api/records/{versions[1]}/draft")
    author.patch(f"/api/records/{versions[1]}/draft", json={"access": OPEN})
    deposits.publish(versions[1])
    settle()
    assert found(anyone) == versions[1:]


def test_a_public_third_version_takes_the_place_of_both(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle, versions: list[str]
) -> None:
    third = successor(author, deposits, versions[0], OPEN)
    settle()
    assert found(anyone) == [third]
    assert found(author) == [third]


def test_a_version_that_closes_gives_the_place_back(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle, versions: list[str]
) -> None:
    third = successor(author, deposits, versions[0], OPEN)
    author.post(f"/api/records/{third}/draft")
    author.patch(f"/api/records/{third}/draft", json={"access": CLOSED})
    deposits.publish(third)
    settle()
    assert found(anyone) == versions[:1]


def test_a_dataset_without_a_public_version_is_closed_to_the_public(
    anyone: Caller, deposits: Deposits, settle: Settle
) -> None:
    record = deposits.published({**a_dataset(title="Permafrost"), "access": CLOSED})
    settle()
    assert found(anyone) == []
    assert anyone.get(f"/api/records/{record['parent']['id']}").status_code == 403
