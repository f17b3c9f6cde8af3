"""What is to be sent on one connection: bytes and parts of files, in order, without waiting."""

import errno
import os
from collections import deque
from itertools import islice
from socket import socket
from typing import Any, BinaryIO

AT_ONCE = 1 << 20
"""Bytes of a file that one call to the system sends: others want their turn."""
PIECES_AT_ONCE = 64


class _FilePart:
    """A part of a file, which stays open for it although the application closes its own."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._number = os.dup(file.fileno())
        self._position = start
        self.left = length

    def send(self, client: socket) -> int:
        sent = os.sendfile(client.fileno(), self._number, self._position, min(self.left, AT_ONCE))
        if not sent:
            raise OSError(errno.EIO, "The file ended before its length.")
        self._position += sent
        self.left -= sent
        return sent

    def close(self) -> None:
        os.close(self._number)


class Outlet:
    """Stands for a socket where gunicorn writes; `flush` sends what the client takes at once.

    One thread at a time has it: the one that makes the answer, then the one that sends it.
    """

    def __init__(self, client: socket) -> None:
        self.client = client
        self.taken = 0
        """bytes that the system has taken over"""
        self.in_memory = 0
        """bytes in memory"""
        self._queue: deque[memoryview | _FilePart] = deque()

    def sendall(self, data: bytes) -> None:
        if data:
            self._queue.append(memoryview(data))
            self.in_memory += len(data)

    def send(self, data: bytes) -> int:
        """Queue all of `data`, as `sendall` does."""
        self.sendall(data)
        return len(data)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int = 0) -> None:
        if count:
            self._queue.append(_FilePart(file, offset, count))

    def flush(self, most: int) -> bool:
        """Send at most about `most` bytes and return whether nothing is left; the socket must not block."""
        stop = self.taken + most
        try:
            while self._queue and self.taken < stop:
                first = self._queue[0]
                if isinstance(first, _FilePart):
                    self._send_file(first)
                else:
                    self._send_pieces()
        except BlockingIOError:
            return False
        return not self._queue

    def _send_file(self, part: _FilePart) -> None:
        self.taken += part.send(self.client)
        if not part.left:
            part.close()
            self._queue.popleft()

    def _send_pieces(self) -> None:
        pieces: list[Any] = []
        for piece in islice(self._queue, PIECES_AT_ONCE):
            if isinstance(piece, _FilePart):
                break
            pieces.append(piece)
        sent = self.client.sendmsg(pieces)
        self.taken += sent
        self.in_memory -= sent
        for piece in pieces:
            if sent < len(piece):
                self._queue[0] = piece[sent:]
                return
            sent -= len(piece)
            self._queue.popleft()

    def clear(self) -> None:
        """Forget what was not sent, and close the files."""
        for piece in self._queue:
            if isinstance(piece, _FilePart):
                piece.close()
        self._queue.clear()
        self.in_memory = 0
