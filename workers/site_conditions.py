"""All conditions of the site, asked at the right times: health, metrics and the doctor show what is told here.

`repository.core.conditions` says what a condition is.  Conditions that read the database are asked one after the other
in one thread, so that they take one connection of the process; what waits for another engine has a thread of its own.
What takes too long keeps its last answer for `TRUSTED_SECONDS`: a disk that is busy is not yet broken.
"""

import time
from collections.abc import Callable, Mapping, Sequence

import structlog

from repository.core.conditions import Condition, ConditionState, degraded, failed
from repository.core.errors import RepositoryError, Unavailable
from repository.core.health_checks import HealthChecks
from repository.engines.conditions import (
    StoreTrial,
    calls_are_counted,
    database_answers,
    database_writes,
    disks_have_room,
    numbers_are_safe,
    search_works,
)
from repository.engines.services import Services
from repository.feature import ConditionCheck
from repository.features import FEATURES
from workers import work_conditions
from workers.log_losses import LogLosses

PATIENCE_SECONDS = 2.5
FRESH_SECONDS = 10.0
TRUSTED_SECONDS = 60.0
DATABASE = "database"
LATE = failed("It does not answer in time.", "Look at the load of its server and its disk.")
UNTOLD = degraded("It cannot be told while the database cannot be read.", "Mend the database first.")
BROKEN = degraded("It cannot be told, by a fault of the program.", "Report the error in the log; nothing waits for it.")
log = structlog.get_logger()

Conditions = Mapping[str, Condition]


def no_losses() -> None:
    """Say that no line of the log was lost, where nobody counts them."""


def checks(seconds_since_loss: Callable[[], float | None] = no_losses) -> Sequence[ConditionCheck]:
    """Return every check, in the order in which conditions are shown."""
    return (
        ConditionCheck(DATABASE, database_answers),
        ConditionCheck("database_writes", database_writes, apart=True),
        ConditionCheck("store", StoreTrial().works, apart=True),
        ConditionCheck("disks", disks_have_room, apart=True),
        ConditionCheck("search", search_works, apart=True),
        ConditionCheck("numbers", numbers_are_safe, apart=True),
        ConditionCheck("limits", calls_are_counted, apart=True),
        ConditionCheck("index", work_conditions.index_agrees, apart=True),
        ConditionCheck("facts", work_conditions.facts_are_relayed),
        ConditionCheck("jobs", work_conditions.jobs_are_run),
        ConditionCheck("sweeps", work_conditions.sweeps_are_run),
        ConditionCheck("clock", work_conditions.clock_is_trusted),
        *(check for feature in FEATURES for check in feature.conditions),
        ConditionCheck("log", LogLosses(seconds_since_loss).are_none),
    )


class SiteConditions:
    """The conditions as one process sees them; `seconds_since_loss` tells of its lost lines of the log.

    An answer is used again for `FRESH_SECONDS`, one with a fault for a second.
    """

    def __init__(
        self,
        services: Services,
        seconds_since_loss: Callable[[], float | None] = no_losses,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._services = services
        all_checks = checks(seconds_since_loss)
        self._names = [check.name for check in all_checks]
        self._groups: dict[str, list[ConditionCheck]] = {}
        for check in all_checks:
            self._groups.setdefault(check.name if check.apart else DATABASE, []).append(check)
        questions = {group: self._question(of_group) for group, of_group in self._groups.items()}
        self._asking = HealthChecks(questions, patience, FRESH_SECONDS, _are_well)
        self._last: dict[str, tuple[float, Conditions]] = {}

    def told(self) -> Conditions:
        """Return all conditions by name; takes no longer than the patience, whatever hangs."""
        conditions: dict[str, Condition] = {}
        for group, answer in self._asking.answers().items():
            conditions |= self._of_group(group, answer)
        return {name: conditions[name] for name in self._names}

    def _of_group(self, group: str, answer: Conditions | Unavailable) -> Conditions:
        now = time.monotonic()
        if not isinstance(answer, Unavailable):
            self._last[group] = now, answer
            return answer
        at, last = self._last.get(group, (0.0, None))
        if last is not None and now - at < TRUSTED_SECONDS:
            return last
        return {check.name: LATE for check in self._groups[group]}

    def _question(self, of_group: Sequence[ConditionCheck]) -> Callable[[], Conditions]:
        return lambda: self._ask(of_group)

    def _ask(self, of_group: Sequence[ConditionCheck]) -> Conditions:
        conditions: dict[str, Condition] = {}
        for check in of_group:
            database = conditions.get(DATABASE)
            is_away = database is not None and database.state is ConditionState.FAILED
            conditions[check.name] = UNTOLD if is_away else self._ask_one(check)
        return conditions

    def _ask_one(self, check: ConditionCheck) -> Condition:
        try:
            return check.ask(self._services)
        except RepositoryError as error:
            return degraded(f"It cannot be told: {error.reason}", "Mend what is named failed first.")
        except Exception as error:
            log.error("a condition cannot be told", condition=check.name, exc_info=error)
            return BROKEN


def _are_well(conditions: Conditions) -> bool:
    return all(condition.is_well for condition in conditions.values())
