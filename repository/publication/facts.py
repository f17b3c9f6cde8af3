"""What happens to versions."""

from repository.core.facts import Fact


class VersionPublished(Fact):
    """Subject: the version; details name the concept and the versions that are no longer, or now, one of the latest."""


class VersionEdited(Fact):
    """Subject: the version, whose description or access has a new revision."""


class VersionWithdrawn(Fact):
    """Subject: the version, which has a tombstone; details name its concept and the versions that are latest now."""


class VersionRestored(Fact):
    """Subject: the version, whose tombstone is gone; details as of a withdrawal."""


class CommunityAssigned(Fact):
    """Subject: the concept, which belongs to another community or none; details name both it and the versions."""


class GrantsChanged(Fact):
    """Subject: the concept, whose grants are others now; details name its versions and its drafts."""


class EditBegun(Fact):
    """Subject: the version that an edit was opened for."""


class NewVersionBegun(Fact):
    """Subject: the draft of the coming version."""


class EmbargoLifted(Fact):
    """Subject: the version whose files opened."""
