"""What happens to identifiers."""

from repository.core.facts import Fact


class RegistrationOverdue(Fact):
    """Subject: a published version or a concept with identifiers that should have been registered long ago."""


class RegistrationRetried(Fact):
    """Subject: a published version or a concept; somebody wants its registration tried again now."""
