"""What happens to the sets that administrators define."""

from repository.core.facts import Fact


class SetDefined(Fact):
    """Subject: the set, which is to be filled before it can be harvested."""


class SetChanged(Fact):
    """Subject: the set; `refill` among the details says that it may find other versions now."""


class SetRemoved(Fact):
    """Subject: the set, which is gone; details name its `spec`."""
