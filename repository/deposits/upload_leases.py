"""One request at a time sends bytes of a resumable upload.

Who sends holds the upload by a lease in the database, and renews it while the transfer goes on, however long that
takes.  The lease of a process that was killed ends at once for requests to the same machine, which can tell that it
is gone, and after `LEASE` for all others.  A request that finds the upload held waits a little, because a connection
that was just cut has its last bytes still on their way into the store.  It also leaves word that it waits: a holder
whose client has sent nothing for `IDLE_SECONDS` then ends, for such a client may be gone without a sign.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import cast

from sqlalchemy import Table, bindparam, select, update

from repository.core.actor import SYSTEM
from repository.core.errors import Busy, Unavailable
from repository.core.lease_renewal import renewed
from repository.core.process_identity import has_ended, own_process
from repository.core.unit_of_work import Database, Snapshot
from repository.deposits.model import ResumableUpload
from repository.files.model import Upload, UploadState

LEASE = timedelta(seconds=60)
RENEWED_EVERY_SECONDS = 15.0
IDLE_SECONDS = 3.0
SURE_SECONDS = 50.0
"""How long after its last renewal a holder may still write: less than `LEASE`."""
PATIENCE_SECONDS = 2.0
_AGAIN_SECONDS = 0.05
LIFETIME = timedelta(days=7)
"""An upload that nobody goes on with for so long is given up."""


class HeldUpload:
    """An upload that this request holds."""

    def __init__(self, database: Database, upload_id: int, holder: str, stop: Callable[[], None]) -> None:
        """`stop` ends the wait for the client, from another thread."""
        self._database = database
        self._place = {"upload": upload_id, "own": holder}
        self._renewed = time.monotonic()
        self._sure_until = self._renewed + SURE_SECONDS
        self._stop = stop
        self.received = 0
        """bytes that have come so far; whoever reads them counts"""
        self._seen = -1

    def require(self) -> None:
        """Raise `Unavailable` if the lease could not be renewed in time: another request may hold the upload."""
        if time.monotonic() > self._sure_until:
            raise Unavailable("The upload could not be held any longer. Please ask for its offset, and go on there.")

    def look(self) -> None:
        """Renew the lease when it is time, and stop if another request waits for a client that sends nothing."""
        if time.monotonic() >= self._renewed + RENEWED_EVERY_SECONDS:
            self.renew()
        before, self._seen = self._seen, self.received
        if before == self._seen and self._is_awaited():
            self._stop()

    def _is_awaited(self) -> bool:
        with self._database.connection() as connection:
            return bool(connection.scalar(_AWAITED, self._place))

    def renew(self) -> None:
        """Hold the upload for another `LEASE`, unless another request holds it now."""
        began = self._renewed = time.monotonic()
        with self._database.transaction(SYSTEM) as unit:
            renewal = unit.session.connection().execute(_RENEW, {**self._place, "until": unit.now + LEASE})
        self._sure_until = began + SURE_SECONDS if renewal.rowcount else 0.0

    def release(self) -> None:
        """Let the next request hold the upload."""
        with self._database.transaction(SYSTEM) as unit:
            unit.session.connection().execute(_RELEASE, self._place)


@contextmanager
def held(database: Database, upload_id: int, stop: Callable[[], None]) -> Iterator[HeldUpload | None]:
    """Hold an upload while the block runs; None if it takes no bytes any more.  `stop` as `HeldUpload` has it.

    Raises `Busy` if another request holds it and does not end within `PATIENCE_SECONDS`.
    """
    holder = f"{own_process()} {secrets.token_hex(16)}"
    if not _taken(database, upload_id, holder):
        yield None
        return
    upload = HeldUpload(database, upload_id, holder, stop)
    try:
        with renewed(upload.look, IDLE_SECONDS, upload=upload_id):
            yield upload
    finally:
        upload.release()


def await_free(database: Database, upload_id: int, *, asks: bool = False) -> bool:
    """Wait until nobody holds the upload, but no longer than `PATIENCE_SECONDS`; return whether nobody does.

    One who `asks` leaves word of it for a holder whose client sends nothing.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_free(database, upload_id):
        if asks:
            asks = False
            with database.transaction(SYSTEM) as unit:
                unit.session.connection().execute(_ASK, {"upload": upload_id})
        if time.monotonic() >= deadline:
            return False
        Event().wait(_AGAIN_SECONDS)
    return True


def _taken(database: Database, upload_id: int, holder: str) -> bool:
    """Take the upload for `holder`; return False if it takes no bytes any more, raise `Busy` if it is held."""
    while await_free(database, upload_id, asks=True):
        with database.transaction(SYSTEM) as unit:
            if unit.session.scalar(_LOCKED, {"upload": upload_id}) != UploadState.OPEN:
                return False
            if _free(unit, upload_id):  # else another request was faster
                connection = unit.session.connection()
                connection.execute(_TAKE, {"upload": upload_id, "holder": holder, "until": unit.now + LEASE})
                connection.execute(_PROLONG, {"upload": upload_id, "expiry": unit.now + LIFETIME})
                return True
    raise Busy("Another request sends bytes of this upload right now. Please try again in a moment.")


def _is_free(database: Database, upload_id: int) -> bool:
    with database.query(SYSTEM) as snapshot:
        return _free(snapshot, upload_id)


def _free(snapshot: Snapshot, upload_id: int) -> bool:
    """Return whether nobody holds the upload, or only a process that has ended, or a lease that is over."""
    row = snapshot.session.connection().execute(_HOLDER, {"upload": upload_id}).one_or_none()
    if row is None or not row.holder or row.held_until <= snapshot.now:
        return True
    return has_ended(row.holder.rpartition(" ")[0])


_HELD = cast(Table, ResumableUpload.__table__)
_UPLOAD = cast(Table, Upload.__table__)
_HOLDER = select(_HELD.c.holder, _HELD.c.held_until).where(_HELD.c.upload_id == bindparam("upload"))
_LOCKED = select(_UPLOAD.c.state).where(_UPLOAD.c.id == bindparam("upload")).with_for_update()
_TAKE = (
    update(_HELD)
    .where(_HELD.c.upload_id == bindparam("upload"))
    .values(holder=bindparam("holder"), held_until=bindparam("until"), is_awaited=False)
)
_ASK = update(_HELD).where(_HELD.c.upload_id == bindparam("upload")).values(is_awaited=True)
_AWAITED = select(_HELD.c.is_awaited).where(
    _HELD.c.upload_id == bindparam("upload"), _HELD.c.holder == bindparam("own")
)
_PROLONG = update(_UPLOAD).where(_UPLOAD.c.id == bindparam("upload")).values(expires=bindparam("expiry"))
_OWN = update(_HELD).where(_HELD.c.upload_id == bindparam("upload"), _HELD.c.holder == bindparam("own"))
_RENEW = _OWN.values(held_until=bindparam("until"))
_RELEASE = _OWN.values(holder="", held_until=None)
