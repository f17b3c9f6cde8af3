"""Frames on the line between a caged child and the house: a letter, a length, so many bytes."""

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

HEAD = struct.Struct("!cI")
WANT, TOLD = b"W", b"T"
"""The child wants a range of the file (`RANGE`); the child tells what it saw, as JSON, and ends."""
RANGE = struct.Struct("!QI")
MOST_WANTED = 1 << 20
"""bytes in one range"""
MOST_TOLD = 192 << 10
"""bytes of what a child tells, which is more than it may tell"""


class Frame(NamedTuple):
    kind: bytes
    payload: bytes


class Broken(Exception):
    """The other end is gone, or says what is no frame."""


def send(line: socket.socket, kind: bytes, payload: bytes) -> None:
    line.sendall(HEAD.pack(kind, len(payload)) + payload)


def receive(line: socket.socket, most: int) -> Frame:
    """Return the next frame of at most `most` bytes; raises `Broken`, and `TimeoutError` if the line has a limit."""
    kind, length = HEAD.unpack(read_exactly(line, HEAD.size))
    if length > most:
        raise Broken
    return Frame(kind, read_exactly(line, length))


def read_exactly(line: socket.socket, length: int) -> bytes:
    """Return so many bytes; raises `Broken` if the line ends before."""
    return b"".join(_pieces(line, length))


def _pieces(line: socket.socket, length: int) -> Iterator[bytes]:
    while length:
        piece = line.recv(min(length, 1 << 20))
        if not piece:
            raise Broken
        length -= len(piece)
        yield piece


def as_bytes(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
