"""What is allowed in a minute, and the verdict on a call."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from repository.engines.limits.memory_counter import MemoryCounter
from repository.engines.limits.port import CallCounter

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one policy stands for a caller: calls that are `left` of `limit` for so many `seconds` more."""

    policy: str
    limit: int
    calls: int
    seconds: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.calls)

    @property
    def is_refused(self) -> bool:
        return self.calls > self.limit


@dataclass(frozen=True, slots=True)
class CallLimits:
    """`allowed` are calls in a minute by policy; one that is missing or 0 has no limit."""

    allowed: Mapping[str, int] = field(default_factory=dict)
    counter: CallCounter = field(default_factory=MemoryCounter)
    seconds: Callable[[], float] = time.time

    def judge(self, policy: str, caller: str) -> Verdict | None:
        """Count a call and return the verdict, None where there is no limit or nobody can count."""
        limit = self.allowed.get(policy, 0)
        if not limit:
            return None
        calls = self.counter.count(f"{policy}:{caller}", WINDOW_SECONDS)
        if calls is None:
            return None
        return Verdict(policy, limit, calls, WINDOW_SECONDS - int(self.seconds() % WINDOW_SECONDS))
