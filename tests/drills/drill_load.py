"""Depositors who work until the site is killed, and what they were answered until a moment."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from tests.faults.ledger import Deposit, Ledger, Stage
from tests.faults.load import Depositor, Ended
from tests.support.web_server import Client, until

LOAD_SECONDS = 90.0
PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What had been answered of one deposit at a moment: `files` are SHA-256 by name."""

    deposit: Deposit
    stage: Stage
    files: dict[str, str]

    @classmethod
    def of(cls, ledger: Ledger) -> "list[Acknowledged]":
        """Return all that has been answered until now; what is answered meanwhile may be missing."""
        return [cls(deposit, deposit.stage, dict(deposit.files)) for deposit in list(ledger.deposits)]


@contextmanager
def depositing(clients: Sequence[Client], ledger: Ledger) -> Iterator[None]:
    """All clients deposit during the block; afterwards a request without an answer is none that was acknowledged."""
    abandoned = threading.Event()
    deadline = monotonic() + LOAD_SECONDS
    people = [Depositor(number, call, ledger, abandoned, deadline) for number, call in enumerate(clients)]

    def deposit(person: Depositor) -> None:
        try:
            while not abandoned.wait(PAUSE_SECONDS):
                person.deposit()
        except Ended:
            abandoned.set()  # refusals stand in the ledger

    threads = [threading.Thread(target=deposit, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        abandoned.set()
        for thread in threads:
            thread.join()


def more_published(ledger: Ledger, count: int) -> None:
    """Wait until so many more publications were acknowledged."""
    before = len(ledger.published())
    until(
        lambda: ledger.wrong or len(ledger.published()) >= before + count,
        LOAD_SECONDS,
        f"{count} publications are acknowledged",
    )
