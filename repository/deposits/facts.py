"""What happens to drafts."""

from repository.core.facts import Fact


class DraftOpened(Fact):
    """Subject: the draft."""


class DraftSaved(Fact):
    """Subject: the draft."""


class DraftDiscarded(Fact):
    """Subject: the id that the draft had."""
