"""The table of jobs that are not done; a done job leaves only its fact."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.foundation.database import Base, Identity


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    """given up until somebody retries it"""


class Job(Base):
    """One consequence of one fact for the thing with the id `subject`."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queue_state_run_after", "queue", "state", "run_after"),
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
    """not before this moment; of a running job: when its lease ends"""
    cause: Mapped[str] = mapped_column(String(2000), default="")
    created: Mapped[datetime]
