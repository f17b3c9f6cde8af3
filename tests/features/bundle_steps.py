"""What tests of bundles do again and again."""

from typing import Any

from repository.core.actor import GRANTABLE, SYSTEM, Actor
from repository.engines.services import Services
from repository.people.model import Person
from repository.people.queries import person_by_email
from tests.conftest import Caller
from tests.features.steps import Json, base
from tests.features.tars import TAR

FILES = {"a.csv": b"depth\n5\n", "raw/\u6d77\u6d0b.csv": b"salinity\n35.1\n", "raw/empty.txt": b""}


def bundle(caller: Caller, draft: Json, body: bytes, **headers: str) -> Any:
    return caller.post(f"{base(draft)}-bundle", data=body, content_type=TAR, headers=headers)


def outcomes(reply: Any) -> dict[str, str]:
    assert reply.status_code == 200, reply.text
    return {entry["key"]: entry["status"] for entry in reply.get_json()["entries"]}


def reasons(reply: Any) -> dict[str, str]:
    """Key -> reason, of the refused files."""
    assert reply.status_code == 200, reply.text
    return {entry["key"]: entry["reason"] for entry in reply.get_json()["entries"] if "reason" in entry}


def person_of(services: Services) -> Person:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, "author@example.org")
    assert person is not None
    return person


def actor_of(services: Services) -> Actor:
    return Actor(person_of(services).id, scopes=frozenset(GRANTABLE))


def used(author: Caller) -> int:
    return author.get("/api/user/quota").get_json()["draft_bytes"]["used"]


def keys(author: Caller, draft: Json) -> list[str]:
    return sorted(entry["key"] for entry in author.get(base(draft)).get_json()["entries"])
