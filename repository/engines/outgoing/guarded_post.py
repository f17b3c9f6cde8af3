"""One POST to an address that somebody chose.

The name is resolved once, every address of it must be allowed, and the connection goes to one of these: a name that
leads elsewhere a moment later does not matter.  Nothing is redirected, little is read, and all of it ends in time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer

from repository.core.errors import Unavailable
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.pinned_connection import cause_of_silence, pinned, target_of

WHOLE_SECONDS = 15.0
MOST_READ = 2_048
"""bytes of a reply"""


@dataclass(frozen=True, slots=True)
class PostReply:
    """What the other side answered: a status, and the beginning of its text."""

    status: int
    text: str

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


class GuardedPost:
    """Posts to addresses that `guard` allows; a call takes no longer than `seconds`."""

    def __init__(self, guard: CallGuard, seconds: float = WHOLE_SECONDS) -> None:
        self.guard = guard
        self._seconds = seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> PostReply:
        """Send the body once.

        Raise `Unsuitable` for an address that may not be called, `Unavailable` for one that does not answer.
        """
        connection = pinned(self.guard, url)
        timer = Timer(self._seconds, connection.cut)
        timer.daemon = True
        timer.start()
        try:
            return _reply(connection, target_of(url), body, headers)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(cause_of_silence(error)) from None
        finally:
            timer.cancel()
            connection.close()


def _reply(connection: HTTPConnection, target: str, body: bytes, headers: Mapping[str, str]) -> PostReply:
    connection.request("POST", target, body, {"Connection": "close", "Accept-Encoding": "identity", **headers})
    response = connection.getresponse()
    text = response.read(MOST_READ).decode("utf-8", "replace")
    return PostReply(response.status, text)
