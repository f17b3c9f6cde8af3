"""Seal facts that have no seal yet: each once, in the order of their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Executable, Table, bindparam, exists, func, insert, select, text

from repository.audit.model import AuditSeal
from repository.audit.queries import RAW, head_of, sealed_columns
from repository.audit.rules import BEGINNING, ChainLink, digest_of
from repository.core.actor import SYSTEM
from repository.core.errors import Conflict
from repository.core.facts import Fact, FactRow
from repository.core.unit_of_work import Database, UnitOfWork

BATCH = 500
LATE = timedelta(hours=1)
"""The longest that a transaction can have been open.  A fact that appears later behind sealed ones is never sealed."""
_LAST_NUMBER = (1 << 62) - 1
"""A seal beyond it was forged, and nothing follows it."""
_SEAL = cast(Table, AuditSeal.__table__)
log = structlog.get_logger()

_REACHED = select(func.coalesce(func.max(AuditSeal.fact_id), 0)).scalar_subquery()
_WAITS = select(exists().where(FactRow.id > _REACHED))
_NEXT = select(*RAW).where(FactRow.id > _REACHED).order_by(FactRow.id).limit(BATCH)


def seal_next(database: Database, kinds: Mapping[str, type[Fact]]) -> int:
    """Seal at most `BATCH` facts beyond the last sealed one; return how many.  Safe to run in several processes."""
    with database.connection() as connection:
        if not connection.scalar(_WAITS):
            return 0
    return _seal(database, kinds, _NEXT)


_OVERTAKEN = (
    select(*RAW)
    .where(FactRow.at > bindparam("since"), FactRow.id < _REACHED)
    .where(~exists().where(AuditSeal.fact_id == FactRow.id))
    .order_by(FactRow.id)
    .limit(BATCH)
)
"""Facts of transactions that drew their ids before, and committed after, one that is sealed."""


def seal_overtaken(database: Database, kinds: Mapping[str, type[Fact]], late: timedelta = LATE) -> int:
    """Seal facts that became visible after later ones had been sealed, and are not older than `late`; return how many.

    SQLite has one writer at a time, so there is no such fact.
    """
    if database.engine.dialect.name == "sqlite":
        return 0
    with database.snapshot(SYSTEM) as snapshot:
        since = snapshot.now - late
        if snapshot.session.execute(_OVERTAKEN, {"since": since}).first() is None:
            return 0
    return _seal(database, kinds, _OVERTAKEN, since=since)


_TURN = text(f"SELECT pg_try_advisory_xact_lock({163 << 52})")


def _seal(database: Database, kinds: Mapping[str, type[Fact]], query: Executable, **values: object) -> int:
    try:
        with database.transaction(SYSTEM) as unit:
            if unit.registers and not unit.session.scalar(_TURN):
                return 0  # another process seals, and may see more
            rows = unit.session.execute(query, values).all()
            _add_links(unit, rows, kinds)
    except Conflict as error:
        log.warning("facts could not be sealed", reason=error.reason)
        return 0
    return len(rows)


_INSERT = insert(_SEAL)
_SEALED = [field.name for field in fields(ChainLink)]


def _add_links(unit: UnitOfWork, rows: Sequence[Any], kinds: Mapping[str, type[Fact]]) -> None:
    head = head_of(unit)
    if not rows or head.number > _LAST_NUMBER:
        return
    number, previous = head.number, head.hash or BEGINNING
    seals = []
    for row in rows:
        number += 1
        known = kinds.get(row.kind)
        forgettable = known is not None and known.forgettable
        link = ChainLink(number, row.id, forgettable, unit.now, digest_of(sealed_columns(row)))
        previous = link.after(previous)
        seals.append({name: getattr(link, name) for name in _SEALED} | {"hash": previous})
    unit.session.connection().execute(_INSERT, seals)
