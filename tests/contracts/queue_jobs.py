"""Kinds of jobs that leave a note of each run in a folder, so that runs in other processes can be counted too.

``python -m tests.contracts.queue_jobs FOLDER URL`` is a worker that knows them besides the real ones.
"""

import os
import sys
import threading
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import insert

from config.logging import configure_logging
from config.settings import read_settings
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.feature import JobKind, JobRun, Queue
from repository.features import JOBS
from repository.operation.model import Job, JobState
from workers.rq_worker import work_off

KINDS = cast("MutableMapping[str, JobKind]", JOBS)
NOTED, PICKY, STUCK = "noted", "picky", "stuck"
REFUSED = 666
REQUEST = "the request that asked for it"


@dataclass(frozen=True, slots=True)
class Notes:
    """What test jobs write: a line a run, with the subjects of that run."""

    folder: Path

    @property
    def runs(self) -> list[list[int]]:
        path = self.folder / "runs"
        return [[int(word) for word in line.split()] for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def subjects(self) -> list[int]:
        return sorted(subject for run in self.runs for subject in run)

    @property
    def hold(self) -> Path:
        """While this file exists, a `STUCK` job does not end."""
        return self.folder / "hold"

    @property
    def mended(self) -> Path:
        """Once this file exists, `PICKY` jobs refuse nothing."""
        return self.folder / "mended"

    def note(self, _services: Services, run: JobRun) -> None:
        with (self.folder / "runs").open("ab", buffering=0) as file:
            file.write((" ".join(map(str, run.subjects)) + "\n").encode())

    def note_but_one(self, services: Services, run: JobRun) -> None:
        """Fails with `REFUSED` among the subjects."""
        if REFUSED in run.subjects and not self.mended.exists():
            raise Unavailable(f"Nothing is known of {REFUSED}.")
        self.note(services, run)

    def note_and_stay(self, services: Services, run: JobRun) -> None:
        """Notes that it runs, and ends when `hold` is gone."""
        self.note(services, run)
        never = threading.Event()
        while self.hold.exists():
            never.wait(0.02)

    @property
    def kinds(self) -> dict[str, JobKind]:
        return {
            NOTED: JobKind(self.note, Queue.SOON),
            PICKY: JobKind(self.note_but_one, Queue.SOON),
            STUCK: JobKind(self.note_and_stay, Queue.SOON),
        }


def add_jobs(services: Services, kind: str, subjects: Sequence[int]) -> None:
    """Rows as the relay writes them."""
    with services.database.transaction(SYSTEM) as unit:
        fact = FactRow(
            kind="DraftOpened",
            subject=1,
            details={},
            actor="test",
            request_id=REQUEST,
            at=unit.now,
            relayed_at=unit.now,
        )
        unit.session.add(fact)
        unit.session.flush()
        shared = {
            "name": kind,
            "queue": Queue.SOON.value,
            "fact_id": fact.id,
            "state": JobState.WAITING.value,
            "attempts": 0,
            "run_after": unit.now,
            "cause": "",
            "created": unit.now,
        }
        unit.session.execute(insert(Job), [{**shared, "subject": subject} for subject in subjects])


def main(folder: Path, url: str) -> None:
    configure_logging("INFO")
    KINDS.update(Notes(folder).kinds)
    services = open_services(read_settings())
    os.write(1, b"ready\n")
    work_off(services, url, list(Queue))
    services.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
