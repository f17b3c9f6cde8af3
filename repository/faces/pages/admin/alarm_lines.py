"""Alarms in words: what is wrong, what to do, and where to do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repository.core.conditions import LEVELS, Condition
from repository.core.errors import Unavailable
from repository.faces.pages.shell.templating import PageReason, reason_in

ALARMS: Mapping[str, str] = {
    "database": "SiteDown",
    "database_writes": "RoomRunsOut",
    "store": "SiteDown",
    "disks": "RoomRunsOut",
    "search": "SearchBehind",
    "numbers": "NumbersStopped",
    "limits": "LimitsAway",
    "index": "SearchBehind",
    "facts": "WorkWaits",
    "jobs": "WorkWaits",
    "sweeps": "SweepsOverdue",
    "clock": "ClockWrong",
    "stored_bytes": "BytesDamaged",
    "quarantine": "QuarantineEnds",
    "registrars": "RegistrarsBehind",
    "mail": "MailWaits",
    "owners": "DatasetsUnowned",
    "audit": "AuditBroken",
    "log": "RoomRunsOut",
}
"""A condition -> its line in the table of alarms of ``docs/operation.md``."""
_PAGES: Mapping[str, str] = {
    "facts": "jobs",
    "jobs": "jobs",
    "mail": "jobs",
    "sweeps": "sweeps",
    "index": "sweeps",
    "stored_bytes": "storage",
    "quarantine": "storage",
    "disks": "storage",
    "registrars": "identifiers",
    "audit": "audit",
}
"""A condition -> the page of this room that shows more."""


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """A part that is not well.

    `alarm` is its name in the handbook, `tab` the page that shows more; both may be empty.
    """

    name: str
    state: str
    problem: PageReason
    remedy: PageReason
    alarm: str
    tab: str


@dataclass(frozen=True, slots=True)
class EngineLine:
    """What an engine answers, or why it does not."""

    name: str
    well: bool
    answer: PageReason


def alarm_lines(conditions: Mapping[str, Condition], language: str) -> Sequence[AlarmLine]:
    """Return the parts that are not well, the worst first."""
    ill = {name: condition for name, condition in conditions.items() if not condition.is_well}
    return [
        AlarmLine(
            name,
            condition.state.value,
            reason_in(condition.problem, language),
            reason_in(condition.remedy, language),
            ALARMS.get(name, ""),
            _PAGES.get(name, ""),
        )
        for name, condition in sorted(ill.items(), key=lambda pair: -LEVELS[pair[1].state])
    ]


def engine_lines(answers: Mapping[str, str | Unavailable], language: str) -> Sequence[EngineLine]:
    """Return what each engine answers."""
    return [
        EngineLine(name, False, reason_in(answer.reason, language))
        if isinstance(answer, Unavailable)
        else EngineLine(name, True, PageReason(answer))
        for name, answer in answers.items()
    ]
