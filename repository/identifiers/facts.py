"""Facts about identifiers."""

from repository.core.facts import Fact


class RegistrationOverdue(Fact):
    """Subject: a published version or a concept whose registration is long overdue."""


class RegistrationRetried(Fact):
    """Subject: a published version or a concept; an administrator retries its registration now."""
