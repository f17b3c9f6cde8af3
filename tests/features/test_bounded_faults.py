"""Whatever is wrong, the faults are bounded, the rest is counted in words, and what was sent is kept once."""

from typing import Any

import orjson
import pytest

from repository.core.errors import LONGEST_FIELD, LONGEST_MESSAGE, MOST_FAULTS, SENT, FieldError, Invalid, bounded
from repository.deposits.draft_bodies import MOST_BYTES
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json

pytestmark = pytest.mark.slow
COUNTING = "more faults are not listed."


def counted(errors: list[Json]) -> int:
    """Faults that are told: listed, or counted by others."""
    numbers = [int(error["messages"][0].split()[0]) for error in errors if error["messages"][0].endswith(COUNTING)]
    return len(errors) - len(numbers) + sum(numbers)


def many(prefix: str) -> Json:
    return {f"{prefix}{number}": number for number in range(3_000)}


@pytest.mark.parametrize(
    "body",
    [
        {"metadata": many("x")},
        {"metadata": {"creators": [{}] * 3_000}},
        {"metadata": {"subjects": [{"subject": 1}] * 1_000, **many("x")}},
        {"access": many("x")},
        {"files": many("x")},
        {"custom_fields": many("x")},
        {"pids": many("x")},
        {"pids": {"doi": many("x")}},
        many("x"),
        {part: many("x") for part in ("metadata", "access", "files", "custom_fields", "pids")} | many("y"),
    ],
)
def test_a_draft_keeps_a_bounded_number_of_faults(author: Caller, body: Any) -> None:
    opened = author.post("/api/records", json=body)
    assert opened.status_code == 201
    path, draft = f"/api/records/{opened.get_json()['id']}/draft", opened.get_json()
    for reply in (opened, author.get(path), author.put(path, json=body), author.patch(path, json=body)):
        errors = reply.get_json()["errors"]
        assert len(errors) <= MOST_FAULTS
        assert any(error["messages"][0].endswith(COUNTING) for error in errors)
        assert counted(errors) >= 1_900
        assert len(reply.data) < 8 * len(orjson.dumps(body)) + 300_000
    refused = author.post(f"{path}/actions/publish")
    assert refused.status_code == 400
    assert len(refused.get_json()["errors"]) <= MOST_FAULTS
    for part in ("pids", "files", "access"):
        sent = body.get(part, {})
        assert {name: draft[part].get(name) for name in sent} == sent


def test_a_large_value_with_many_faults_is_stored_once(author: Caller) -> None:
    value = {f"member {number}": "x" * 1_000 for number in range(900)}
    opened = author.post("/api/records", json={"pids": {"doi": value}})
    assert opened.status_code == 201
    assert opened.get_json()["pids"]["doi"] == value
    assert len(opened.data) < 3_000_000


def test_a_draft_does_not_grow_without_end(author: Caller) -> None:
    path = f"/api/records/{author.post('/api/records', json={}).get_json()['id']}/draft"
    codes = []
    for number in range(4):
        more = {f"field {number}": ["x" * 1_000] * 3_500}
        codes.append(author.patch(path, json={"metadata": more}).status_code)
    assert codes == [200, 200, 413, 413]
    refused = author.patch(path, json={"custom_fields": more})
    assert refused.status_code == 413
    assert str(MOST_BYTES) in refused.get_json()["message"]
    assert len(author.get(path).data) < MOST_BYTES + 100_000


def test_paths_and_messages_that_repeat_what_was_sent_are_cut(author: Caller) -> None:
    name = "n" * 100_000
    draft = author.post("/api/records", json={"metadata": {name: 1}, "custom_fields": {name: 1}}).get_json()
    assert draft["metadata"] == {name: 1}
    for error in draft["errors"]:
        assert len(error["field"]) <= LONGEST_FIELD
        assert all(len(message) <= LONGEST_MESSAGE for message in error["messages"])


def test_errors_of_many_files_are_bounded(author: Caller, deposits: Deposits) -> None:
    files = f"/api/records/{deposits.open()['id']}/draft/files"
    wrong = {"key": 1, "size": "x", "checksum": "x", "access": {"hidden": 3, "a": 1}}
    refused = author.post(files, json=[wrong] * 1_000)
    assert refused.status_code == 400
    errors = refused.get_json()["errors"]
    assert len(errors) == MOST_FAULTS
    assert errors[-1]["messages"] == ["4001 more faults are not listed."]
    refused = author.post(files, json=[{"key": "\u202e" * 300}] * 1_000)
    assert len(refused.data) < 200_000


def test_a_count_in_chinese(author: Caller) -> None:
    draft = author.post("/api/records", json={"custom_fields": many("x")}, headers={"Accept-Language": "zh"}).get_json()
    assert any("另有" in error["messages"][0] for error in draft["errors"])


def test_forgetting_an_identifier_leaves_the_others(author: Caller) -> None:
    body = a_dataset() | {"pids": many("x") | {"doi": {"identifier": "no", "provider": "external"}}}
    draft = author.post("/api/records", json=body).get_json()
    path = f"/api/records/{draft['id']}/draft"
    assert author.post(f"{path}/pids/doi").status_code == 201
    pids = author.get(path).get_json()["pids"]
    assert pids["doi"]["identifier"].startswith("10.5072/")
    assert {name: pids[name] for name in many("x")} == many("x")


def test_counted_faults_add_up_and_keep_what_was_sent() -> None:
    faults = [FieldError("pids.a", ("x",), sent={str(n): n}) for n in range(1_500)]
    once = bounded(faults, ("pids", "files"))
    twice = bounded([*once, *[FieldError.of("files.x", "x")] * 10], ("pids", "files"))
    assert len(once) == len(twice) == MOST_FAULTS
    assert sum(fault.others or 1 for fault in twice) == 1_510
    kept = {name for fault in twice for name in fault.sent or {}}
    assert len(kept) == 1_500
    assert SENT in once[-1].as_json()


def test_only_harmless_faults_make_a_harmless_count() -> None:
    harmless = [FieldError("files.x", ("x",), harmless=True)] * 1_100
    assert bounded(harmless, ("files",))[-1].harmless
    assert not bounded([*harmless, FieldError.of("files.x", "x")], ("files",))[-1].harmless


def test_no_error_of_a_request_is_endless() -> None:
    assert len(bounded(Invalid(errors=[FieldError.of("x", "x" * 5_000)] * 5_000).errors)) == MOST_FAULTS
