"""Whether the store is ours, takes a few bytes, and gives them back."""

import secrets
import time

from repository.core.conditions import Condition, failed, well
from repository.core.errors import NoRoom, RepositoryError
from repository.engines.services import Services
from repository.engines.store.port import StoreMarks

TRIALS = "trial-"
LEFT_SECONDS = 86_400
"""A trial that is older was left by a process that was killed."""
REMEDY = "Mount or start the store, and look at REPOSITORY_STORE_URL, its keys and its disk; uploads wait."
CHANGED = "The store gives back other bytes than it took."


class StoreTrial:
    """Writes, reads and removes a mark of this process's own, which neither sweeps nor backups take for an object."""

    def __init__(self) -> None:
        self._name = f"{TRIALS}{int(time.time())}-{secrets.token_hex(8)}"
        self._is_first = True

    def works(self, services: Services) -> Condition:
        """Try the store, once it is known to be that of this site."""
        try:
            services.store.describe()
            is_same = self._try(services.store.marks)
        except NoRoom:
            return failed(
                "The store has no room left: uploads are refused, and all else goes on.",
                "Make room on its disk, or give it more; what is there is not lost.",
            )
        except RepositoryError as error:
            return failed(error.reason, REMEDY, stops=True)
        except OSError as error:
            return failed(f"The store cannot be used: {error.strerror}.", REMEDY, stops=True)
        if not is_same:
            return failed(CHANGED, "Stop the servers, and check the store's disk and memory.", stops=True)
        return well()

    def _try(self, marks: StoreMarks) -> bool:
        if self._is_first:
            _remove_left(marks)
            self._is_first = False
        content = secrets.token_bytes(32)
        marks.write(self._name, content)
        is_same = marks.read(self._name) == content
        marks.remove(self._name)
        return is_same


def _remove_left(marks: StoreMarks) -> None:
    for name in marks.names(TRIALS):
        begun = name.removeprefix(TRIALS).partition("-")[0]
        if begun.isdecimal() and int(begun) < time.time() - LEFT_SECONDS:
            marks.remove(name)
