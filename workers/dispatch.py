"""Hand rows of the job table that are due over to the queues of calls, in batches of one kind.

The rows are marked first, in a transaction of their own; the call follows, so that a worker can run them at once.  If
the call is lost, the lease of its rows ends, and they are handed over again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import exists, select, update

from repository.audit.audit_keeper import AuditKeeper
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database
from repository.engines.minted_numbers import MintedNumbers
from repository.feature import Queue
from repository.features import JOBS
from repository.operation.model import Job, JobState
from repository.webhooks.note_facts import HookWalk
from workers.claiming import BATCH, DUE, IS_DUE, JobRow, locked, take, together
from workers.relay import BATCH as RELAYED
from workers.relay import relay
from workers.rq_queue import BatchCall, RqQueue
from workers.unknown_kinds import resume_known

HANDED = timedelta(seconds=60)
"""the lease of a row that was handed over"""
MOST = 200
"""rows that are handed over in one round of one queue"""
AT_ONCE: Mapping[Queue, timedelta] = dict.fromkeys(Queue, timedelta())
GATHERED: Mapping[Queue, timedelta] = {
    Queue.SOON: timedelta(),
    Queue.LONG: timedelta(seconds=2),
    Queue.IDLE: timedelta(seconds=2),
}
"""How long the first row of a queue may wait for others.  One change of the index costs the same for one document as
for many, and that is most of the cost: many records go together."""
PACE_SECONDS = 1.0
"""between two rounds with something to do"""


class RelayLoop:
    """The rounds of a relay: facts become rows, rows become calls.

    After a quiet second, a fact is passed on at once.  While much happens, facts are passed on once a second: one call
    and one change of the index for many records costs a third of one for each.
    """

    def __init__(
        self,
        database: Database,
        calls: RqQueue,
        seconds: Callable[[], float] = time.monotonic,
        numbers: MintedNumbers | None = None,
        audit: AuditKeeper | None = None,
    ) -> None:
        """`numbers` learns of new facts and `audit` seals them, if there are such; webhooks follow the seals."""
        self._database, self._calls, self._seconds, self._numbers = database, calls, seconds, numbers
        self._audit, self._hooks = audit, HookWalk(database)
        self._resting_until = seconds()
        self._resumed = False

    def round(self) -> bool:
        """Pass on what waits, unless a moment ago; return whether more waits than one round takes."""
        if self._seconds() < self._resting_until:
            return False
        self._resume()
        relayed = relay(self._database)
        handed = dispatch_jobs(self._database, self._calls, GATHERED)
        if self._numbers is not None:
            self._numbers.note_progress(self._database, relayed)
        if self._audit is not None:
            self._audit.round()
            self._hooks.round()
        if relayed >= RELAYED or handed >= MOST:
            return True
        if relayed or handed:
            self._resting_until = self._seconds() + PACE_SECONDS
        return False

    def _resume(self) -> None:
        """Let go on, once at the start, what another release set aside."""
        if not self._resumed:
            resume_known(self._database)
            self._resumed = True


def dispatch_jobs(database: Database, calls: RqQueue, gathered: Mapping[Queue, timedelta] = AT_ONCE) -> int:
    """Hand over rows that are due, as far as the queues have room; return how many.

    A queue whose first row has been due for less than `gathered` is left for later.  Safe to run in several processes.
    Raise `Unavailable` when the database or Redis does not answer.
    """
    return sum(_hand_over(database, calls, queue) for queue in Queue if _is_due(database, queue, gathered[queue]))


def _hand_over(database: Database, calls: RqQueue, queue: Queue) -> int:
    marked = _mark(database, queue, calls.room(queue))
    if marked:
        try:
            calls.put(queue, marked)
        except Unavailable:
            _take_back(database, marked)
            raise
    return sum(len(call.ids) for call in marked)


_IS_DUE = select(exists().where(IS_DUE))


def _is_due(database: Database, queue: Queue, since: timedelta) -> bool:
    with database.connection() as connection:
        return bool(connection.scalar(_IS_DUE, {"in_queue": queue.value, "at": clock.now() - since}))


def _mark(database: Database, queue: Queue, room: int) -> Sequence[BatchCall]:
    """Mark rows as handed over, and return the calls for them, at most `room`."""
    with database.transaction(SYSTEM) as unit:
        rows = locked(unit, DUE, MOST, in_queue=queue.value, at=unit.now)
        batches = [part for group in together(rows) for part in _parts(group)][:room]
        take(unit, [row for batch in batches for row in batch], HANDED, JobState.QUEUED)
    return [BatchCall(batch[0].name, [row.id for row in batch]) for batch in batches]


def _parts(rows: Sequence[JobRow]) -> Iterator[Sequence[JobRow]]:
    """Split rows of one kind into calls; a worker of another release may know a kind that is unknown here."""
    kind = JOBS.get(rows[0].name)
    most = kind.most if kind else BATCH
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


def _take_back(database: Database, calls: Sequence[BatchCall]) -> None:
    """Make rows due again if their calls could not be sent; a worker that got one may still claim them."""
    ids = [row_id for call in calls for row_id in call.ids]
    with database.transaction(SYSTEM) as unit:
        unit.session.execute(
            update(Job)
            .where(Job.id.in_(ids), Job.state == JobState.QUEUED.value)
            .values(state=JobState.WAITING.value, run_after=unit.now)
        )
