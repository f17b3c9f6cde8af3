"""Depositors at work, who ask again when the service is away, as any sensible client does."""

import hashlib
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import quote

from tests.conftest import a_dataset
from tests.faults.ledger import UNAVAILABLE, Deposit, Ledger, Stage
from tests.support.web_server import Client, Cut, Reply

CLIENTS = 8
DATASETS = 200
AGAIN_SECONDS = 0.5
"""Before a client asks again; shorter than `Retry-After` says, to press harder than the polite would."""
PAUSE_SECONDS = 1.5
"""Between two datasets of one client, so that a machine of few cores has time for what follows from them."""
SIZES = (10, 2_000, 60_000, 400_000)
LARGE = 9_000_000
"""More than a store takes in one piece."""


class Ended(Exception):
    """A depositor cannot go on: refused, or out of time; the text is what was asked last."""


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer other than "not now"; `unsure` if it was asked for before without one."""

    reply: Reply
    unsure: bool


@dataclass
class Depositor:
    """One person with one client.

    Of ten datasets one stays a draft, one is corrected after it was published, and one gets a new version.
    """

    number: int
    call: Client
    ledger: Ledger
    abandoned: threading.Event
    deadline: float
    chance: random.Random = field(init=False)
    begun: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.number)

    def deposit(self) -> None:
        """One dataset from its first request to its last."""
        self.begun += 1
        turn = self.begun % 10
        made = self.open_draft(f"Dataset {self.number}-{self.begun}")
        self.add_files(made, self.chance.randint(1, 3))
        if turn == 7:
            return
        self.publish(made)
        if turn == 4:
            self.correct(made)
        elif turn == 9:
            self.succeed(made)

    def open_draft(self, title: str) -> Deposit:
        decided = self.ask("POST", "/api/records", a_dataset(title=title))
        return self._noted(decided.reply, title)

    def add_files(self, made: Deposit, count: int) -> None:
        """Name files together, then send and commit each."""
        base = f"/api/records/{made.id}/draft/files"
        keys = [f"folder {number}/数据 {number}.csv" for number in range(count)]
        named = self.ask("POST", base, [{"key": key} for key in keys], also=(400,))
        if named.reply.status == 400:
            self._expect_named(base, keys, named)
        for key in keys:
            content = self.chance.randbytes(self._size())
            self.ask("PUT", f"{base}/{quote(key)}/content", content)
            done = self.ask("POST", f"{base}/{quote(key)}/commit").reply.json
            made.files[key] = hashlib.sha256(content).hexdigest()
            if done["checksums"]["sha256"] != made.files[key]:
                self.ledger.wrong.append(f"{base}/{key}: committed with another digest: {done}")

    def publish(self, made: Deposit) -> None:
        """Asks until it is published; an earlier request may have been enough."""
        made.asked = True
        decided = self.ask("POST", f"/api/records/{made.id}/draft/actions/publish", also=(404,))
        record = decided.reply
        if record.status == 404:
            record = self.ask("GET", f"/api/records/{made.id}").reply
        made.identifiers, made.concept_identifiers = (
            {scheme: pid["identifier"] for scheme, pid in of["pids"].items()}
            for of in (record.json, record.json["parent"])
        )
        made.stage, made.asked = Stage.PUBLISHED, False

    def correct(self, made: Deposit) -> None:
        """Publish another title for what is published."""
        title = f"{made.title}, corrected"
        made.titles.add(title)
        self.ask("POST", f"/api/records/{made.id}/draft")
        self.ask("PUT", f"/api/records/{made.id}/draft", a_dataset(title=title))
        self.publish(made)
        made.titles = {title}

    def succeed(self, made: Deposit) -> None:
        """Publish a new version with the files of the one before."""
        begun = self.ask("POST", f"/api/records/{made.id}/versions").reply
        successor = self._noted(begun, made.title)
        base = f"/api/records/{successor.id}/draft"
        imported = self.ask("POST", f"{base}/actions/files-import", also=(400,))
        if imported.reply.status == 400:
            self._expect_named(f"{base}/files", list(made.files), imported)
        successor.files = dict(made.files)
        self.publish(successor)

    def ask(self, method: str, path: str, body: Any = None, also: Sequence[int] = ()) -> Decided:
        """Ask until there is a decision; a status of `also` is one only if an earlier request may have had effect."""
        asked = f"{method} {path}"
        unsure = False
        while True:
            reply = self._once(asked, method, path, body)
            if reply is not None and reply.status < 300:
                return Decided(reply, unsure)
            if reply is not None and reply.status != UNAVAILABLE:
                if unsure and reply.status in also:
                    return Decided(reply, unsure)
                if not (unsure and reply.status == 409):  # the earlier request may still be at it
                    self.ledger.refused(asked, reply)
                    raise Ended(f"{asked}: {reply.status} {reply.text[:300]}")
            unsure = True
            if monotonic() > self.deadline or self.abandoned.wait(AGAIN_SECONDS):
                raise Ended(f"{asked}: not in time")

    def _once(self, asked: str, method: str, path: str, body: Any) -> Reply | None:
        try:
            reply = self.call(method, path, body)
        except Cut as cut:
            self.ledger.missed(asked, cut)
            return None
        self.ledger.saw(asked, reply)
        return reply

    def _noted(self, reply: Reply, title: str) -> Deposit:
        made = Deposit(reply.json["id"], title, self.number, concept=reply.json["parent"]["id"])
        self.ledger.add(made)
        return made

    def _expect_named(self, base: str, keys: Sequence[str], decided: Decided) -> None:
        """An earlier request named the files, or the refusal is wrong."""
        entries = self.ask("GET", base).reply.json["entries"]
        if {entry["key"] for entry in entries} != set(keys):
            self.ledger.refused(f"POST {base}", decided.reply)

    def _size(self) -> int:
        return LARGE if self.chance.random() < 0.02 else self.chance.choice(SIZES)


@contextmanager
def depositing(clients: Sequence[Client], ledger: Ledger, seconds: float) -> Iterator[None]:
    """All clients deposit during the block, and go on until `DATASETS` more are published; fails after `seconds`."""
    over, abandoned = threading.Event(), threading.Event()
    enough = len(ledger.published()) + DATASETS
    deadline = monotonic() + seconds
    people = [Depositor(number, call, ledger, abandoned, deadline) for number, call in enumerate(clients)]
    ended: list[str] = []

    def deposit(person: Depositor) -> None:
        try:
            while not (over.is_set() and len(ledger.published()) >= enough) and not abandoned.wait(PAUSE_SECONDS):
                person.deposit()
        except Ended as end:
            ended.append(str(end))
            abandoned.set()

    threads = [threading.Thread(target=deposit, args=(person,), name=f"depositor-{person.number}") for person in people]
    for thread in threads:
        thread.start()
    try:
        yield
        over.set()
    except BaseException:
        abandoned.set()
        raise
    finally:
        for thread in threads:
            thread.join()
        assert ended == []
