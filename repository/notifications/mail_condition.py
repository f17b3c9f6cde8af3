"""Whether mail goes out."""

from datetime import timedelta

from sqlalchemy import func, select

from repository.core.actor import SYSTEM
from repository.core.conditions import Condition, Measure, degraded, well
from repository.engines.services import Services
from repository.notifications.model import IS_WAITING, Notice

LATE = timedelta(minutes=30)
MOST_COUNTED = 1_000
_OLDEST = select(Notice.created).where(IS_WAITING).order_by(Notice.created).limit(1)
_COUNT = select(func.count()).select_from(select(Notice.id).where(IS_WAITING).limit(MOST_COUNTED).subquery())


def mail_goes_out(services: Services) -> Condition:
    """Look at the oldest notice that should have been mailed, and at how many wait."""
    with services.database.snapshot(SYSTEM) as snapshot:
        oldest = snapshot.session.scalar(_OLDEST)
        count = snapshot.session.scalar(_COUNT) or 0
        age = snapshot.now - oldest if oldest else timedelta()
    measures = (
        Measure("repository_mail_waiting", f"Notices that wait to be mailed, to {MOST_COUNTED}.", count),
        Measure("repository_mail_oldest_seconds", "Age of the oldest of them.", max(0.0, age.total_seconds())),
    )
    if age <= LATE:
        return well(*measures)
    return degraded(
        f"{count} messages have not been mailed, the oldest for {age // timedelta(minutes=1)} minutes.",
        "`repository doctor` tries the mail server, and `repository jobs list` shows its answer; after mending,"
        " `repository jobs retry`.",
        *measures,
    )
