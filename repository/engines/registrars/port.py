"""What every registrar promises: a registered identifier resolves to its landing page.

A registrar is called at least once, and may be called again after a lost reply. A repeated call first looks up what the
registrar knows (`target_of`), so that nothing is minted twice.

`register` only creates.  What the registrar knows already may be another dataset's, minted before an older database was
restored: it is `KNOWN`, and stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Registration:
    """One identifier to register: `value` is bare, `target` is the absolute URL of the landing page.

    `document` is the metadata in the registrar's own format (`Registrar.format`). A `withdrawn` identifier goes on
    resolving, to a tombstone, and the registrar's searches no longer show it.
    """

    value: str
    target: str
    document: Mapping[str, Any] = field(default_factory=dict)
    withdrawn: bool = False


class Stage(StrEnum):
    """The progress of a registration."""

    DONE = "done"
    PENDING = "pending"
    """accepted; `Registrar.outcomes` tells the result later"""
    REFUSED = "refused"
    KNOWN = "known"
    """the registrar knows the identifier already, and has changed nothing"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result: `cause` says in the registrar's words why not, `ticket` is the argument for `outcomes`."""

    stage: Stage
    cause: str = ""
    ticket: str = ""


class Registrar(Protocol):
    """One account with one registration agency: an endpoint, a prefix, credentials.

    Every method raises `Unavailable` when the registrar does not reply, limits the rate, or sends a reply that makes no
    sense; then nobody knows whether it carried out the request. A refused registration is an `Outcome`, so that one
    member of a batch does not take the others with it.
    """

    name: str
    format: str
    """format of its documents: ``datacite``, ``cstr``, or none (empty)"""
    most: int
    """registrations in one call at most"""
    here: bool
    """this installation is the register: no call leaves it"""

    def target_of(self, value: str) -> str | None:
        """Return the target of the identifier, None when the registrar does not know it."""

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        """Register new identifiers, and never change a known one. Return one outcome for each, in their order."""

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        """Replace target and document of registered identifiers."""

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the outcomes of a `PENDING` batch, by value; `PENDING` again while it is under way."""

    def describe(self) -> str:
        """Return what it is and where, without secrets. Raise `Unavailable`."""

    def close(self) -> None:
        """Close connections."""
