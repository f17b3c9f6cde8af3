"""The files of a published version in the index: all of them, and only while everybody may have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from repository.engines.facilities import Facilities
from repository.engines.search.port import NAMES_IN_RECORD, FileDocument, FileEntries, Scope, Search, SearchEngine
from repository.engines.search.query import Term
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.queries import extensions, first_keys
from repository.foundation.actor import SYSTEM
from repository.publication.embargo import lift_embargoes
from repository.records.model import Version
from repository.search.upkeep import differences, filing, index_files, index_records, rebuild
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import statements

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
RESTRICTED = {"record": "public", "files": "restricted"}


def with_more_files(facilities: Facilities, record_id: int, count: int) -> None:
    """The published version with so many files as if they had been uploaded: names, bytes shared."""
    with facilities.works.writing(SYSTEM) as work:
        version = work.session.get_one(Version, record_id)
        files = work.session.get_one(FileSet, version.file_set_id)
        stored = work.session.scalars(select(StoredFile).limit(1)).one()
        row = {"file_set_id": files.id, "extension": "dat", "file_id": stored.id, "pending": False}
        times = {"created": work.now, "updated": work.now}
        names = (f"part-{number:06d}.dat" for number in range(count - files.count))
        work.session.execute(insert(FileEntry), [{**row, **times, "key": name} for name in names])
        files.count = count
        version.change += 1


def found(facilities: Facilities, name: str) -> set[int]:
    return {hit.id for hit in facilities.search.find(Search(Term(name, "filenames"), Scope())).hits}


def counts(facilities: Facilities) -> dict[int, int]:
    return {each.record_id: each.count for each in facilities.search.file_entries()}


def opened(author: Caller, record_id: str, access: dict[str, Any]) -> None:
    """The record with other access, published again."""
    author.post(f"/api/records/{record_id}/draft")
    body = a_dataset() | {"access": access}
    assert author.put(f"/api/records/{record_id}/draft", json=body).status_code == 200
    assert author.post(f"/api/records/{record_id}/draft/actions/publish").status_code == 202


def test_publishing_indexes_the_files_that_everybody_may_have(
    deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    public = deposits.published(None, **{"ice.csv": b"1", "snow.txt": b"2"})
    deposits.published(a_dataset() | {"access": RESTRICTED})
    settle()
    assert counts(facilities) == {int(public["id"]): 2}
    assert list(differences(facilities)) == []


def test_files_leave_the_index_when_they_are_restricted_and_return_when_they_are_opened(
    author: Caller, deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    opened(author, record["id"], RESTRICTED)
    settle()
    assert counts(facilities) == {}
    opened(author, record["id"], {"record": "public", "files": "public"})
    settle()
    assert counts(facilities) == {int(record["id"]): 1}
    assert list(differences(facilities)) == []


def test_files_are_indexed_when_an_embargo_is_lifted(
    deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    embargo = {"active": True, "until": "2999-01-01"}
    record = deposits.published(a_dataset() | {"access": RESTRICTED | {"embargo": embargo}})
    settle()
    assert counts(facilities) == {}
    assert lift_embargoes(facilities.works, date(2999, 1, 1)) == 1
    settle()
    assert counts(facilities) == {int(record["id"]): 1}
    assert list(differences(facilities)) == []


def test_a_new_version_leaves_the_files_of_the_old_one_in_the_index(
    author: Caller, deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"], "second.csv")
    second = deposits.publish(draft["id"])
    settle()
    assert counts(facilities) == {int(first["id"]): 1, int(second["id"]): 1}
    assert list(differences(facilities)) == []


def test_a_file_beyond_those_that_its_record_names_is_found(
    deposits: Deposits, facilities: Facilities, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "AT_ONCE", 300)
    large, small = (int(deposits.published()["id"]) for _ in range(2))
    settle()
    count = NAMES_IN_RECORD + 42
    with_more_files(facilities, large, count)
    last = f"part-{count - 2:06d}.dat"
    index_records(facilities, [large])
    assert found(facilities, "part-000000.dat") == {large}
    assert found(facilities, last) == set()
    index_files(facilities, [large, small])
    assert found(facilities, last) == {large}
    assert counts(facilities) == {large: count, small: 1}
    assert list(differences(facilities)) == []
    rebuild(facilities, lambda _done, _of: None)
    assert found(facilities, last) == {large}
    assert list(differences(facilities)) == []


def test_positions_count_a_records_files_in_the_order_of_their_names_whatever_the_size_of_a_page(
    deposits: Deposits, facilities: Facilities, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, few = (int(deposits.published()["id"]) for _ in range(2))
    settle()
    with_more_files(facilities, many, 20)
    works = facilities.works
    sets = list(filing.public_sets(works, [many, few]).values())
    at_once = list(filing.file_documents(works, sets))
    assert [(each.record_id, each.position) for each in at_once] == [*((many, n) for n in range(20)), (few, 0)]
    assert [each.key for each in at_once[:20]] == ["data.csv", *(f"part-{n:06d}.dat" for n in range(19))]
    for size in (1, 7, 19, 20, 21):
        monkeypatch.setattr(filing, "AT_ONCE", size)
        assert list(filing.file_documents(works, sets)) == at_once


def test_the_files_of_many_small_records_are_read_in_one_query(
    deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    ids = [int(deposits.published()["id"]) for _ in range(4)]
    settle()
    sets = filing.public_sets(facilities.works, ids)
    with statements(facilities) as seen:
        assert len(list(filing.file_documents(facilities.works, sets.values()))) == 4
    assert len([each for each in seen if "file_entry" in each]) == 1


def test_documents_of_many_records_take_as_many_queries_as_of_one(
    deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    ids = [int(deposits.published()["id"]) for _ in range(4)]
    settle()
    asked = []
    for some in (ids[:1], ids):
        with statements(facilities) as seen:
            index_records(facilities, some)
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
    author: Caller, deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    record = deposits.published()

    def restrict() -> None:
        opened(author, record["id"], RESTRICTED)
        settle()

    late = Overtaken(facilities.search, restrict)
    index_files(replace(facilities, search=late), [int(record["id"])])
    assert late.sent == [1, 0]
    assert list(facilities.search.file_entries()) == []
    assert list(differences(facilities)) == []


def test_indexing_files_twice_changes_nothing_and_of_what_is_not_there_drops_all(
    deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    record = int(deposits.published()["id"])
    settle()
    before = list(facilities.search.file_entries())
    index_files(facilities, [record])
    assert list(facilities.search.file_entries()) == before
    facilities.search.put_files([FileDocument(404, 0, "ghost.csv", "csv", "text/csv", 1, 1)])
    assert FileEntries(404, 1, 1) in set(facilities.search.file_entries())
    index_files(facilities, [404])
    assert list(facilities.search.file_entries()) == before


def test_of_each_set_the_first_names_and_all_endings_are_read(
    deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    many, few = (int(deposits.published()["id"]) for _ in range(2))
    settle()
    with_more_files(facilities, many, 12)
    with facilities.works.reading(SYSTEM) as work:
        large, small = (work.session.get_one(Version, each).file_set_id for each in (many, few))
        keys = first_keys(work, [large, small], 3)
        assert keys == {large: ["data.csv", "part-000000.dat", "part-000001.dat"], small: ["data.csv"]}
        assert extensions(work, [large, small]) == {large: ["csv", "dat"], small: ["csv"]}
