"""What a dataset says of requests for access: who may ask, on which conditions, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_CONDITIONS = 10_000
"""characters of the conditions, with their markup"""
MAX_LINK_DAYS = 365


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """The settings of one dataset; their names on the wire are the InvenioRDM contract's (section 1.7).

    `conditions` is formatted text, None for none.  `access_days` is how long access lasts that is given without an
    end, 0 for as long as the site allows.
    """

    allow_users: bool = False
    allow_guests: bool = False
    conditions: str | None = None
    access_days: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "allow_user_requests": self.allow_users,
            "allow_guest_requests": self.allow_guests,
            "accept_conditions_text": self.conditions,
            "secret_link_expiration": self.access_days,
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any] | None) -> "RequestSettings":
        """Return the settings that a column keeps; a dataset without any takes no requests."""
        if stored is None:
            return cls()
        return cls(
            stored.get("allow_user_requests") is True,
            stored.get("allow_guest_requests") is True,
            stored.get("accept_conditions_text"),
            stored.get("secret_link_expiration") or 0,
        )
