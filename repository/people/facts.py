"""What happens to accounts."""

from repository.core.facts import Fact


class PersonRegistered(Fact):
    """Subject: the person."""


class TokenIssued(Fact):
    """Subject: the token."""


class TokenRevoked(Fact):
    """Subject: the token."""
