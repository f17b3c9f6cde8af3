"""What happens to files."""

from repository.core.facts import Fact


class FileReceived(Fact):
    """Subject: the stored file, committed under a name."""


class FileReleased(Fact):
    """Subject: a stored file that a name no longer refers to."""


class FileSetDiscarded(Fact):
    """Subject: a file set that nothing refers to any more."""
