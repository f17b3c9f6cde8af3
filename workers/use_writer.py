"""A thread of every server process that writes down when tokens were last used, apart from requests."""

import threading

from repository.engines.services import Services
from repository.people.token_upkeep import write_token_uses
from workers.loop import repeat_until

PAUSE_SECONDS = 60.0


def start_writing_uses(services: Services) -> threading.Event:
    """Start the thread; return what ends it.  It is a daemon: the uses of the last minute may be lost with it."""
    ending = threading.Event()

    def write() -> int:
        write_token_uses(services.database, services.token_uses)
        return 0

    thread = threading.Thread(target=repeat_until, args=(write, ending, PAUSE_SECONDS), name="token-uses", daemon=True)
    thread.start()
    return ending
