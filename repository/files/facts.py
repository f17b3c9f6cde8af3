"""Facts about files."""

from repository.core.facts import Fact


class FileReceived(Fact):
    """A file was committed under a name; subject: the stored file."""


class FileReleased(Fact):
    """A name no longer refers to a file; subject: the stored file."""


class FileSetDiscarded(Fact):
    """Nothing refers to a file set any more; subject: the file set."""
