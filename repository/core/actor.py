"""Who acts: a person with a credential, nobody in particular, or the repository itself."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The rights of a person beyond those of a depositor."""

    DEPOSITOR = "depositor"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"


def role_of(name: str) -> Role:
    """Return the role of this name; one that only a newer release knows gives no more than a depositor's rights."""
    return Role(name) if name in frozenset(Role) else Role.DEPOSITOR


class TokenScope(StrEnum):
    """A right of a token; the names are Zenodo's."""

    WRITE = "deposit:write"
    ACTIONS = "deposit:actions"
    READ = "user:read"
    """reading what is not public: drafts, restricted records and files, lists of one's own"""
    TOKENS = "user:tokens"
    """only a sign-in has it: a token cannot make tokens"""


GRANTABLE = (TokenScope.WRITE, TokenScope.ACTIONS, TokenScope.READ)
"""The scopes that a token can have, and has if none is named."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or system that acts, with its rights.

    `person_id` is None for the anonymous public; `scopes` limit what the bearer of a token may do.  `teams` and
    `institutions` are the ids of those that the person belongs to, `links` the ids of the presented links;
    those that are `blind` make a referee of the actor, who learns no name.
    `credential` is what the audit trail tells of the proof, such as ``token:12``; it decides nothing.
    `limited_to` is the one dataset for which a token works: to everything else its bearer is the anonymous public.
    `token_id` is the token that the request has, if it has one.
    """

    person_id: int | None = None
    role: Role = Role.DEPOSITOR
    scopes: frozenset[TokenScope] = frozenset()
    system: bool = False
    teams: frozenset[int] = frozenset()
    institutions: frozenset[int] = frozenset()
    links: frozenset[int] = frozenset()
    credential: str = field(default="", compare=False)
    limited_to: int | None = None
    token_id: int | None = None
    blind: frozenset[int] = frozenset()

    @property
    def is_referee(self) -> bool:
        """Whether the actor learns no name, whatever else they may do."""
        return bool(self.blind)

    @property
    def name(self) -> str:
        """The name for logs and the audit trail."""
        if self.system:
            return "system"
        return "anonymous" if self.person_id is None else f"person:{self.person_id}"


ANONYMOUS = Actor()
SYSTEM = Actor(system=True, role=Role.ADMINISTRATOR, scopes=frozenset(TokenScope))
