"""The index is like the database: differences are named, and a rebuild repairs them without a gap."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from repository.access.principals import EVERYBODY, visible_to
from repository.core.actor import ANONYMOUS, SYSTEM
from repository.engines.search.port import DocumentKind, IndexDocument, Search
from repository.engines.search.query_tree import Everything, Term
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version
from repository.search.index import IndexPart, differences, rebuild, total
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


def everything(services: Services) -> dict[str, Any]:
    """All that jobs may change."""
    tables: tuple[Any, ...] = (Concept, Version, FileSet, FileEntry, StoredFile, Identifier)
    with services.database.snapshot(SYSTEM) as unit:
        rows = {
            table.__tablename__: sorted(map(str, unit.session.execute(table.__table__.select()).all()))
            for table in tables
        }
    stored = sorted((each.key, each.size) for each in services.store.objects())
    return {**rows, "index": list(services.search.entries()), "store": stored}


def test_the_index_is_like_the_database_when_all_is_settled(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    record = deposits.published()
    author.post(record["links"]["draft"])
    author.post(record["links"]["versions"])
    deposits.open()
    settle()

    assert list(differences(services)) == []
    assert len(list(services.search.entries())) == 3
    assert total(services) == {IndexPart.DRAFT: 2, IndexPart.RECORD: 1, IndexPart.FILES: 1}
    assert [(each.record_id, each.count) for each in services.search.file_entries()] == [(int(record["id"]), 1)]


def ghost(kind: DocumentKind, number: int) -> IndexDocument:
    return IndexDocument(
        kind=kind,
        id=number,
        concept_id=1,
        revision=1,
        readers=frozenset({EVERYBODY}),
        owners=frozenset({"person:1"}),
        latest=True,
        index=1,
        created="2026-01-01T00:00:00+00:00",
        updated="2026-01-01T00:00:00+00:00",
        texts={"title": ["A ghost"]},
        keywords={},
    )


def test_the_index_check_names_every_difference_and_a_rebuild_repairs_them(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    fine, missing, stale = (deposits.published() for _ in range(3))
    draft, lost = deposits.open(), deposits.open()
    settle()
    services.search.drop(DocumentKind.RECORD, [int(missing["id"])])
    services.search.drop(DocumentKind.DRAFT, [int(lost["id"])])
    with services.database.transaction(SYSTEM) as unit:
        unit.session.get_one(Version, int(stale["id"])).cache_version += 1
    services.search.put([ghost(DocumentKind.RECORD, 999), ghost(DocumentKind.DRAFT, 1), ghost(DocumentKind.RECORD, 1)])

    found = {str(difference) for difference in differences(services)}
    assert found == {
        f"record {missing['id']}: missing",
        f"record {stale['id']}: stale",
        f"draft {lost['id']}: missing",
        "record 999: ghost",
        "record 1: ghost",
        "draft 1: ghost",
        f"files of record {missing['id']}: missing",
    }

    progress: list[tuple[int, int]] = []
    rebuild(services, lambda done, of: progress.append((done, of)))
    assert list(differences(services)) == []
    assert progress == [(0, 8), (2, 8), (5, 8), (8, 8)]
    everyone = Search(Everything(), visible_to(SYSTEM), frozenset({DocumentKind.RECORD, DocumentKind.DRAFT}))
    assert {hit.id for hit in services.search.find(everyone).hits} == {
        int(each["id"]) for each in (fine, missing, stale, draft, lost)
    }


def test_searches_are_answered_while_the_index_is_rebuilt(
    anyone: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    seen: list[int] = []

    def look(_done: int, _of: int) -> None:
        seen.append(anyone.get("/api/records?q=penguins").get_json()["hits"]["total"])

    rebuild(services, look)

    assert seen
    assert set(seen) == {1}
    assert anyone.get("/api/records?q=penguins").get_json()["hits"]["hits"][0]["id"] == record["id"]


def test_what_is_published_during_a_rebuild_is_found_after_it(
    anyone: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    deposits.published()
    settle()

    arrived: list[str] = []

    def publish(_done: int, _of: int) -> None:
        if not arrived:
            arrived.append(deposits.published(a_dataset(title="Arrived during the rebuild"))["id"])
            settle()

    rebuild(services, publish)

    assert list(differences(services)) == []
    assert anyone.get("/api/records?q=arrived").get_json()["hits"]["total"] == 1


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    deposits.published()
    settle()

    def fail(_done: int, _of: int) -> None:
        raise RuntimeError("the machine was switched off")

    with pytest.raises(RuntimeError):
        rebuild(services, fail)

    assert list(differences(services)) == []
    word = Search(Term("penguins"), visible_to(ANONYMOUS), frozenset({DocumentKind.RECORD}))
    assert services.search.find(word).total == 1


def test_an_older_state_never_overwrites_a_newer_one_in_the_index(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    late = replace(ghost(DocumentKind.RECORD, int(record["id"])), revision=0)

    services.search.put([late])

    word = Search(Term("ghost"), visible_to(ANONYMOUS), frozenset({DocumentKind.RECORD}))
    assert services.search.find(word).total == 0
