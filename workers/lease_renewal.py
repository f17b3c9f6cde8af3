"""Keeping a lease while what it is for goes on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger()


@contextmanager
def renewed(renew: Callable[[], object], every_seconds: float, **whose: object) -> Iterator[None]:
    """Call `renew` every so often while the block runs, however long it takes; `whose` is for the log.

    While the database is away a lease may end, and what it is for may run twice: renewing is tried again all the same.
    """
    done = threading.Event()

    def again() -> None:
        while not done.wait(every_seconds):
            try:
                renew()
            except Exception as error:
                log.warning("lease not renewed", exc_info=error, **whose)

    keeper = threading.Thread(target=again, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        # not for ever: a renewal may wait for a database that is away, and coming late it does no harm
        keeper.join(every_seconds)
