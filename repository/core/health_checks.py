"""Asking what may not answer, without waiting for it longer than one's patience."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from repository.core.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Asked(Generic[T]):
    answer: "Future[T]"
    at: float


class HealthChecks(Generic[T]):
    """Questions by name, asked all at once, each in a thread of its own.

    An answer is given again for `fresh` seconds.  A question that has no answer after `patience` seconds counts as
    `Unavailable` and is not asked again before its answer came, so that a part that hangs holds one thread, however
    often somebody wants to know.
    """

    def __init__(self, questions: Mapping[str, Callable[[], T]], patience: float = 2.5, fresh: float = 1.0) -> None:
        self._questions = questions
        self._patience = patience
        self._fresh = fresh
        self._asked: dict[str, _Asked[T]] = {}
        self._lock = threading.Lock()

    def answers(self) -> Mapping[str, T | Unavailable]:
        """What each question was answered; other errors than `Unavailable` are raised."""
        with self._lock:
            asked = {name: self._ask(name) for name in self._questions}
        return {name: self._answered(each) for name, each in asked.items()}

    def _ask(self, name: str) -> _Asked[T]:
        last, now = self._asked.get(name), time.monotonic()
        if last is None or (last.answer.done() and now - last.at >= self._fresh):
            last = self._asked[name] = _Asked(_asked_beside(name, self._questions[name]), now)
        return last

    def _answered(self, asked: _Asked[T]) -> T | Unavailable:
        wait([asked.answer], timeout=max(0.0, asked.at + self._patience - time.monotonic()))
        if not asked.answer.done():
            return Unavailable("It does not answer in time.")
        try:
            return asked.answer.result()
        except Unavailable as unavailable:
            return unavailable


def _asked_beside(name: str, question: Callable[[], T]) -> "Future[T]":
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except Exception as error:  # noqa: BLE001 - it is the answer, and whoever asked gets it
            answer.set_exception(error)

    # A daemon, as an executor's threads are not: who hangs must not delay the end of the process.
    threading.Thread(target=ask, name=f"ask-{name}", daemon=True).start()
    return answer
