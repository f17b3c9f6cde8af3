"""Keep a lease while the work that it is for goes on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger()


@contextmanager
def renewed(renew: Callable[[], object], every_seconds: float, **whose: object) -> Iterator[None]:
    """Call `renew` every `every_seconds` while the block runs, however long it takes; `whose` is for the log.

    A renewal that fails is logged, and the next one is tried.  While the database is away a lease may end, and its work
    may run twice.
    """
    done = threading.Event()

    def again() -> None:
        while not done.wait(every_seconds):
            try:
                renew()
            except Exception as error:
                log.warning("lease not renewed", exc_info=error, **whose)

    renewal = threading.Thread(target=again, name="lease", daemon=True)
    renewal.start()
    try:
        yield
    finally:
        done.set()
        # not for ever: a renewal may wait for a database that is away, and a late one does no harm
        renewal.join(every_seconds)
