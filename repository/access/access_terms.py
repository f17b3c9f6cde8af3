"""A dataset's own access settings: who sees the record, who gets the files, and until when they wait."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from repository.core.errors import SENT, FieldError

PUBLIC, RESTRICTED = "public", "restricted"
LEVELS = (PUBLIC, RESTRICTED)
MAX_REASON = 5_000


class AccessStatus(StrEnum):
    """Derived; the names are the InvenioRDM contract's."""

    OPEN = "open"
    EMBARGOED = "embargoed"
    RESTRICTED = "restricted"
    METADATA_ONLY = "metadata-only"


@dataclass(frozen=True, slots=True)
class AccessTerms:
    """`embargo_until` is the day on which record and files open; None without an embargo."""

    record: str = PUBLIC
    files: str = PUBLIC
    embargo_until: date | None = None
    embargo_reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        embargo: dict[str, Any] = {
            "active": self.embargo_until is not None,
            "reason": self.embargo_reason,
        }
        if self.embargo_until:
            embargo["until"] = self.embargo_until.isoformat()
        return {"record": self.record, "files": self.files, "embargo": embargo}

    def status(self, has_files: bool) -> AccessStatus:
        if self.embargo_until:
            return AccessStatus.EMBARGOED
        if RESTRICTED in (self.record, self.files):
            return AccessStatus.RESTRICTED
        return AccessStatus.OPEN if has_files else AccessStatus.METADATA_ONLY

    @property
    def members(self) -> dict[str, Any]:
        """The terms for a column of the database."""
        until = self.embargo_until.isoformat() if self.embargo_until else None
        return {"record": self.record, "files": self.files, "until": until, "reason": self.embargo_reason}

    @classmethod
    def of_members(cls, stored: Mapping[str, Any]) -> "AccessTerms":
        """Return the terms of such a column."""
        until = date.fromisoformat(stored["until"]) if stored["until"] else None
        return cls(stored["record"], stored["files"], until, stored["reason"])

    def lifted(self) -> "AccessTerms":
        """Return the terms after the embargo: all is open."""
        return AccessTerms()


_NO_OBJECT = FieldError.of("access", "Invalid input type.")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNKEPT = frozenset("\x00\ufffd")


def read_access_terms(raw: object, today: date) -> tuple[AccessTerms, list[FieldError]]:
    """Return the `access` object of a draft's body and what is wrong with it.

    Where something is wrong the stricter reading holds, so that a mistake never opens data. The first fault keeps the
    whole object.
    """
    if raw is None:
        return AccessTerms(), []
    terms, errors = _read(raw, today)
    if errors and isinstance(raw, Mapping):
        errors[0] = errors[0].keeping({name: value for name, value in raw.items() if name != "status"})
    return terms, errors


def _read(raw: object, today: date) -> tuple[AccessTerms, list[FieldError]]:
    if not isinstance(raw, Mapping):
        return AccessTerms(RESTRICTED, RESTRICTED), [_NO_OBJECT.keeping({SENT: raw})]
    errors = [
        _NO_OBJECT if name == SENT else FieldError.of(f"access.{name}", "Unknown field.")
        for name in raw
        if name not in ("record", "files", "embargo", "status")
    ]
    record, files = (_level(raw, name, errors) for name in ("record", "files"))
    if record == RESTRICTED:
        files = RESTRICTED  # a hidden record cannot have open files
    until, reason = _embargo(raw.get("embargo"), today, errors)
    if until and files != RESTRICTED:
        errors.append(FieldError.of("access.embargo.active", "Files must be restricted."))
        files = RESTRICTED
    return AccessTerms(record, files, until, reason), errors


def _level(raw: Mapping[str, Any], name: str, errors: list[FieldError]) -> str:
    if name not in raw:
        errors.append(FieldError.of("access", f"'{name}'"))
        return RESTRICTED
    if raw[name] not in LEVELS:
        message = f"'{name}' must be either 'public' or 'restricted'"
        errors.append(FieldError.of(f"access.{name}", message))
        return RESTRICTED
    return str(raw[name])


def _embargo(raw: object, today: date, errors: list[FieldError]) -> tuple[date | None, str | None]:
    if raw is None:
        return None, None
    if not isinstance(raw, Mapping):
        errors.append(FieldError.of("access.embargo", "Invalid input type."))
        return None, None
    for name in raw:
        if name not in ("active", "until", "reason"):
            errors.append(FieldError.of(f"access.embargo.{name}", "Unknown field."))
    reason = raw.get("reason")
    # NUL is the one character that not every database can keep in a text; U+FFFD is kept in its place
    if reason is not None and (not isinstance(reason, str) or len(reason) > MAX_REASON or _UNKEPT & set(reason)):
        errors.append(FieldError.of("access.embargo.reason", "Not a valid string."))
        reason = None
    if not isinstance(raw.get("active"), bool | None):
        errors.append(FieldError.of("access.embargo.active", "Not a valid boolean."))
    if raw.get("active") is not True:
        errors += _unused(raw, today)
        return None, None
    return _end(raw.get("until"), today, errors), reason


def _unused(raw: Mapping[str, Any], today: date) -> list[FieldError]:
    """Return the fault of an embargo that is not active; one that is over does no harm."""
    until = _day(raw.get("until"))
    if not (raw.get("until") or raw.get("reason")):
        return []
    over = until is not None and until <= today
    message = "This embargo is over and will not be published." if over else "This embargo is not active."
    return [FieldError("access.embargo.active", (message,), harmless=over)]


def _day(raw: object) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and _DAY.fullmatch(raw) else None
    except ValueError:
        return None


def _end(raw: object, today: date, errors: list[FieldError]) -> date | None:
    until = _day(raw)
    message = "Embargo end date must be set to a future date."
    if until is None and isinstance(raw, str) and raw:
        message = "Not a valid date."
    if until is None or until <= today:
        errors.append(FieldError.of("access.embargo.until", message))
        return None
    return until
