"""Bytes kept in a process's memory while what they were made of has not changed."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

MIB = 1 << 20


class ByteLru:
    """At most `capacity` bytes under keys; what was asked for longest ago goes first.

    A key holds everything that the bytes depend on, so that nothing has to be told of a change: the next reader asks
    with another key.  Safe to use from many threads.
    """

    def __init__(self, capacity: int = 32 * MIB) -> None:
        self._capacity = capacity
        self._size = 0
        self._held: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            value = self._held.get(key)
            if value is not None:
                self._held.move_to_end(key)
            return value

    def put(self, key: Hashable, value: bytes) -> None:
        """Keep `value`, unless it is so large that it would push out a quarter of everything else."""
        if len(value) > self._capacity // 4:
            return
        with self._lock:
            self._size += len(value) - len(self._held.pop(key, b""))
            self._held[key] = value
            while self._size > self._capacity:
                self._size -= len(self._held.popitem(last=False)[1])
