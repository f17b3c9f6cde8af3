"""Records say which of their files are damaged, and no kept copy of a page says otherwise."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.files.model import StoredFile
from repository.identifiers.model import Identifier
from repository.records.model import Version
from tests.conftest import Caller, Deposits
from tests.features.damage import days_ago, published_pair, put, stored
from tests.features.steps import Json
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.fixture
def record(deposits: Deposits, settle: Settle) -> Json:
    return published_pair(deposits, settle)


@pytest.fixture
def file(record: Json, services: Services) -> StoredFile:
    """The first file."""
    assert record
    return stored(services)[0]


def check(services: Services, file: StoredFile, content: bytes, settle: Settle) -> None:
    put(services, file, content)
    run_now(services, "fixity")
    settle()


def test_page_and_lists_mark_a_damaged_file_until_it_is_whole_again(
    anyone: Caller, services: Services, record: Json, file: StoredFile, settle: Settle
) -> None:
    page, link = f"/records/{record['id']}", f"/records/{record['id']}/files/a.csv"
    before = anyone.get(page)
    assert link in before.text

    check(services, file, b"aab", settle)

    english, chinese = anyone.get(page, query_string={"lang": "en"}), anyone.get(page, query_string={"lang": "zh"})
    assert "This file is damaged and cannot be downloaded." in english.text
    assert "该文件已损坏" in chinese.text
    assert f'<a href="http://repository.test{link}?download=1"' not in english.text
    assert f"{page}/files/b.csv" in english.text
    files = anyone.get(record["links"]["files"]).get_json()["entries"]
    assert [entry.get("damaged") for entry in files] == [True, None]
    shown = anyone.get(record["links"]["self"]).get_json()["files"]["entries"]
    assert {key for key, entry in shown.items() if entry.get("damaged")} == {"a.csv"}

    check(services, file, b"aaa", settle)
    assert "is damaged" not in anyone.get(page).text
    assert all("damaged" not in entry for entry in anyone.get(record["links"]["files"]).get_json()["entries"])


def test_a_client_that_keeps_the_page_learns_of_the_damage(
    anyone: Caller, services: Services, record: Json, file: StoredFile, settle: Settle
) -> None:
    page = f"/records/{record['id']}"
    with services.database.transaction(SYSTEM) as unit:  # dates of HTTP have seconds
        unit.session.execute(update(Version).values(updated=days_ago(1)))
        unit.session.execute(update(Identifier).values(registered=days_ago(1)))
    since = {"If-Modified-Since": anyone.get(page).headers["Last-Modified"]}
    assert anyone.get(page, headers=since).status_code == 304

    check(services, file, b"aab", settle)

    assert anyone.get(page, headers=since).status_code == 200


def test_the_index_follows_so_that_no_sweep_finds_a_difference(
    services: Services, record: Json, file: StoredFile, settle: Settle
) -> None:
    assert record
    check(services, file, b"aab", settle)

    assert run_now(services, "index").faults == 0
