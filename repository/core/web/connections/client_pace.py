"""How fast a client must bring its request and take its answer, else it is cut.

A client is cut whose bytes of a whole window are fewer than `LEAST_RATE` times its seconds; only the time counts in
which the server waits for the client.  A line that is slow but alive (some kB/s) is never cut.
"""

import fcntl
import struct
import termios
import time
from socket import socket

LEAST_RATE = 1000
"""Bytes per second, over a window."""
RECEIVE_MOST = 1 << 20


class ClientTooSlow(Exception):
    """The client brought or took too little in a whole window."""


class ClientPace:
    """The window of one transfer: seconds of waiting for the client, and the bytes that came of them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._least = int(seconds * LEAST_RATE)
        self._waited = 0.0
        self._moved = 0

    def receive(self, source: socket, size: int) -> bytes:
        """Return what comes next from a client; raise `ClientTooSlow` at the end of a window that brought too little.

        Another thread than that of the poller calls this: it waits.
        """
        while True:
            source.settimeout(max(self._seconds - self._waited, 0.001))
            began = time.monotonic()
            try:
                data = source.recv(min(size, RECEIVE_MOST))
            except TimeoutError:
                data = None
            self.note(time.monotonic() - began, len(data or b""))
            if data is not None:
                return data

    def note(self, waited: float, moved: int) -> None:
        """Count seconds of waiting and bytes; raise `ClientTooSlow` at the end of a window with too few."""
        self._waited += waited
        self._moved += moved
        if self._waited < self._seconds:
            return
        if self._moved < self._least:
            raise ClientTooSlow
        self._waited, self._moved = 0.0, 0


def unacknowledged(client: socket) -> int:
    """Return how many bytes the system still keeps for a client that has not confirmed them."""
    answer = fcntl.ioctl(client.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    return int(struct.unpack("i", answer)[0])
