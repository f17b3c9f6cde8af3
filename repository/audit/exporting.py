"""The audit trail as JSON Lines: a line a seal in their order, and last the newest seal."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from repository.audit.queries import Head, SealedFact, sealed_facts
from repository.audit.rules import members_of, moment
from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database

BATCH = 1_000


def export_trail(database: Database, since: datetime | None, until: datetime | None) -> Iterator[bytes]:
    """Yield a line for each seal from `since` to before `until`, then one with the newest seal.

    ``{"seal": 7, "sealed": "…", "fact": 9, "forgettable": false, "digest": "…", "hash": "…", "row": {…}}``: the row's
    members are those of the digest, null for a row that was forgotten; times are those of the seals.
    """
    head = Head(0, "")
    first, end = moment(since) if since else "", moment(until) if until else "~"
    while sealed := _after(database, head.number):
        for one in sealed:
            head = Head(one.link.number, one.link.hash)
            if first <= moment(one.link.at) < end:
                yield _line(_sealed(one))
    yield _line({"head": {"seal": head.number, "hash": head.hash}})


def _after(database: Database, number: int) -> list[SealedFact]:
    with database.snapshot(SYSTEM) as snapshot:
        return list(sealed_facts(snapshot, number, BATCH))


def _sealed(one: SealedFact) -> Mapping[str, Any]:
    link = one.link
    return {
        "seal": link.number,
        "sealed": moment(link.at),
        "fact": link.fact_id,
        "forgettable": link.forgettable,
        "digest": link.digest,
        "hash": link.hash,
        "row": one.columns and members_of(one.columns),
    }


def _line(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, default=repr) + b"\n"
