"""Files of published versions are linked into a draft by whoever may read them; no byte moves."""

from collections.abc import Callable
from typing import Any

import pytest

from config.settings import Settings
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, base, begin, faults, objects

pytestmark = pytest.mark.slow

CONTENT = b"depth,salinity\n5,35.1\n"
RESTRICTED = {"access": {"record": "public", "files": "restricted"}}
NOT_THERE = "There is no such file, or it is not yours to read."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A quota that has room for the sent file, and no more."""
    return settings.model_copy(update={"max_draft_bytes_per_person": len(CONTENT) + 3})


def link(key: str, record: Json, of: str | None = None, **declared: Any) -> Json:
    return {"key": key, "transfer": {"type": "C", "record": record["id"], "key": of}, **declared}


def totals(caller: Caller, draft: Json) -> tuple[int, int, list[str]]:
    files = caller.get(f"/api/records/{draft['id']}/draft").get_json()["files"]
    return files["count"], files["total_bytes"], sorted(files["entries"])


def test_many_files_are_linked_beside_one_to_be_sent_and_cost_nothing(
    author: Caller, register: Callable[..., Caller], deposits: Deposits, services: Services
) -> None:
    source = deposits.published(**{"a.csv": CONTENT, "b.csv": b"b"})
    reader = Deposits(register("reader@example.org"))
    draft, before = reader.open(), objects(services)

    begun = begin(
        reader.caller, draft, link("a.csv", source), link("old/b.csv", source, "b.csv", size=1), {"key": "new.csv"}
    )

    assert begun.status_code == 201, begun.text
    states = {file["key"]: (file["status"], file.get("size")) for file in begun.get_json()["entries"]}
    assert states == {"a.csv": ("completed", len(CONTENT)), "old/b.csv": ("completed", 1), "new.csv": ("pending", None)}
    assert objects(services) == before
    assert reader.caller.get("/api/user/quota").get_json()["draft_bytes"]["used"] == 0
    assert totals(reader.caller, draft) == (3, len(CONTENT) + 1, ["a.csv", "old/b.csv"])
    assert reader.caller.get(f"{base(draft)}/old/b.csv/content").data == b"b"
    reader.caller.delete(f"{base(draft)}/new.csv")
    assert reader.caller.delete(f"{base(draft)}/old/b.csv").status_code == 204
    assert totals(reader.caller, draft) == (1, len(CONTENT), ["a.csv"])
    record = reader.publish(draft["id"])
    assert author.get(f"/api/records/{record['id']}/files/a.csv/content").data == CONTENT
    assert author.get(f"/api/records/{source['id']}/files/b.csv/content").data == b"b"


def test_what_one_may_not_read_is_as_if_it_were_not_there(
    author: Caller, register: Callable[..., Caller], deposits: Deposits
) -> None:
    closed = deposits.published(a_dataset() | RESTRICTED, **{"a.csv": b"1"})
    half = deposits.open()
    deposits.upload(half["id"], "seen.csv", b"2")
    deposits.upload(half["id"], "a.csv", b"3", access={"hidden": True})
    half = deposits.publish(half["id"])
    gone = deposits.published(**{"a.csv": b"4"})
    author.delete(f"/api/records/{gone['id']}/delete", json={"removal_reason": {"id": "spam"}})
    unpublished = deposits.open()
    deposits.upload(unpublished["id"], "a.csv", b"5")
    other = Deposits(register("other@example.org"))
    draft, told = other.open(), set()

    for record in (
        closed,
        half,
        gone,
        unpublished,
        half["parent"],
        {"id": "999999"},
        {"id": "x"},
        {"id": "12345678901234567890"},
    ):
        refused = begin(
            other.caller, draft, {"key": "sent.csv"}, link("a.csv", record), link("b.csv", half, "seen.csv")
        )
        assert refused.status_code == 404, refused.text
        told.add((refused.get_json()["message"], str(refused.get_json()["errors"])))
    assert told == {(NOT_THERE, str([{"field": "1.transfer", "messages": [NOT_THERE], "code": "no_file_not_yours"}]))}
    assert totals(other.caller, draft) == (0, 0, [])

    own = deposits.open()
    assert begin(author, own, link("a.csv", closed), link("b.csv", half, "a.csv")).status_code == 201
    assert begin(other.caller, draft, link("b.csv", half, "seen.csv")).status_code == 201


def test_a_link_that_is_not_as_declared_or_has_no_place_links_nothing(author: Caller, deposits: Deposits) -> None:
    source = deposits.published(**{"a.csv": CONTENT})
    draft = deposits.open()
    for wrong, field in (
        (link("a.csv", source, size=1), "1.size"),
        (link("a.csv", source, checksum="md5:" + "0" * 32), "1.checksum"),
        ({"key": "a.csv", "transfer": {"type": "C"}}, "1.transfer.record"),
        ({"key": "a.csv", "transfer": {"type": "C", "record": ["1"]}}, "1.transfer.record"),
        (link("b.csv/a.csv", source, "a.csv"), "1.key"),
        (link("../a.csv", source, "a.csv"), "1.key"),
    ):
        refused = begin(author, draft, link("b.csv", source, "a.csv"), wrong)
        assert (refused.status_code, list(faults(refused.get_json()))) == (400, [field]), refused.text
    many = [link(f"{number}.csv", {"id": str(number)}) for number in range(1, 22)]
    assert list(faults(begin(author, draft, *many).get_json())) == ["_schema"]
    assert totals(author, draft) == (0, 0, [])
