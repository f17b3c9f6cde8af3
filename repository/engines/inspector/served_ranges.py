"""The ranges of files that a caged child asks for, as far as budget and time go."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import BinaryIO

from repository.engines.inspector.cage.lines import MOST_TOLD, MOST_WANTED, RANGE, TOLD, WANT, Broken, Frame, receive
from repository.engines.inspector.cage_process import ANSWER_SECONDS
from repository.engines.inspector.port import FileToInspect
from repository.engines.store.port import ByteStore

BUDGET, MOST_RANGES = 72 << 20, 2_000
"""bytes and ranges that are read for one child"""


def told_of(line: socket.socket, store: ByteStore, files: Sequence[FileToInspect]) -> Iterator[bytes]:
    """Yield what the child tells of each file in turn.

    Raises `Broken` if it ends before the last or asks for what it may not have, `TimeoutError`, and what the store
    raises.
    """
    until, budget, ranges = time.monotonic() + ANSWER_SECONDS, BUDGET, MOST_RANGES
    for file in files:
        while (frame := _next(line, until)).kind != TOLD:
            data = _range(frame, store, file, budget)
            budget, ranges = budget - len(data), ranges - 1
            if not ranges:
                raise Broken
            _answer(line, data)
        yield frame.payload


def _next(line: socket.socket, until: float) -> Frame:
    if time.monotonic() > until:
        raise TimeoutError
    try:
        return receive(line, MOST_TOLD)
    except ConnectionError as error:
        raise Broken from error


def _range(frame: Frame, store: ByteStore, file: FileToInspect, budget: int) -> bytes:
    if frame.kind != WANT or len(frame.payload) != RANGE.size:
        raise Broken
    offset, length = RANGE.unpack(frame.payload)
    if length > min(MOST_WANTED, budget) or offset + length > file.size:
        raise Broken
    with closing(store.open(file.object_key, offset)) as source:
        return _read(source, length)


def _read(source: BinaryIO, length: int) -> bytes:
    pieces: list[bytes] = []
    while length and (piece := source.read(length)):
        pieces.append(piece)
        length -= len(piece)
    if length:
        raise Broken
    return b"".join(pieces)


def _answer(line: socket.socket, data: bytes) -> None:
    try:
        line.sendall(data)
    except ConnectionError as error:
        raise Broken from error
