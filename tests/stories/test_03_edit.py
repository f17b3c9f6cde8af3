"""A published description is corrected: same id, same files, a new revision beside the old one."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.records.model import VersionRevision
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

Json = dict[str, Any]


@pytest.fixture
def record(deposits: Deposits) -> Json:
    """A record with a mistake in its title."""
    return deposits.published(a_dataset(title="Bill dimensions of pinguins"), **{"data.csv": b"1,2"})


def edit(author: Caller, record: Json) -> Json:
    reply = author.post(record["links"]["draft"])
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def revisions(services: Services, record: Json) -> list[tuple[int, str]]:
    with services.database.snapshot(SYSTEM) as unit:
        rows = unit.session.scalars(
            select(VersionRevision)
            .where(VersionRevision.version_id == int(record["id"]))
            .order_by(VersionRevision.revision)
        ).all()
    return [(row.revision, row.description["title"]) for row in rows]


def test_a_mistake_is_corrected_under_the_same_identifiers(
    author: Caller,
    anyone: Caller,
    deposits: Deposits,
    record: Json,
    services: Services,
    settle: Callable[[], None],
) -> None:
    settle()
    draft = edit(author, record)
    assert draft["id"] == record["id"]
    assert (draft["is_draft"], draft["is_published"], draft["status"]) == (True, True, "published")
    assert draft["metadata"] == record["metadata"]
    assert draft["files"]["count"] == 1

    saved = author.put(draft["links"]["self"], json=a_dataset(title="Bill dimensions of penguins"))
    assert saved.status_code == 200
    assert anyone.get(record["links"]["self"]).get_json()["metadata"] == record["metadata"]

    corrected = deposits.publish(record["id"])
    settle()
    assert corrected["metadata"]["title"] == "Bill dimensions of penguins"
    assert corrected["revision_id"] > record["revision_id"]
    assert corrected["updated"] > record["updated"]
    for name in ("id", "created", "parent", "versions"):
        assert corrected[name] == record[name] or name == "parent"
    assert corrected["parent"]["id"] == record["parent"]["id"]
    assert {s: p["identifier"] for s, p in corrected["pids"].items()} == {
        s: p["identifier"] for s, p in record["pids"].items()
    }
    assert anyone.get(f"{record['links']['files']}/data.csv/content").data == b"1,2"
    assert revisions(services, record) == [
        (record["revision_id"], "Bill dimensions of pinguins"),
        (corrected["revision_id"], "Bill dimensions of penguins"),
    ]
    assert _found(anyone, "penguins") == [record["id"]]
    assert _found(anyone, "pinguins") == []


def _found(anyone: Caller, q: str) -> list[str]:
    body = anyone.get("/api/records", query_string={"q": q}).get_json()
    return [hit["id"] for hit in body["hits"]["hits"]]


def test_opening_a_correction_twice_gives_the_same_draft(author: Caller, record: Json) -> None:
    draft = edit(author, record)
    saved = author.put(draft["links"]["self"], json=a_dataset(title="Half way")).get_json()

    assert edit(author, record) == saved


def test_the_files_of_a_published_version_are_locked(author: Caller, anyone: Caller, record: Json) -> None:
    draft = edit(author, record)
    files = f"/api/records/{draft['id']}/draft/files"

    acts = [
        author.post(files, json=[{"key": "more.csv"}]),
        author.put(f"{files}/data.csv/content", data=b"other"),
        author.post(f"{files}/data.csv/commit"),
        author.put(f"{files}/data.csv", json={"metadata": {"a": 1}}),
        author.delete(f"{files}/data.csv"),
        author.delete(files),
    ]

    assert [reply.status_code for reply in acts] == [403] * len(acts)
    assert author.get(f"{files}/data.csv/content").data == b"1,2"
    assert anyone.get(f"{record['links']['files']}/data.csv/content").data == b"1,2"
    assert [entry["key"] for entry in author.get(files).get_json()["entries"]] == ["data.csv"]


def test_a_discarded_correction_leaves_the_record_as_it_was(
    author: Caller, anyone: Caller, record: Json, services: Services, settle: Callable[[], None]
) -> None:
    settle()
    before = anyone.get(record["links"]["self"]).get_json()
    draft = edit(author, record)
    author.put(draft["links"]["self"], json=a_dataset(title="A mistake"))

    assert author.delete(draft["links"]["self"]).status_code == 204
    settle()

    assert author.get(draft["links"]["self"]).status_code == 404
    assert anyone.get(record["links"]["self"]).get_json() == before
    assert anyone.get(f"{record['links']['files']}/data.csv/content").data == b"1,2"
    assert len(revisions(services, record)) == 1


def test_a_correction_that_is_incomplete_is_not_published(author: Caller, anyone: Caller, record: Json) -> None:
    draft = edit(author, record)
    author.patch(draft["links"]["self"], json={"metadata": {"title": None}})

    refused = author.post(draft["links"]["publish"])

    assert refused.status_code == 400
    assert [error["field"] for error in refused.get_json()["errors"]] == ["metadata.title"]
    assert anyone.get(record["links"]["self"]).get_json()["metadata"] == record["metadata"]


def test_revisions_only_grow(author: Caller, deposits: Deposits, record: Json) -> None:
    seen = [record["revision_id"]]
    for number in range(3):
        draft = edit(author, record)
        assert draft["revision_id"] > seen[-1]
        saved = author.patch(draft["links"]["self"], json={"metadata": {"version": str(number)}}).get_json()
        assert saved["revision_id"] > draft["revision_id"]
        seen.append(deposits.publish(record["id"])["revision_id"])
        assert seen[-1] > saved["revision_id"]


def test_an_older_version_is_corrected_without_becoming_the_latest(
    author: Caller, anyone: Caller, deposits: Deposits, record: Json
) -> None:
    following = author.post(record["links"]["versions"]).get_json()
    deposits.upload(following["id"])
    second = deposits.publish(following["id"])
    edit(author, record)
    author.patch(record["links"]["draft"], json={"metadata": {"title": "Superseded"}})

    corrected = deposits.publish(record["id"])

    assert corrected["versions"] == {"index": 1, "is_latest": False}
    latest = anyone.get(record["links"]["latest"])
    assert latest.headers["Location"] == second["links"]["self"]


def test_only_the_owner_corrects(anyone: Caller, register: Callable[..., Caller], author: Caller, record: Json) -> None:
    for caller in (anyone, register("someone.else@example.org")):
        assert caller.post(record["links"]["draft"]).status_code == 403
    edit(author, record)
    for caller in (anyone, register("another@example.org")):
        assert caller.post(record["links"]["draft"]).status_code == 403


def test_what_does_not_exist_cannot_be_corrected(author: Caller) -> None:
    assert author.post("/api/records/999999/draft").status_code == 404
