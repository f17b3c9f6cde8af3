"""Caches in the memory of one process, bounded in bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

MIB = 1 << 20
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def remembered(most: int, longest: int = 200) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Keep the last `most` results of a function whose texts have together at most `longest` characters.

    People choose the texts: a long one is worked out anew, so that a cache has as many bytes as ordinary texts need.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        kept = lru_cache(most)(function)

        @wraps(function)
        def answer(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
            size = 0
            for argument in arguments:
                if isinstance(argument, str):
                    size += len(argument)
            return function(*arguments, **named) if size > longest else kept(*arguments, **named)  # type: ignore[arg-type]

        answer.bytes_at_most = 4 * most * longest  # type: ignore[attr-defined]  # of the texts; a character has up to 4
        return answer

    return decorate


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
