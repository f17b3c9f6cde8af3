"""The tables of jobs that are not done, and of sweeps.  A job that is done leaves only its fact."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Double, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class JobState(StrEnum):
    WAITING = "waiting"
    QUEUED = "queued"
    """handed over: a call in Redis names it"""
    RUNNING = "running"
    FAILED = "failed"
    """given up until somebody retries it"""
    UNKNOWN = "unknown"
    """set aside by a release that does not know its kind; waits for one that does"""


CLAIMABLE = (JobState.WAITING.value, JobState.QUEUED.value, JobState.RUNNING.value)
"""The states of jobs that somebody will run, or runs."""


IS_FAILED = text("state = 'failed'")
IS_UNKNOWN = text("state = 'unknown'")
"""In the words of the indices: with a parameter in it, no index would be used."""


class Job(Base):
    """One consequence of one fact for the subject with this id."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queue_state_run_after", "queue", "state", "run_after"),
        Index(
            "ix_job_unknown",
            "name",
            sqlite_where=IS_UNKNOWN,
            postgresql_where=IS_UNKNOWN,
        ),
        # for people who look at them, whatever else waits
        Index("ix_job_failed", "id", sqlite_where=IS_FAILED, postgresql_where=IS_FAILED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    queue: Mapped[str] = mapped_column(String(10))
    subject: Mapped[int] = mapped_column(Identity)
    fact_id: Mapped[int] = mapped_column(ForeignKey("fact.id"))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime]
    """the earliest moment to run; of a queued or running job, the end of its lease"""
    cause: Mapped[str] = mapped_column(String(2000), default="")
    created: Mapped[datetime]


class SweepRow(Base):
    """A sweep: when it is due, until when a process has it, and what its last run found.

    `started` tells a run from those before and after it.  `wished` is when a person wanted it run now, None once begun.
    `cause` says why the last run failed, empty if it did not.
    The other results are those of the last run that did not fail.
    """

    __tablename__ = "sweep"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    wished: Mapped[datetime | None]
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    seconds: Mapped[float | None] = mapped_column(Double)
    faults: Mapped[int] = mapped_column("found", Identity, key="faults", default=0)
    repaired: Mapped[int] = mapped_column(Identity, default=0)
    result: Mapped[dict[str, Any]]
    cause: Mapped[str] = mapped_column(String(2000), default="")
