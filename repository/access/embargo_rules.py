"""How long an embargo may last, and what may become of one that holds already; on plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from repository.core.errors import FieldError

UNTIL = "access.embargo.until"


@dataclass(frozen=True, slots=True)
class EmbargoLimit:
    """The policy of a site: at most so many `days` from `since`, the day of publication; 0 for any number."""

    since: date
    days: int

    @property
    def latest(self) -> date:
        """The last day on which an embargo may end."""
        return self.since + timedelta(days=self.days) if self.days else date.max

    def fault(self, until: date | None, *, harmless: bool = False) -> FieldError | None:
        """Return what is wrong with an embargo until then; a harmless fault warns the depositor in time."""
        if until is None or until <= self.latest:
            return None
        reason = f"An embargo lasts {self.days} days at most: until {self.latest}."
        return FieldError(UNTIL, (reason,), harmless=harmless)


@dataclass(frozen=True, slots=True)
class PublishedEmbargo:
    """The embargo of a published version: its end, None without one, and the day on which one was lifted."""

    until: date | None
    lifted_on: date | None = None

    def faults_of(self, until: date | None, today: date, limit: EmbargoLimit) -> Iterator[FieldError]:
        """Yield why the embargo cannot last until then instead: it may end earlier, and later only before its end.

        A day that is over closes nothing, and no fault.
        """
        prolonged = until is not None and until > today and (self.until is None or until > self.until)
        if not prolonged:
            return
        over = self.until if self.until is not None and self.until <= today else self.lifted_on
        if over is not None:
            yield FieldError.of(UNTIL, f"The embargo of this version ended on {over} and cannot begin again.")
        elif fault := limit.fault(until):
            yield fault
