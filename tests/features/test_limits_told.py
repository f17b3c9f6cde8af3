"""All limits are told before a byte moves, and those of one dataset are kept."""

from collections.abc import Callable

import pytest

from repository.core.actor import Role
from repository.engines.services import Services
from repository.engines.store.port import MIN_PART_BYTES
from tests.conftest import Caller, Deposits
from tests.contracts.together import at_once
from tests.features.steps import Json, base, begin, commit, faults, objects, send

PART = MIN_PART_BYTES
NO_LIMITS = {"quota_size": None, "max_file_size": None, "max_files": None}


@pytest.fixture
def administrator(register: Callable[..., Caller]) -> Caller:
    return register("admin@example.org", role=Role.ADMINISTRATOR)


@pytest.fixture
def draft(deposits: Deposits) -> Json:
    return deposits.open()


def limit(administrator: Caller, draft: Json, **limits: object) -> Json:
    reply = administrator.post(f"/api/records/{draft['id']}/quota", json={**limits, "notes": "a test"})
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def test_the_public_is_told_all_limits_and_who_is_signed_in_what_they_use(
    anyone: Caller, author: Caller, draft: Json, services: Services
) -> None:
    body = anyone.get("/api/limits").get_json()
    assert "quota" not in body
    assert body["transfers"][:2] == ["L", "M"]
    assert body["files"]["file_bytes"] == services.site.max_file_bytes
    assert body["files"]["per_record"] == services.site.max_files
    assert (body["parts"]["most"], body["parts"]["min_bytes"], body["parts"]["direct"]) == (10_000, PART, False)
    assert body["seconds"]["upload"] == 30 * 86_400

    send(author, draft, "a.csv", b"12345")
    assert author.get("/api/limits").get_json()["quota"] == author.get("/api/user/quota").get_json()
    assert author.get("/api/limits").get_json()["quota"]["draft_bytes"]["used"] == 5


def test_a_datasets_own_limits_are_kept_before_a_byte_moves(
    author: Caller, administrator: Caller, draft: Json, services: Services
) -> None:
    kept = {"quota_size": 10, "max_file_size": 6, "max_files": 3}
    assert limit(administrator, draft, **kept) == kept

    large = begin(author, draft, {"key": "a", "size": 6}, {"key": "b", "size": 7})
    assert (large.status_code, list(faults(large.get_json()))) == (400, ["1.size"])
    much = begin(author, draft, {"key": "a", "size": 6}, {"key": "b", "size": 5})
    assert (much.status_code, much.get_json()["code"]) == (403, "record_bytes")
    parts = {"key": "c", "size": 7, "transfer": {"type": "M", "parts": 1, "part_size": 7}}
    assert begin(author, draft, parts).status_code == 400
    assert send(author, draft, "a", b"1234567").status_code in (400, 413)
    assert begin(author, draft, *({"key": str(number)} for number in range(4))).status_code == 400
    assert objects(services) == 0

    assert send(author, draft, "a", b"123456").status_code == 201
    over = send(author, draft, "b", b"12345")
    assert (over.status_code, over.get_json()["code"], over.get_json()["used"]) == (403, "record_bytes", 6)
    assert begin(author, draft, {"key": "c"}).status_code == 201  # of no declared size
    assert send(author, draft, "c", b"12345").status_code == 403
    assert send(author, draft, "c", b"1234").status_code == 200
    assert commit(author, draft, "c").status_code == 200
    assert objects(services) == 2
    assert limit(administrator, draft) == NO_LIMITS
    assert send(author, draft, "d", b"1234567").status_code == 201


def test_bytes_that_are_to_come_in_parts_are_counted_from_their_naming(
    author: Caller, administrator: Caller, draft: Json
) -> None:
    limit(administrator, draft, quota_size=10)

    def naming(key: str) -> Callable[[], int]:
        file = {"key": key, "size": 6, "transfer": {"type": "M", "parts": 1, "part_size": 6}}
        return lambda: int(begin(Caller(author.http.application.test_client(), author.token), draft, file).status_code)

    assert sorted(at_once(naming("a"), naming("b"))) == [201, 403]
    assert send(author, draft, "c", b"12345").status_code == 403
    assert send(author, draft, "d", b"1234").status_code == 201
    [key] = [
        entry["key"] for entry in author.get(base(draft)).get_json()["entries"] if entry["transfer"]["type"] == "M"
    ]
    assert author.delete(f"{base(draft)}/{key}").status_code == 204
    assert send(author, draft, "c", b"123456").status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quota_size": -1}, "quota_size"),
        ({"quota_size": "5"}, "quota_size"),
        ({"max_file_size": 0}, "max_file_size"),
        ({"max_files": 1 << 40}, "max_files"),
        ({"notes": "x" * 1001}, "notes"),
    ],
)
def test_odd_limits_are_refused(administrator: Caller, draft: Json, body: Json, field: str) -> None:
    refused = administrator.post(f"/api/records/{draft['id']}/quota", json=body)
    assert (refused.status_code, list(faults(refused.get_json()))) == (400, [field])


def test_only_administrators_set_limits_of_datasets_that_exist(
    author: Caller, administrator: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    assert author.post(f"/api/records/{record['id']}/quota", json={"quota_size": 1}).status_code == 403
    assert administrator.post("/api/records/999/quota", json={"quota_size": 1}).status_code == 404
    assert limit(administrator, record, max_files=5)["max_files"] == 5
    assert limit(administrator, record["parent"], max_files=6)["max_files"] == 6
