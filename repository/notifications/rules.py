"""When a notice is mailed: decided on plain values."""

from datetime import datetime, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
EVERY_KIND = ""
"""The kind of a preference about all kinds."""


class NoticeMode(StrEnum):
    """What a person may want; of a kind `MUTED`, of all kinds `DAILY`."""

    MUTED = "muted"
    DAILY = "daily"


class MailPlan(StrEnum):
    """What becomes of a new notice as mail."""

    NEVER = "never"
    NOW = "now"
    LATER = "later"


def mail_plan(mutable: bool, muted: bool, daily: bool) -> MailPlan:
    """Return when a notice is mailed; what may not be muted comes at once."""
    if not mutable:
        return MailPlan.NOW
    if muted:
        return MailPlan.NEVER
    return MailPlan.LATER if daily else MailPlan.NOW


def is_too_late(created: datetime, valid_for: timedelta | None, now: datetime) -> bool:
    """Return whether a notice of a passing matter is of no use any more."""
    return valid_for is not None and now - created > valid_for
