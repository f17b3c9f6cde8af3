"""Who acts: a person with a credential, nobody in particular, or the repository itself."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The rights of a person beyond those of a depositor."""

    DEPOSITOR = "depositor"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"


class TokenScope(StrEnum):
    """A right of a token; the names are Zenodo's."""

    WRITE = "deposit:write"
    ACTIONS = "deposit:actions"
    READ = "user:read"
    TOKENS = "user:tokens"
    """only a sign-in has it: a token cannot make tokens"""


GRANTABLE = (TokenScope.WRITE, TokenScope.ACTIONS, TokenScope.READ)
"""The scopes that a token can have."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or system that acts, with its rights.

    `person_id` is None for the anonymous public; `scopes` limit what the bearer of a token may do.  `teams` and
    `institutions` are the ids of those that the person belongs to, `links` the ids of the presented links.
    """

    person_id: int | None = None
    role: Role = Role.DEPOSITOR
    scopes: frozenset[TokenScope] = frozenset()
    system: bool = False
    teams: frozenset[int] = frozenset()
    institutions: frozenset[int] = frozenset()
    links: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """The name for logs and the audit trail."""
        if self.system:
            return "system"
        return "anonymous" if self.person_id is None else f"person:{self.person_id}"


ANONYMOUS = Actor()
SYSTEM = Actor(system=True, role=Role.ADMINISTRATOR, scopes=frozenset(TokenScope))
