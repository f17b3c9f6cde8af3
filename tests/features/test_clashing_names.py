"""Names that clash, taken by a former release: no draft spreads them, and what is published stays usable."""

from typing import Any

import pytest
from sqlalchemy import update

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.files.model import FileEntry
from repository.files.name_clashes import clashes
from repository.files.rules import MOST_NAMED
from tests.conftest import Caller, Deposits
from tests.features.steps import Json, base, begin, faults

pytestmark = pytest.mark.slow

BESIDE_A_FOLDER = ("runs", "runs/1.csv", "'runs' is a file: a disk cannot hold a folder of this name too.")
TWINS = (
    "Re\u0301sume\u0301.txt",
    "R\u00e9sum\u00e9.txt",
    "'Re\u0301sume\u0301.txt' is the same name, spelt with other Unicode characters (NFC, NFD): a disk holds only one.",
)
MIXED = (
    "Re\u0301sum\u00e9.txt",
    "R\u00e9sum\u00e9.txt",
    "'Re\u0301sum\u00e9.txt' is the same name, spelt with other Unicode characters (NFC, NFD): a disk holds only one.",
)
KINDS = pytest.mark.parametrize(("first", "second", "reason"), [BESIDE_A_FOLDER, TWINS, MIXED])


def draft_of_a_former_release(deposits: Deposits, services: Services, first: str, second: str) -> Json:
    """A draft with two files, renamed in the database to what a former release took."""
    draft = deposits.open()
    for name, key in (("one.txt", first), ("two.txt", second)):
        deposits.upload(draft["id"], name, name.encode())
        with services.database.transaction(SYSTEM) as unit:
            unit.session.execute(update(FileEntry).where(FileEntry.key == name).values(key=key))
    return draft


def published_by_a_former_release(deposits: Deposits, services: Services, first: str, second: str) -> Json:
    record = deposits.published(**{"one.txt": b"1", "two.txt": b"2"})
    with services.database.transaction(SYSTEM) as unit:
        for name, key in (("one.txt", first), ("two.txt", second)):
            unit.session.execute(update(FileEntry).where(FileEntry.key == name).values(key=key))
    return record


@KINDS
def test_an_import_of_clashing_names_takes_no_file_and_names_each(
    author: Caller, deposits: Deposits, services: Services, first: str, second: str, reason: str
) -> None:
    record = published_by_a_former_release(deposits, services, first, second)
    version = author.post(f"/api/records/{record['id']}/versions").get_json()

    refused = author.post(f"/api/records/{version['id']}/draft/actions/files-import")

    assert (refused.status_code, faults(refused.get_json())) == (400, {f"files.entries.{second}": [reason]})
    assert refused.get_json()["message"].startswith("Files with these names cannot stand side by side")
    assert author.get(base(version)).get_json()["entries"] == []
    draft = author.get(f"/api/records/{version['id']}/draft").get_json()
    assert (draft["files"]["count"], draft["files"]["total_bytes"]) == (0, 0)


@KINDS
def test_a_draft_that_has_such_names_is_published_once_one_of_them_is_gone(
    author: Caller, deposits: Deposits, services: Services, first: str, second: str, reason: str
) -> None:
    draft = draft_of_a_former_release(deposits, services, first, second)

    refused = author.post(f"/api/records/{draft['id']}/draft/actions/publish")

    assert (refused.status_code, faults(refused.get_json())) == (400, {f"files.entries.{second}": [reason]})
    files = author.get(base(draft)).get_json()["entries"]
    assert [file["key"] for file in files] == sorted([first, second])
    (wrong,) = (file for file in files if file["key"] == second)
    assert author.delete(wrong["links"]["self"]).status_code == 204
    deposits.upload(draft["id"], "another.txt", b"2")
    assert deposits.publish(draft["id"])["files"]["count"] == 2


def test_a_published_record_with_such_names_is_edited_and_gets_a_new_version(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    record = published_by_a_former_release(deposits, services, "runs", "runs/1.csv")
    edit = author.post(f"/api/records/{record['id']}/draft").get_json()
    edit["metadata"]["title"] = "Better title"
    assert author.put(f"/api/records/{record['id']}/draft", json=edit).status_code == 200
    assert deposits.publish(record["id"])["metadata"]["title"] == "Better title"
    version = author.post(f"/api/records/{record['id']}/versions").get_json()
    deposits.upload(version["id"], "runs/1.csv", b"2")
    assert list(deposits.publish(version["id"])["files"]["entries"]) == ["runs/1.csv"]


@pytest.mark.parametrize("later", ["R\u00e9sum\u00e9.txt", "R\u00e9sum\u00e9.txt/a"])
def test_a_name_that_mixes_spellings_is_found_before_publication_at_the_latest(
    author: Caller, deposits: Deposits, later: str
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "Re\u0301sum\u00e9.txt", b"1")
    if begin(author, draft, {"key": later}).status_code == 201:
        author.put(f"{base(draft)}/{later}/content", data=b"2")
        author.post(f"{base(draft)}/{later}/commit")
        refused = author.post(f"/api/records/{draft['id']}/draft/actions/publish")
        assert [*faults(refused.get_json())] == [f"files.entries.{later}"]


def test_of_very_many_clashes_the_first_are_named() -> None:
    keys = [key for number in range(MOST_NAMED + 5) for key in (f"{number:02}", f"{number:02}/x")]
    told: list[Any] = clashes(keys)
    assert [error.field for error in told[:2]] == ["files.entries.00/x", "files.entries.01/x"]
    assert (len(told), told[-1].messages) == (MOST_NAMED + 1, ("There are more.",))
    assert len(clashes(keys[: 2 * MOST_NAMED])) == MOST_NAMED
