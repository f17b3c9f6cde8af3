"""What people wish of jobs and sweeps."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase

ALL_JOBS = 0
"""The subject of a wish for all failed jobs, or for several."""


@dataclass(frozen=True, slots=True)
class JobsRetried(Fact):
    """An administrator wants `count` jobs run again now: the one with this id, or several."""

    job_id: int
    count: int = 1

    words = FactPhrase("wanted {count} jobs run again", "要求重新运行 {count} 个任务")


@dataclass(frozen=True, slots=True)
class SweepWished(Fact):
    """An administrator wants a sweep run now."""

    sweep_id: int
    sweep: str = ""

    words = FactPhrase("wanted the sweep {sweep} run now", "要求立即运行巡检 {sweep}")
