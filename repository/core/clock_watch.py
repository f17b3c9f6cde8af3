"""Whether this process's clock can be trusted with what cannot be undone.

A clock that leaps is seen by comparing it with two others: the newest moment that the database knows, and on PostgreSQL
the server's own clock.  The newest moment is a row that processes with a good clock move on once a minute.  Dates of
facts would not do: a fact that was written while the clock was wrong would vouch for the same wrong clock later.  Only
before there is a row, the newest fact stands for it, unless the dates of facts themselves have just leapt.

After a leap everything irreversible waits.  It goes on when one process has seen its clock go evenly for `HELD`, and no
other process has moved the row meanwhile: so does a site that was off for a week.  A command can confirm the clock.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

import structlog
from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.database.engine import Base
from repository.core.errors import Conflict
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database

LEAP = timedelta(days=1)
"""A moment further away from the newest known one is a leap."""
APART = timedelta(minutes=2)
"""Clocks of two machines may be so far apart."""
HELD = timedelta(hours=1)
EVENLY = timedelta(minutes=1)
NOTED_EVERY = timedelta(minutes=1)
CONFIRMED_FOR = timedelta(days=1)
_ONLY = 1
log = structlog.get_logger()


class TrustedMoment(Base):
    """The newest moment that was trusted, in one row.

    Until `confirmed_until` a person answers for a clock that differs from the database server's.
    """

    __tablename__ = "trusted_moment"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    confirmed_until: Mapped[datetime | None]


_ROW = cast(Table, TrustedMoment.__table__)
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class _Observation:
    """A leap as it was first seen: the clock, seconds of the monotonic clock, and the newest moment then."""

    now: datetime
    seconds: float
    known: datetime


class ClockWatch:
    """What one process has seen of its clock; `seconds` counts evenly, whatever the clock does."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._leap: _Observation | None = None
        self._lock = threading.Lock()

    def fault(self, database: Database) -> str:
        """Return why irreversible acts have to wait, empty if they need not; move the newest moment on."""
        with self._lock:
            now = clock.now()
            known, confirmed_until = _known(database)
            server = _server_time(database)
            if confirmed_until is not None and known is not None and known - LEAP <= now <= confirmed_until:
                server = None
            if server is not None and abs(now - server) > APART:
                return f"The clock says {_shown(now)}, and that of the database server {_shown(server)}."
            if known is None:
                known = _newest_vouched(database) or now
            if abs(now - known) > LEAP and not self._has_held(now, known):
                return f"The clock says {_shown(now)}, and the newest moment that is known was {_shown(known)}."
            self._leap = None
            _move(database, known, now)
            return ""

    def _has_held(self, now: datetime, known: datetime) -> bool:
        """Return whether the clock has gone evenly since the leap, and for long enough."""
        seconds, first = self._seconds(), self._leap
        if first is None or first.known != known:
            self._leap = _Observation(now, seconds, known)
            log.error("the clock has leapt: what cannot be undone waits", now=_shown(now), known=_shown(known))
            return False
        passed = timedelta(seconds=seconds - first.seconds)
        if abs((now - first.now) - passed) > EVENLY:
            self._leap = _Observation(now, seconds, known)
            return False
        return passed >= HELD


def confirm_clock(database: Database) -> datetime:
    """Make the present moment the newest known one, for a person has looked at the clock; return it."""
    now = clock.now()
    values = {"at": now, "confirmed_until": now + CONFIRMED_FOR}
    with database.transaction(SYSTEM) as unit:
        connection = unit.session.connection()
        if not connection.execute(update(_ROW).where(_ROW.c.id == _ONLY).values(**values)).rowcount:
            connection.execute(insert(_ROW), {"id": _ONLY, **values})
    return now


def newest_fact_from_the_future(database: Database) -> datetime | None:
    """Return the date of the newest fact if it is still to come by more than clocks differ."""
    newest = _newest_facts(database, 1)
    return newest[0] if newest and newest[0] > clock.now() + APART else None


_READ = select(_ROW.c.at, _ROW.c.confirmed_until).where(_ROW.c.id == _ONLY)


def _known(database: Database) -> tuple[datetime | None, datetime | None]:
    with database.connection() as connection:
        row = connection.execute(_READ).one_or_none()
    return (row.at, row.confirmed_until) if row else (None, None)


def _newest_vouched(database: Database) -> datetime | None:
    """Return the date of the newest fact, or of the one before a leap that has not held yet."""
    dates = _newest_facts(database, _LOOKED_AT)
    for later, earlier in pairwise(dates):
        if abs(later - earlier) > LEAP:
            return earlier
        if abs(dates[0] - earlier) >= HELD:
            break
    return dates[0] if dates else None


_NEWEST_FACTS = select(FactRow.at).order_by(FactRow.id.desc()).limit(bindparam("most"))


def _newest_facts(database: Database, most: int) -> Sequence[datetime]:
    with database.connection() as connection:
        return connection.scalars(_NEWEST_FACTS, {"most": most}).all()


def _server_time(database: Database) -> datetime | None:
    """Return what the database server's clock says; an embedded database has none of its own."""
    if database.engine.dialect.name == "sqlite":
        return None
    with database.connection() as connection:
        return connection.scalar(select(func.clock_timestamp()))


_MOVE = update(_ROW).where(_ROW.c.id == _ONLY).values(at=bindparam("moment"))


def _move(database: Database, known: datetime, now: datetime) -> None:
    """Keep `now` as the newest moment, once a minute; a moment back only after a leap back."""
    if _known(database)[0] is not None and (timedelta() <= known - now <= LEAP or abs(now - known) < NOTED_EVERY):
        return
    # Another process that makes the row first has made it of the same moment.
    with suppress(Conflict), database.transaction(SYSTEM) as unit:
        connection = unit.session.connection()
        if not connection.execute(_MOVE, {"moment": now}).rowcount:
            connection.execute(insert(_ROW), {"id": _ONLY, "at": now})


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
