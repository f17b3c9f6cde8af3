"""Time: always aware, always UTC."""

from datetime import UTC, date, datetime, timedelta, tzinfo

MAX_PAUSE = timedelta(hours=1)
_DOUBLINGS = 12
"""Twelve doublings of a second are longer than `MAX_PAUSE` already."""


def now() -> datetime:
    """Return the current time, to the microsecond."""
    return datetime.now(UTC)


def today(zone: tzinfo = UTC) -> date:
    """Return the current day in a time zone; the day of this installation is `core.site.Site.today`."""
    return now().astimezone(zone).date()


def iso(moment: datetime) -> str:
    """Return the time in ISO 8601 with ``+00:00``, as the API writes it."""
    return moment.astimezone(UTC).isoformat()


def iso_or_none(moment: datetime | None) -> str | None:
    """Return the time as `iso` does, None for none."""
    return None if moment is None else iso(moment)


def pause_after(attempts: int) -> timedelta:
    """Return the pause after so many failed attempts: twice as long each time, up to `MAX_PAUSE`."""
    return min(timedelta(seconds=2 ** min(attempts, _DOUBLINGS)), MAX_PAUSE)
