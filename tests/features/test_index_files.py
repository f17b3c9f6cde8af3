"""The files of a published version in the index: all of them, and only while everybody may have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from repository.access.principals import visible_to
from repository.core.actor import ANONYMOUS, SYSTEM
from repository.engines.search.port import (
    NAMES_IN_RECORD,
    FileDocument,
    FileEntries,
    Search,
    SearchEngine,
)
from repository.engines.search.query_tree import Term
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.queries import extensions, first_keys
from repository.publication.embargo import lift_embargoes
from repository.records.model import Version
from repository.search.index import differences, file_documents, index_files, index_records, rebuild
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import statements

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
RESTRICTED = {"record": "public", "files": "restricted"}


def with_more_files(services: Services, record_id: int, count: int) -> None:
    """The published version with so many files as if they had been uploaded: names, bytes shared."""
    with services.database.transaction(SYSTEM) as unit:
        version = unit.session.get_one(Version, record_id)
        files = unit.session.get_one(FileSet, version.file_set_id)
        stored = unit.session.scalars(select(StoredFile).limit(1)).one()
        row = {"file_set_id": files.id, "extension": "dat", "file_id": stored.id, "pending": False}
        times = {"created": unit.now, "updated": unit.now}
        names = (f"part-{number:06d}.dat" for number in range(count - files.count))
        unit.session.execute(insert(FileEntry), [{**row, **times, "key": name} for name in names])
        files.count = count
        version.cache_version += 1


def found(services: Services, name: str) -> set[int]:
    return {hit.id for hit in services.search.find(Search(Term(name, "filenames"), visible_to(ANONYMOUS))).hits}


def counts(services: Services) -> dict[int, int]:
    return {each.record_id: each.count for each in services.search.file_entries()}


def opened(author: Caller, record_id: str, access: dict[str, Any]) -> None:
    """The record with other access, published again."""
    author.post(f"/api/records/{record_id}/draft")
    body = a_dataset() | {"access": access}
    assert author.put(f"/api/records/{record_id}/draft", json=body).status_code == 200
    assert author.post(f"/api/records/{record_id}/draft/actions/publish").status_code == 202


def test_publishing_indexes_the_files_that_everybody_may_have(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    public = deposits.published(None, **{"ice.csv": b"1", "snow.txt": b"2"})
    deposits.published(a_dataset() | {"access": RESTRICTED})
    settle()
    assert counts(services) == {int(public["id"]): 2}
    assert list(differences(services)) == []


def test_files_leave_the_index_when_they_are_restricted_and_return_when_they_are_opened(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    opened(author, record["id"], RESTRICTED)
    settle()
    assert counts(services) == {}
    opened(author, record["id"], {"record": "public", "files": "public"})
    settle()
    assert counts(services) == {int(record["id"]): 1}
    assert list(differences(services)) == []


def test_a_correction_of_the_description_sends_no_file_again(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    record = deposits.published(None, **{"ice.csv": b"1", "snow.txt": b"2"})
    settle()
    files, [entry] = list(services.search.file_entries()), list(services.search.entries())
    opened(author, record["id"], {"record": "public", "files": "public"})
    settle()
    [corrected] = services.search.entries()
    assert corrected.revision > entry.revision
    assert list(services.search.file_entries()) == files
    assert list(differences(services)) == []


def test_files_are_indexed_when_an_embargo_is_lifted(deposits: Deposits, services: Services, settle: Settle) -> None:
    embargo = {"active": True, "until": "2999-01-01"}
    record = deposits.published(a_dataset() | {"access": RESTRICTED | {"embargo": embargo}})
    settle()
    assert counts(services) == {}
    assert lift_embargoes(services.database, date(2999, 1, 1)) == 1
    settle()
    assert counts(services) == {int(record["id"]): 1}
    assert list(differences(services)) == []


def test_a_new_version_leaves_the_files_of_the_old_one_in_the_index(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"], "second.csv")
    second = deposits.publish(draft["id"])
    settle()
    assert counts(services) == {int(first["id"]): 1, int(second["id"]): 1}
    assert list(differences(services)) == []


def test_a_file_beyond_those_that_its_record_names_is_found(
    deposits: Deposits, services: Services, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_documents, "AT_ONCE", 300)
    large, small = (int(deposits.published()["id"]) for _ in range(2))
    settle()
    count = NAMES_IN_RECORD + 42
    with_more_files(services, large, count)
    last = f"part-{count - 2:06d}.dat"
    index_records(services, [large])
    assert found(services, "part-000000.dat") == {large}
    assert found(services, last) == set()
    index_files(services, [large, small])
    assert found(services, last) == {large}
    assert counts(services) == {large: count, small: 1}
    assert list(differences(services)) == []
    rebuild(services, lambda _done, _of: None)
    assert found(services, last) == {large}
    assert list(differences(services)) == []


def test_positions_count_a_records_files_in_the_order_of_their_names_whatever_the_size_of_a_page(
    deposits: Deposits, services: Services, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, few = (int(deposits.published()["id"]) for _ in range(2))
    settle()
    with_more_files(services, many, 20)
    database = services.database
    sets = list(file_documents.public_sets(database, [many, few]).values())
    at_once = list(file_documents.file_documents(database, sets))
    assert [(each.record_id, each.position) for each in at_once] == [*((many, n) for n in range(20)), (few, 0)]
    assert [each.key for each in at_once[:20]] == ["data.csv", *(f"part-{n:06d}.dat" for n in range(19))]
    for size in (1, 7, 19, 20, 21):
        monkeypatch.setattr(file_documents, "AT_ONCE", size)
        assert list(file_documents.file_documents(database, sets)) == at_once


def test_the_files_of_many_small_records_are_read_in_one_query(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    ids = [int(deposits.published()["id"]) for _ in range(4)]
    settle()
    sets = file_documents.public_sets(services.database, ids)
    with statements(services) as seen:
        assert len(list(file_documents.file_documents(services.database, sets.values()))) == 4
    assert len([each for each in seen if "file_entry" in each]) == 1


def test_documents_of_many_records_take_as_many_queries_as_of_one(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    ids = [int(deposits.published()["id"]) for _ in range(4)]
    settle()
    asked = []
    for some in (ids[:1], ids):
        with statements(services) as seen:
            index_records(services, some)
        asked.append(len(seen))
    assert asked[0] == asked[1]


@dataclass
class Overtaken:
    """A search engine during whose first sending of files something else happens."""

    real: SearchEngine
    meanwhile: Callable[[], None]
    sent: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def put_files(self, documents: Iterable[FileDocument]) -> None:
        read = list(documents)
        if not self.sent:
            self.meanwhile()
        self.sent.append(len(read))
        self.real.put_files(read)


def test_files_restricted_while_they_are_sent_do_not_stay_in_the_index(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    record = deposits.published()

    def restrict() -> None:
        opened(author, record["id"], RESTRICTED)
        settle()

    late = Overtaken(services.search, restrict)
    index_files(replace(services, search=late), [int(record["id"])])
    assert late.sent == [1, 0]
    assert list(services.search.file_entries()) == []
    assert list(differences(services)) == []


def test_indexing_files_twice_changes_nothing_and_of_what_is_not_there_drops_all(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    record = int(deposits.published()["id"])
    settle()
    before = list(services.search.file_entries())
    index_files(services, [record])
    assert list(services.search.file_entries()) == before
    services.search.put_files([FileDocument(404, 0, "ghost.csv", "csv", "text/csv", 1, 1)])
    assert FileEntries(404, 1, 1) in set(services.search.file_entries())
    index_files(services, [404])
    assert list(services.search.file_entries()) == before


def test_of_each_set_the_first_names_and_all_endings_are_read(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    many, few = (int(deposits.published()["id"]) for _ in range(2))
    settle()
    with_more_files(services, many, 12)
    with services.database.snapshot(SYSTEM) as unit:
        large, small = (unit.session.get_one(Version, each).file_set_id for each in (many, few))
        keys = first_keys(unit, [large, small], 3)
        assert keys == {large: ["data.csv", "part-000000.dat", "part-000001.dat"], small: ["data.csv"]}
        assert extensions(unit, [large, small]) == {large: ["csv", "dat"], small: ["csv"]}
