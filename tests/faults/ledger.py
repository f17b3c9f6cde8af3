"""What depositors were answered: the side of the story that the installation must not contradict afterwards."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from tests.support.web_server import Cut, Reply

UNAVAILABLE = 503


class Stage(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(eq=False)
class Deposit:
    """One dataset, or one version of it, as its depositor knows it; it exists since its draft was answered 201.

    `files` are SHA-256 by name, of those whose commit was answered 200.  `identifiers` are those that the answer to
    its publication named, by scheme, and `concept_identifiers` those of its concept.  `asked` holds while a request to
    publish is without an answer.
    """

    id: str
    title: str
    depositor: int
    stage: Stage = Stage.DRAFT
    asked: bool = False
    files: dict[str, str] = field(default_factory=dict)
    identifiers: dict[str, str] = field(default_factory=dict)
    concept: str = ""
    concept_identifiers: dict[str, str] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)
    """what it may be called: a second title while a correction of the first is without an answer"""

    def __post_init__(self) -> None:
        self.titles = {self.title}


@dataclass
class Ledger:
    """Everything that all depositors were answered.

    `unanswered` counts, by what was asked, requests that ended without a decision: those alone can have left something
    behind that nobody knows of.
    """

    deposits: list[Deposit] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """answers that nobody should ever get"""
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, deposit: Deposit) -> None:
        with self._lock:
            self.deposits.append(deposit)

    def saw(self, asked: str, reply: Reply) -> None:
        """Count an answer; a 5xx is a 503 that says when to come again, or it is wrong."""
        with self._lock:
            self.statuses[reply.status] += 1
            if reply.status == UNAVAILABLE:
                self.unanswered[asked] += 1
            if reply.status >= 500 and (reply.status != UNAVAILABLE or "Retry-After" not in reply.headers):
                self.wrong.append(f"{asked}: {reply.status} {dict(reply.headers)} {reply.text[:300]}")

    def missed(self, asked: str, cut: Cut) -> None:
        """Count a broken connection; one that ended because the client's patience did is wrong."""
        with self._lock:
            self.unanswered[asked] += 1
            if isinstance(cut.__cause__, TimeoutError):
                self.wrong.append(f"{asked}: no answer at all, {cut}")

    def refused(self, asked: str, reply: Reply) -> None:
        """Note an answer that its request did not deserve."""
        with self._lock:
            self.wrong.append(f"{asked}: {reply.status} {reply.text[:300]}")

    def published(self) -> list[Deposit]:
        with self._lock:
            return [each for each in self.deposits if each.stage is Stage.PUBLISHED]
