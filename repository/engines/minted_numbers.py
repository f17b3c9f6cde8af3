"""What was minted is remembered in the store, outside of the database that a restore takes back.

The mark ``minted/<H>`` says that numbers up to H may have been given out.  It is created before the first number above
the former mark is committed, in steps of `STEP` numbers, so that an ordinary draft writes nothing; the highest mark
counts.  The mark ``progress`` has the id of a recent fact.  A database whose newest fact is older than that, or whose
last number is more than a step below H, is older than the store: its numbers are not given out before
`repository restore --advance` has moved the sequence beyond H.  In between, the start of a server moves it.

A process compares when it mints for the first time; and when the table of numbers was made anew meanwhile, as a
restored dump does, or a number comes that is not above those that it gave out itself.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import structlog
from sqlalchemy import Connection

from repository.core.actor import SYSTEM
from repository.core.database.number_sequence import (
    ELSEWHERE,
    STOPPED,
    SequenceState,
    draw_numbers,
    move_forward,
    sequence_state,
)
from repository.core.database.site_marks import set_site_mark
from repository.core.errors import Conflict, Unavailable
from repository.core.unit_of_work import Database
from repository.engines.store.port import StoreMarks

STEP = 50
AT_ONCE = 2
"""numbers of one draft: a transaction that failed may have made the mark that covers its second one"""
MINTED, PROGRESS = "minted/", "progress"
PROGRESS_SECONDS = 3.0
FAILURE_SECONDS = 30.0
OLDER = (
    "The database is older than the store: identifiers that were given out could be given out again, so none are given"
    " out until the administrator has run `repository restore --advance`."
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store knows: the highest number that may be given out, and a recent fact."""

    high: int
    progress: int


