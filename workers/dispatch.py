"""From the job table to the queues of calls: rows that are due are handed over, in batches of one kind.

The rows are marked first, in a transaction of their own, and called for after it: a worker can run them at once.  When
the call is lost on its way or later, the lease of its rows ends, and they are handed over again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import exists, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database
from workers.claiming import BATCH, DUE, IS_DUE, Found, locked, take, together
from workers.jobs import JOBS, Queue
from workers.model import Job, JobState
from workers.relay import BATCH as RELAYED
from workers.relay import relay
from workers.rq_queue import BatchCall, RqQueue

HANDED = timedelta(seconds=60)
"""the lease of a row that was handed over"""
MOST = 200
"""rows that are handed over in one round of one queue"""
AT_ONCE: Mapping[Queue, timedelta] = dict.fromkeys(Queue, timedelta())
GATHERED: Mapping[Queue, timedelta] = {Queue.SOON: timedelta(), Queue.LONG: timedelta(seconds=2)}
"""How long the first row of a queue may wait for others.  What many records need is done together: the index shows one
change of many documents for what it shows one for, and that is most of what a change costs."""
PACE_SECONDS = 1.0
"""between two rounds that found something to do"""
_IS_DUE = select(exists().where(IS_DUE))


class RelayLoop:
    """The rounds of a relay: facts to rows, rows to calls.

    What happens after a quiet second is passed on at once.  While much happens it is passed on once a second, in one
    call and one change of the index for many records instead of one for each: a third of what a publication costs.
    """

    def __init__(self, database: Database, calls: RqQueue, seconds: Callable[[], float] = time.monotonic) -> None:
        self._database, self._calls, self._seconds = database, calls, seconds
        self._resting_until = seconds()

    def round(self) -> bool:
        """Pass on what waits, unless something was a moment ago; returns whether more waits than one round takes."""
        if self._seconds() < self._resting_until:
            return False
        relayed = relay(self._database)
        handed = dispatch_jobs(self._database, self._calls, GATHERED)
        if relayed >= RELAYED or handed >= MOST:
            return True
        if relayed or handed:
            self._resting_until = self._seconds() + PACE_SECONDS
        return False


def dispatch_jobs(database: Database, calls: RqQueue, gathered: Mapping[Queue, timedelta] = AT_ONCE) -> int:
    """Hand over rows that are due, as far as the queues have room, once the first of a queue is due for as long as
    `gathered` says; returns how many.

    Safe to run in several processes.  Raises `Unavailable` when the database or Redis does not answer.
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


def _is_due(database: Database, queue: Queue, since: timedelta) -> bool:
    with database.connection() as connection:
        return bool(connection.scalar(_IS_DUE, {"queue": queue.value, "at": clock.now() - since}))


def _mark(database: Database, queue: Queue, room: int) -> Sequence[BatchCall]:
    """Mark rows as handed over, and say what is to be called for: at most `room` calls."""
    with database.transaction(SYSTEM) as unit:
        rows = locked(unit, DUE, MOST, queue=queue.value, at=unit.now)
        batches = [part for group in together(rows) for part in _parts(group)][:room]
        take(unit, [row for batch in batches for row in batch], HANDED, JobState.QUEUED)
    return [BatchCall(batch[0].name, [row.id for row in batch]) for batch in batches]


def _parts(rows: Sequence[Found]) -> Iterator[Sequence[Found]]:
    """Rows of one kind, as many as go together; of a kind that nobody knows the worker tells."""
    kind = JOBS.get(rows[0].name)
    most = kind.most if kind else BATCH
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


def _take_back(database: Database, calls: Sequence[BatchCall]) -> None:
    """What could not be called for is due at once; a worker that was called nevertheless has claimed it, or may."""
    ids = [row_id for call in calls for row_id in call.ids]
    with database.transaction(SYSTEM) as unit:
        unit.session.execute(
            update(Job)
            .where(Job.id.in_(ids), Job.state == JobState.QUEUED.value)
            .values(state=JobState.WAITING.value, run_after=unit.now)
        )
