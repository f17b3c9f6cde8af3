"""A cache of bytes in the memory of one process."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

MIB = 1 << 20


class ByteLru:
    """A map of keys to bytes, of at most `capacity` bytes; the entry unused for longest goes first.

    A key contains everything that the bytes depend on.  So nobody has to announce a change: the next reader looks up
    another key.  Safe to use from many threads.
    """

    def __init__(self, capacity: int = 32 * MIB) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            value = self._entries.get(key)
            if value is not None:
                self._entries.move_to_end(key)
            return value

    def put(self, key: Hashable, value: bytes) -> None:
        """Keep `value`, unless it is larger than a quarter of the capacity: it would push out too much."""
        if len(value) > self._capacity // 4:
            return
        with self._lock:
            self._size += len(value) - len(self._entries.pop(key, b""))
            self._entries[key] = value
            while self._size > self._capacity:
                self._size -= len(self._entries.popitem(last=False)[1])
