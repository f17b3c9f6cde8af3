"""Whether calls are counted."""

from repository.core.conditions import Condition, Measure, degraded, well
from repository.engines.services import Services


def calls_are_counted(services: Services) -> Condition:
    """Ask the counter; while it is away everybody is let through."""
    fault = services.limits.counter.fault()
    measure = Measure("repository_limits_away", "Whether calls are not limited.", float(bool(fault)))
    if fault:
        return degraded(fault, "Start the Redis that REPOSITORY_LIMITS_URL names; nothing else waits for it.", measure)
    return well(measure)
