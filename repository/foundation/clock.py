"""Time: always aware, always UTC."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The current moment, to the microsecond."""
    return datetime.now(UTC)


def today() -> date:
    """The current UTC day."""
    return now().date()


def iso(moment: datetime) -> str:
    """ISO 8601 with ``+00:00``, as the API writes times."""
    return moment.astimezone(UTC).isoformat()
