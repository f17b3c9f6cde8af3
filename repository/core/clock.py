"""Time: always aware, always UTC."""

from datetime import UTC, date, datetime, timedelta

MAX_PAUSE = timedelta(hours=1)
_DOUBLINGS = 12
"""More would only be cut off."""


def now() -> datetime:
    """The current moment, to the microsecond."""
    return datetime.now(UTC)


def today() -> date:
    """The current UTC day."""
    return now().date()


def iso(moment: datetime) -> str:
    """ISO 8601 with ``+00:00``, as the API writes times."""
    return moment.astimezone(UTC).isoformat()


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: twice as long each time, up to `MAX_PAUSE`."""
    return min(timedelta(seconds=2 ** min(attempts, _DOUBLINGS)), MAX_PAUSE)
