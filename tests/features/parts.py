"""Files that come in parts, as tests name and send them."""

import hashlib
from typing import Any

from repository.engines.store.port import MIN_PART_BYTES
from tests.conftest import Caller
from tests.contracts.bytestore_contract import content_of
from tests.features.steps import Json, base, begin

PART = MIN_PART_BYTES
CONTENT = content_of(PART + 7)
PARTS = {1: CONTENT[:PART], 2: CONTENT[PART:]}
SHA256 = hashlib.sha256(CONTENT).hexdigest()
KEY = "raw/bills.nc"
DIGESTS = [hashlib.md5(part, usedforsecurity=False).hexdigest() for part in PARTS.values()]


def named(size: int | None = len(CONTENT), key: str = KEY, **transfer: Any) -> Json:
    plan = {"type": "M", "parts": 2, "part_size": PART, **transfer}
    return {"key": key, "transfer": plan, **({} if size is None else {"size": size})}


def in_parts(caller: Caller, draft: Json, **said: Any) -> Json:
    """The file as its naming shows it."""
    reply = begin(caller, draft, named() | said)
    assert reply.status_code == 201, reply.text
    [entry] = reply.get_json()["entries"]
    return entry


def shown(caller: Caller, draft: Json) -> Json:
    reply = caller.get(f"{base(draft)}/{KEY}")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def put(caller: Caller, draft: Json, number: int, content: bytes | None = None, **options: Any) -> Any:
    data = PARTS[number] if content is None else content
    return caller.put(f"{base(draft)}/{KEY}/content/{number}", data=data, **options)


def sendable(entry: Json) -> list[int]:
    return [part["part"] for part in entry["links"]["parts"]]
