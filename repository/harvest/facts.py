"""Facts about the sets that administrators define."""

from repository.core.facts import Fact


class SetDefined(Fact):
    """Subject: the set; a job fills it before harvesters can list it."""


class SetChanged(Fact):
    """Subject: the set; `refill` among the details is true when its search may have other hits now."""


class SetRemoved(Fact):
    """Subject: the former set; details hold its `spec`."""
