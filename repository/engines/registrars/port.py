"""What every registrar promises: an identifier that is registered resolves to its landing page.

A registrar is asked at least once, and may be asked again after an answer was lost.  Whoever asks again asks first
what the registrar knows (`target_of`), so that nothing is minted twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Registration:
    """`value` is the bare identifier, `target` the absolute URL of the landing page.

    `document` is the metadata in the registrar's own format (`Registrar.format`).  With `withdrawn` the identifier
    goes on resolving, to a tombstone, and is no longer offered by the registrar's searches.
    """

    value: str
    target: str
    document: Mapping[str, Any] = field(default_factory=dict)
    withdrawn: bool = False


class Stage(StrEnum):
    """How far a registration got."""

    DONE = "done"
    PENDING = "pending"
    """accepted; `Registrar.outcomes` tells later what became of it"""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`cause` says why it was refused, in the registrar's words; `ticket` is what to ask `outcomes` with."""

    stage: Stage
    cause: str = ""
    ticket: str = ""


class Registrar(Protocol):
    """One account with one registration agency: an endpoint, a prefix, credentials.

    Every method raises `Unavailable` when the registrar does not answer, limits the rate, or answers what makes no
    sense; then it is not known whether it did what it was asked.  A registration that is refused is an `Outcome`, so
    that one member of a batch does not take the others with it.
    """

    name: str
    format: str
    """which document it wants: ``datacite``, ``cstr``, or none (empty)"""
    most: int
    """registrations that one call takes"""
    here: bool
    """nobody outside is asked: this installation is the register"""

    def target_of(self, value: str) -> str | None:
        """Return where the registrar says that the identifier leads; None when it does not know the identifier."""
        ...

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        """Register what the registrar does not know yet; one outcome for each, in their order."""
        ...

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        """Replace target and document of what the registrar knows."""
        ...

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:
        """What became of a batch that was `PENDING`, by value; `PENDING` again while it is under way."""
        ...

    def describe(self) -> str:
        """What it is and where, without secrets; raises `Unavailable`."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
