"""What can go wrong, in the words of the field; `core.web.problems` maps each error to an HTTP status.

Nothing below the web layer knows a status code.  Every error carries a reason for people; `Invalid` and
`Incomplete` carry `FieldError`s for machines.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

WARNING = "warning"
"""The severity of a harmless fault; one without severity is an error."""
SENT = "sent"
"""The member of a stored fault that keeps what was sent. In a part of a draft it shows what was sent as no object."""
MOST_FAULTS = 1_000
"""that are told at once, with those that only count others"""
LONGEST_FIELD = 500
"""characters of a path, of which the client chooses parts"""
LONGEST_MESSAGE = 1_000
MOST_MESSAGES = 25
_COUNTED = re.compile(r"([0-9]{1,12}) more faults are not listed\.")
AT_ONCE = "Another request changed the same thing at the same time."
"""Why a `Conflict` is raised when another request was faster."""
WHOLE = "_schema"
"""The field of a fault of a body as a whole."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """The faults of one field.

    `field` is a dotted path in which a list index is a segment, as in ``metadata.creators.0.role``. A `harmless` one
    tells what the caller should know, and stops nothing. `sent` is what the caller sent, by name, where nothing but the
    fault keeps it. `codes` tell programs what each message says; a face adds them when it tells the fault.
    """

    field: str
    messages: tuple[str, ...]
    harmless: bool = False
    sent: Mapping[str, Any] | None = None
    codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, field: str, *messages: str) -> "FieldError":
        return cls(field, messages)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "FieldError":
        harmless = stored.get("severity") == WARNING
        return cls(stored["field"], tuple(stored["messages"]), harmless, stored.get(SENT))

    def keeping(self, sent: Mapping[str, Any]) -> "FieldError":
        """Return the fault with what was sent."""
        return replace(self, sent=sent)

    @property
    def others(self) -> int:
        """How many faults this one counts that are not listed; 0 for one of its own."""
        counted = _COUNTED.fullmatch(self.messages[0]) if self.messages else None
        return int(counted[1]) if counted else 0

    def clipped(self) -> "FieldError":
        """Return the fault with a path and messages of bounded length: both may repeat what was sent."""
        messages = self.messages[:MOST_MESSAGES]
        if len(self.field) <= LONGEST_FIELD and all(len(message) <= LONGEST_MESSAGE for message in messages):
            return self if len(messages) == len(self.messages) else replace(self, messages=messages)
        shortened = tuple(clipped(message, LONGEST_MESSAGE) for message in messages)
        return replace(self, field=clipped(self.field, LONGEST_FIELD), messages=shortened)

    def as_json(self) -> dict[str, Any]:
        severity = {"severity": WARNING} if self.harmless else {}
        sent = {} if self.sent is None else {SENT: self.sent}
        return {"field": self.field, "messages": list(self.messages), **self._codes_json(), **severity, **sent}

    def _codes_json(self) -> dict[str, Any]:
        """Return the code of the first message, and all of them where there are several messages."""
        if not self.codes:
            return {}
        return {"code": self.codes[0], **({"codes": list(self.codes)} if len(self.codes) > 1 else {})}


def clipped(text: str, most: int = LONGEST_MESSAGE) -> str:
    """Return `text` with at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def bounded(faults: Iterable[FieldError], parts: Collection[str] = ()) -> list[FieldError]:
    """Return at most `MOST_FAULTS`, the last of which count the rest in words, with all that was sent.

    `parts` are the beginnings of paths that are counted by themselves, `WHOLE` is for all others.
    """
    listed: list[FieldError] = []
    rest: dict[str, FieldError] = {}
    for fault in faults:
        if len(listed) < MOST_FAULTS and not fault.others:
            listed.append(fault.clipped())
        else:
            _count(fault, rest, parts)
    while len(listed) + len(rest) > MOST_FAULTS:
        _count(listed.pop(), rest, parts)
    return [*listed, *rest.values()]


