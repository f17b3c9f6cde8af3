"""A proxy that cuts each connection after a number of bytes that nobody can foresee."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from tests.faults.proxy import Proxy


class CuttingProxy(Proxy):
    """Cuts all connections but every `whole`-th, by chance from `seed`, within `most` bytes."""

    def __init__(self, target: int, most: int, whole: int, seed: int) -> None:
        self.cuts = 0
        self._most, self._whole = most, whole
        self._chance = random.Random(seed)
        self._left: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        super().__init__(target)

    async def _gets_through(self, link: Any, chunk: bytes, is_answer: bool) -> bool:
        if link not in self._left:
            is_whole = self._chance.randrange(self._whole) == 0
            self._left[link] = float("inf") if is_whole else self._chance.randrange(self._most)
        self._left[link] -= len(chunk)
        if self._left[link] < 0:
            self.cuts += 1
            link.reset()
            return False
        return await super()._gets_through(link, chunk, is_answer)


@contextmanager
def cutting(target: int, *, most: int, whole: int = 4, seed: int = 1) -> Iterator[CuttingProxy]:
    """The proxy before the server on port `target`, until the block ends."""
    proxy = CuttingProxy(target, most, whole, seed)
    try:
        yield proxy
    finally:
        proxy.close()
