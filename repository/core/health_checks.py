"""Run health checks in threads, with a time limit and a short cache."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from repository.core.errors import Unavailable

T = TypeVar("T")
SHORT = 1.0
"""Seconds for which an answer is used again at least."""


@dataclass(frozen=True, slots=True)
class _Check(Generic[T]):
    """A question that a thread answers; it began `at` seconds of the monotonic clock."""

    answer: "Future[T]"
    at: float


class HealthChecks(Generic[T]):
    """Questions by name; they are asked all at once, each in a thread of its own.

    - An answer is used again for `fresh` seconds, one that is not `is_good` for a second only.
    - A question without an answer after `patience` seconds counts as `Unavailable`.
    - It is not asked again before its answer comes: an engine that hangs holds one thread, however many clients ask.
    """

    def __init__(
        self,
        questions: Mapping[str, Callable[[], T]],
        patience: float = 2.5,
        fresh: float = SHORT,
        is_good: Callable[[T], bool] = lambda _: True,
    ) -> None:
        self._questions = questions
        self._patience = patience
        self._fresh = fresh
        self._is_good = is_good
        self._checks: dict[str, _Check[T]] = {}
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Ask what has no fresh answer, and wait for nothing: somebody waits for other answers first."""
        with self._lock:
            for name in self._questions:
                self._start(name)

    def answers(self) -> Mapping[str, T | Unavailable]:
        """Return the answer to each question, or `Unavailable`; raise any other error of a question."""
        with self._lock:
            checks = {name: self._start(name) for name in self._questions}
        return {name: self._wait_for(check) for name, check in checks.items()}

    def _start(self, name: str) -> _Check[T]:
        last, now = self._checks.get(name), time.monotonic()
        if last is None or (last.answer.done() and now - last.at >= self._fresh_for(last.answer)):
            last = self._checks[name] = _Check(_run_in_thread(name, self._questions[name]), now)
        return last

    def _fresh_for(self, answer: "Future[T]") -> float:
        is_good = answer.exception() is None and self._is_good(answer.result())
        return self._fresh if is_good else min(self._fresh, SHORT)

    def _wait_for(self, check: _Check[T]) -> T | Unavailable:
        wait([check.answer], timeout=max(0.0, check.at + self._patience - time.monotonic()))
        if not check.answer.done():
            return Unavailable("It does not answer in time.")
        try:
            return check.answer.result()
        except Unavailable as unavailable:
            return unavailable


def _run_in_thread(name: str, question: Callable[[], T]) -> "Future[T]":
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except Exception as error:  # noqa: BLE001 - the error is the answer, and `answers` raises it
            answer.set_exception(error)

    # A daemon, unlike the threads of an executor: a question that hangs must not delay the end of the process.
    threading.Thread(target=ask, name=f"ask-{name}", daemon=True).start()
    return answer