def _count(fault: FieldError, rest: dict[str, FieldError], parts: Collection[str]) -> None:
    """Count one more fault among the `rest` of its part, with what was sent."""
    beginning = fault.field.partition(".")[0]
    part = beginning if beginning in parts else WHOLE
    before = rest.get(part)
    number = (before.others if before else 0) + (fault.others or 1)
    harmless = fault.harmless and (before is None or before.harmless)
    sent = before.sent if before else None
    if fault.sent is not None:
        sent = sent if sent is not None else {}
        sent |= fault.sent  # type: ignore[operator]  # the dictionary is this function's own
    rest[part] = FieldError(part, (f"{number} more faults are not listed.",), harmless, sent)


class RepositoryError(Exception):
    """An error that a caller can understand and act on; a `code` tells programs what the status alone does not."""

    default = "The request could not be carried out."
    code = ""

    def __init__(self, reason: str = "", errors: Sequence[FieldError] = ()) -> None:
        super().__init__(reason or self.default)
        self.reason = reason or self.default
        self.errors = tuple(errors)


class Invalid(RepositoryError):
    """The request itself is wrong."""

    default = "A validation error occurred."

    @classmethod
    def field(cls, field: str, *messages: str) -> "Invalid":
        """Return the error for one field."""
        return cls(errors=(FieldError(field, messages),))


class Incomplete(Invalid):
    """A draft lacks something that the action requires."""


class NotSignedIn(RepositoryError):
    """The request has a credential that is not valid, or no longer valid."""

    default = "The presented credential is invalid, expired or revoked."

    def __init__(self, reason: str = "", code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class TooManyTries(RepositoryError):
    """Somebody guesses credentials; the next try may be made after `seconds`."""

    default = "Too many failed tries. Please try again later."

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class TooManyCalls(RepositoryError):
    """Somebody makes more calls of a kind than are allowed; the next one may be made after `seconds`."""

    code = "too_many_calls"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many calls of this kind. Please go on in {seconds} seconds.")
        self.seconds = seconds


class Forbidden(RepositoryError):
    """The actor may not do this."""

    default = "Permission denied."


class CrossSite(RepositoryError):
    """A change comes with the cookie of a session, and not from a page of ours."""

    default = "This change does not come from a page of this site."
    code = "csrf_failed"


class OverQuota(RepositoryError):
    """A person would have more than is allotted to them; `code` says of what, `used` and `limit` how much."""

    default = "More than is allotted."

    def __init__(self, reason: str, code: str, used: int, limit: int) -> None:
        super().__init__(reason)
        self.code, self.used, self.limit = code, used, limit


class NotFound(RepositoryError):
    """The resource does not exist, or the actor may not learn that it exists."""

    default = "Not found."


class MovedTo(RepositoryError):
    """The record has another id: a concept's id leads to its latest version."""

    default = "Moved."

    def __init__(self, record_id: int) -> None:
        super().__init__()
        self.record_id = record_id


class Gone(RepositoryError):
    """The record was withdrawn; `tombstone` says why, as JSON."""

    default = "Record deleted"

    def __init__(self, reason: str = "", tombstone: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)
        self.tombstone = dict(tombstone or {})


class Conflict(RepositoryError):
    """The state of the resource does not allow this action."""

    default = "The state of the resource does not allow this."


class Busy(RepositoryError):
    """Another request does the same thing right now; this one may be sent again in a moment."""

    default = "Another request is doing this right now. Please try again in a moment."


class Altered(RepositoryError):
    """The received bytes do not have the checksum that came with them; none of them counts."""

    default = "The received bytes do not have the announced checksum: none of them was kept."


class Stale(RepositoryError):
    """The caller changes a revision that is no longer the current one."""

    default = "The resource was changed by someone else."


class TooLarge(RepositoryError):
    """The content has more bytes than allowed."""

    default = "The content is larger than allowed."


class Unavailable(RepositoryError):
    """An engine does not answer; the same request may succeed later."""

    default = "A part of the service is not available right now."


class NoRoom(Unavailable):
    """A disk, or what was allotted of it, is full; it is for a person to make room."""

    default = "The store has no room left."


class Damaged(RepositoryError):
    """Stored bytes are not those that were received; they come back only if a curator puts them back."""

    default = "The content is damaged."


class Unsuitable(RepositoryError):
    """An engine answers, but refuses what the repository cannot do without; waiting does not help."""

    default = "A part of the service cannot be used as it is set up."