class MintedNumbers:
    """The guard of one process's numbers; `require_own` raises `Unavailable` for a store of another site."""

    def __init__(
        self, marks: StoreMarks, require_own: Callable[[], None], seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._marks = marks
        self._require_own = require_own
        self._seconds = seconds
        self._covering = threading.Lock()
        self._covered = 0
        self._highest = 0
        self._place: str | None = None
        self._elsewhere = 0
        self._older_until = 0
        """the number that the sequence must reach before this process mints again"""
        self._has_news = True
        self._quiet_until = float("-inf")

    def draw(self, connection: Connection, count: int) -> Sequence[int]:
        """Return new numbers in ascending order, once a mark covers them."""
        self.require_current(connection)
        given_out = self._highest
        numbers, place = draw_numbers(connection, count)
        if place != self._place:
            self._compare(connection)
            if numbers[0] <= self._covered:
                move_forward(connection, self._covered)
                numbers, _ = draw_numbers(connection, count)
        if numbers[0] <= given_out:
            self._found_older(self._remembered().high)
        self._cover(numbers[-1])
        return numbers

    def require_current(self, connection: Connection) -> None:
        """Compare the database with the store, unless this process has done so."""
        if self._place is None:
            self._compare(connection)

    def is_doubtful(self, connection: Connection, owner: int) -> bool:
        """Return whether a lost copy of the database may have minted identifiers from the owner's number."""
        self.require_current(connection)
        return owner <= self._elsewhere

    def committed(self, number: int) -> None:
        """Remember that `number` and those before it were given out."""
        self._highest = max(self._highest, number)

    def secure(self, database: Database) -> None:
        """Move the sequence beyond all that was given out and lost; raise `Unavailable` if the database is older."""
        remembered = self._remembered()
        with database.transaction(SYSTEM) as unit:
            connection = unit.session.connection()
            state = sequence_state(connection)
            is_older = self._shows_older(state, remembered)
            if is_older:
                set_site_mark(connection, STOPPED, str(remembered.high))
            elif state.last < remembered.high:
                move_forward(connection, remembered.high)
        if is_older:
            self._found_older(remembered.high)
        self._forget_lower(remembered.high)

    def advance(self, database: Database) -> int:
        """Let an older database mint again, beyond all that the store remembers; return the last number passed over.

        What has no identifier yet gets one of a new number, for a lost copy may have minted from its own.  Raises
        `Unavailable` for a store of another site, or one that is not mounted: it remembers nothing of this database.
        """
        self._require_own()
        remembered = self._remembered()
        with database.transaction(SYSTEM) as unit:
            connection = unit.session.connection()
            state = sequence_state(connection)
            high = max(remembered.high, state.last, state.elsewhere)
            move_forward(connection, high)
            set_site_mark(connection, ELSEWHERE, str(high))
            set_site_mark(connection, STOPPED, None)
        self._marks.write(PROGRESS, str(state.newest_fact).encode())
        self._place = None
        return high

    def remember(self, high: int) -> None:
        """Let the store say that numbers up to `high` may have been given out."""
        with suppress(Conflict):  # it says so already
            self._marks.create(f"{MINTED}{high}", b"")

    def note_progress(self, database: Database, facts: int) -> None:
        """Write the mark of the newest fact, at most every few seconds, if there were new `facts`.

        It is tried again later while the store is away.
        """
        self._has_news = self._has_news or facts > 0
        if not self._has_news or self._seconds() < self._quiet_until:
            return
        try:
            self._write_progress(database)
        except Unavailable as error:
            self._quiet_until = self._seconds() + FAILURE_SECONDS
            log.warning("the store does not learn of new facts", reason=error.reason)
        else:
            self._quiet_until = self._seconds() + PROGRESS_SECONDS
            self._has_news = False

    def describe(self, database: Database) -> str:
        """Return how far numbers are; raises `Unavailable` while this database may not mint."""
        database.require_schema()
        remembered = self._remembered()
        with database.connection() as connection:
            state = sequence_state(connection)
        if self._shows_older(state, remembered):
            raise Unavailable(OLDER)
        return f"last number {state.last}, remembered up to {remembered.high}"

    def _write_progress(self, database: Database) -> None:
        database.require_schema()
        remembered = self._remembered()
        with database.connection() as connection:
            state = sequence_state(connection)
        if not self._shows_older(state, remembered):
            if state.newest_fact > remembered.progress:
                self._marks.write(PROGRESS, str(state.newest_fact).encode())
            self._forget_lower(remembered.high)
        elif not state.stopped:
            log.error("the database is older than the store", reason=OLDER)
            with database.transaction(SYSTEM) as unit:
                set_site_mark(unit.session.connection(), STOPPED, str(remembered.high))
            self._place = None

    def _compare(self, connection: Connection) -> None:
        """Take in the state of both; raise `Unavailable` if the database is older than the store."""
        self._require_own()
        remembered = self._remembered()  # before the state, which is never behind it then
        state = sequence_state(connection)
        if self._shows_older(state, remembered):
            self._found_older(remembered.high)
        self._covered = remembered.high
        self._elsewhere, self._place = state.elsewhere, state.place

    def _shows_older(self, state: SequenceState, remembered: Remembered) -> bool:
        # Once older, a database stays so until its sequence was moved: facts that it writes meanwhile prove nothing.
        if state.stopped or state.last < max(self._highest, self._older_until):
            return True
        return state.newest_fact < remembered.progress or remembered.high - state.last > STEP + AT_ONCE

    def _found_older(self, high: int) -> NoReturn:
        self._place, self._older_until = None, max(high, self._highest)
        raise Unavailable(OLDER)

    def _remembered(self) -> Remembered:
        highs = [int(name.removeprefix(MINTED)) for name in self._marks.names(MINTED)]
        return Remembered(max(highs, default=0), int(self._marks.read(PROGRESS) or 0))

    def _cover(self, number: int) -> None:
        if number <= self._covered:
            return
        with self._covering:
            high = -(-number // STEP) * STEP
            if high > self._covered:
                self.remember(high)
                self._covered = high

    def _forget_lower(self, high: int) -> None:
        for name in self._marks.names(MINTED):
            if int(name.removeprefix(MINTED)) < high:
                self._marks.remove(name)
