"""A dataset through its versions: each citable for itself, all under one concept, sharing bytes that did not change."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.files.model import StoredFile
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

Json = dict[str, Any]
Settle = Callable[[], None]


@pytest.fixture
def first(deposits: Deposits) -> Json:
    """The first version."""
    said = a_dataset(version="1.0", publication_date="2020-01-01", title="Penguins, all of them")
    return deposits.published(said, **{"data.csv": b"first", "readme.txt": b"same"})


def begin(author: Caller, record: Json) -> Json:
    reply = author.post(record["links"]["versions"])
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def import_files(author: Caller, draft: Json) -> Any:
    return author.post(f"/api/records/{draft['id']}/draft/actions/files-import")


def stored(services: Services) -> tuple[int, int]:
    """How many stored files the database has, and how many objects the store."""
    with services.database.snapshot(SYSTEM) as unit:
        rows = unit.session.scalar(select(func.count()).select_from(StoredFile)) or 0
    return rows, len(list(services.store.objects()))


def test_a_second_version_shares_what_did_not_change_and_becomes_the_latest(
    author: Caller, anyone: Caller, deposits: Deposits, first: Json, services: Services, settle: Settle
) -> None:
    draft = begin(author, first)
    assert draft["id"] != first["id"]
    assert draft["parent"]["id"] == first["parent"]["id"]
    assert draft["status"] == "new_version_draft"
    assert draft["versions"]["index"] == 2

    imported = import_files(author, draft)
    assert imported.status_code == 201
    assert [entry["key"] for entry in imported.get_json()["entries"]] == ["data.csv", "readme.txt"]
    assert stored(services) == (2, 2)
    author.put(f"/api/records/{draft['id']}/draft/files/data.csv/content", data=b"second")
    author.post(f"/api/records/{draft['id']}/draft/files/data.csv/commit")
    second = deposits.publish(draft["id"])
    settle()

    assert stored(services) == (3, 3)
    for record, content in ((first, b"first"), (second, b"second")):
        assert anyone.get(f"{record['links']['files']}/data.csv/content").data == content
        assert anyone.get(f"{record['links']['files']}/readme.txt/content").data == b"same"
    now = [anyone.get(record["links"]["self"]).get_json()["versions"] for record in (first, second)]
    assert now == [{"index": 1, "is_latest": False}, {"index": 2, "is_latest": True}]


def test_a_new_version_inherits_the_description_but_version_date_and_files(author: Caller, first: Json) -> None:
    draft = begin(author, first)

    assert draft["metadata"]["title"] == first["metadata"]["title"]
    assert "version" not in draft["metadata"]
    assert draft["metadata"]["publication_date"] == datetime.datetime.now(datetime.UTC).date().isoformat()
    assert draft["files"]["count"] == 0
    assert draft["pids"] == {}
    assert draft["links"]["latest"].endswith(f"/{first['id']}")


def test_beginning_a_version_twice_gives_the_same_draft(author: Caller, deposits: Deposits, first: Json) -> None:
    draft = begin(author, first)

    assert begin(author, first) == draft
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])
    third = begin(author, first)
    assert third["versions"]["index"] == 3
    assert begin(author, second)["id"] == third["id"]


def test_the_concept_leads_to_the_latest_version(
    author: Caller, anyone: Caller, deposits: Deposits, first: Json
) -> None:
    draft = begin(author, first)
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])

    concept = anyone.get(first["links"]["parent"])
    assert concept.status_code == 302
    assert concept.headers["Location"] == second["links"]["self"]
    for record in (first, second):
        latest = anyone.get(record["links"]["latest"])
        assert latest.status_code == 301
        assert latest.headers["Location"] == second["links"]["self"]
        assert latest.get_json()["status"] == 301
        assert latest.get_json()["location"] == second["links"]["self"]


def test_a_concept_that_was_never_published_leads_nowhere(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    for caller in (author, anyone):
        for path in ("", "/versions", "/versions/latest"):
            assert caller.get(f"/api/records/{draft['parent']['id']}{path}").status_code == 404


def test_versions_are_listed_newest_first_by_any_of_their_ids(
    author: Caller, anyone: Caller, deposits: Deposits, first: Json
) -> None:
    ids = [first["id"]]
    for _ in range(3):
        draft = begin(author, first)
        deposits.upload(draft["id"])
        ids.append(deposits.publish(draft["id"])["id"])

    for record_id in (first["id"], ids[-1], first["parent"]["id"]):
        body = anyone.get(f"/api/records/{record_id}/versions").get_json()
        assert [hit["id"] for hit in body["hits"]["hits"]] == ids[::-1]
        assert body["hits"]["total"] == 4
        assert body["sortBy"] == "version"
        assert body["aggregations"] == {}
    page = anyone.get(f"{first['links']['versions']}?size=3").get_json()
    rest = anyone.get(page["links"]["next"]).get_json()
    assert [hit["id"] for hit in page["hits"]["hits"] + rest["hits"]["hits"]] == ids[::-1]
    assert "next" not in rest["links"]


def test_files_are_imported_only_into_an_empty_draft(author: Caller, deposits: Deposits, first: Json) -> None:
    draft = begin(author, first)
    deposits.upload(draft["id"], "mine.txt", b"mine")

    refused = import_files(author, draft)

    assert refused.status_code == 400
    assert refused.get_json()["errors"] == [
        {"field": "files.enabled", "messages": ["Please remove all files first."], "code": "remove_files_first"},
    ]
    assert import_files(author, deposits.open()).status_code == 400


def test_what_a_draft_removes_stays_in_the_versions_that_share_it(
    author: Caller, anyone: Caller, first: Json, services: Services, settle: Settle
) -> None:
    draft = begin(author, first)
    import_files(author, draft)
    files = f"/api/records/{draft['id']}/draft/files"

    author.delete(f"{files}/data.csv")
    settle()
    assert anyone.get(f"{first['links']['files']}/data.csv/content").data == b"first"
    author.delete(files)
    settle()
    assert anyone.get(f"{first['links']['files']}/readme.txt/content").data == b"same"
    assert stored(services) == (2, 2)


def test_a_discarded_new_version_never_takes_shared_bytes_with_it(
    author: Caller, anyone: Caller, deposits: Deposits, first: Json, services: Services, settle: Settle
) -> None:
    draft = begin(author, first)
    import_files(author, draft)
    deposits.upload(draft["id"], "own.csv", b"own")

    assert author.delete(draft["links"]["self"]).status_code == 204
    settle()

    assert stored(services) == (2, 2)
    assert anyone.get(f"{first['links']['files']}/data.csv/content").data == b"first"
    record = anyone.get(first["links"]["self"]).get_json()
    assert record["versions"] == {"index": 1, "is_latest": True}
    again = begin(author, first)
    assert int(again["id"]) > int(draft["id"])
    assert again["versions"]["index"] == 2


def test_only_the_owner_begins_a_version(anyone: Caller, register: Callable[..., Caller], first: Json) -> None:
    for caller in (anyone, register("someone.else@example.org")):
        assert caller.post(first["links"]["versions"]).status_code == 403


def test_only_a_published_record_has_a_next_version(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    assert author.post(f"/api/records/{draft['id']}/versions").status_code == 404
