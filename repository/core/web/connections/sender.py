"""The thread that sends to all readers who are slower than their answers are made."""

import os
import selectors
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from repository.core.web.connections.client_pace import ClientPace, ClientTooSlow, unacknowledged
from repository.core.web.connections.incoming import Incoming
from repository.core.web.connections.outlet import AT_ONCE

TICK_SECONDS = 1.0


@dataclass(slots=True)
class _SlowReader:
    connection: Incoming
    pace: ClientPace
    since: float
    confirmed: int


class Sender(threading.Thread):
    """Sends what outlets hold as soon as their clients take it, with one thread however many they are.

    `sent` is called in this thread with the connection, and with the error that ended it, if one did.
    """

    def __init__(self, seconds: float, sent: Callable[[Incoming, Exception | None], None]) -> None:
        super().__init__(name="sender", daemon=True)
        self._seconds = seconds
        self._sent = sent
        self._new: SimpleQueue[Incoming] = SimpleQueue()
        self._poller = selectors.DefaultSelector()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        self._poller.register(self._woken, selectors.EVENT_READ)

    def add(self, connection: Incoming) -> None:
        """Send what the outlet of a connection holds; any thread may call this."""
        self._new.put(connection)
        try:
            os.write(self._wake, b"\0")
        except BlockingIOError:
            return  # so many have called that it is awake

    def run(self) -> None:
        """Send until the process ends."""
        looked = time.monotonic()
        while True:
            for key, _ in self._poller.select(TICK_SECONDS):
                if key.data is None:
                    self._take_new()
                else:
                    self._send(key.data)
            now = time.monotonic()
            if now - looked >= TICK_SECONDS:
                looked = now
                self._cut_idle(now)

    def _take_new(self) -> None:
        os.read(self._woken, 4096)
        while True:
            try:
                connection = self._new.get_nowait()
            except Empty:
                return
            self._begin(connection)

    def _begin(self, connection: Incoming) -> None:
        try:
            confirmed = connection.outlet.taken - unacknowledged(connection.sock)
            reader = _SlowReader(connection, connection.reading_pace, time.monotonic(), confirmed)
            self._poller.register(connection.sock, selectors.EVENT_WRITE, reader)
        except OSError as error:
            self._sent(connection, error)

    def _send(self, reader: _SlowReader) -> None:
        try:
            if reader.connection.outlet.flush(AT_ONCE):
                self._end(reader, None)
        except OSError as error:
            self._end(reader, error)

    def _end(self, reader: _SlowReader, error: Exception | None) -> None:
        self._poller.unregister(reader.connection.sock)
        self._sent(reader.connection, error)

    def _cut_idle(self, now: float) -> None:
        """Let go of readers who took too little in a whole window."""
        readers: list[Any] = [key.data for key in self._poller.get_map().values() if key.data is not None]
        for reader in readers:
            try:
                confirmed = reader.connection.outlet.taken - unacknowledged(reader.connection.sock)
                reader.pace.note(now - reader.since, confirmed - reader.confirmed)
                reader.since, reader.confirmed = now, confirmed
            except (ClientTooSlow, OSError) as error:
                self._end(reader, error)
