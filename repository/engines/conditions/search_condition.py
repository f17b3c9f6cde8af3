"""Whether the search engine answers, and takes documents."""

from repository.core.conditions import Condition, degraded, failed, well
from repository.core.errors import Unavailable
from repository.engines.search.port import OUTDATED
from repository.engines.services import Services


def search_works(services: Services) -> Condition:
    """Ask for what hinders the engine; without it all but searches goes on."""
    try:
        description = services.search.describe()
        hindrances = services.search.hindrances()
    except Unavailable as error:
        return failed(
            error.reason,
            "Start the search engine, or mend its disk. An index that is damaged or gone is made anew by"
            " `repository index rebuild --anew`.",
        )
    if hindrances:
        return degraded(" ".join(hindrances), "Give the search engine's disk room; then look at its own log.")
    if OUTDATED in description:
        return degraded(
            "The index was made by another release: searches find less.",
            "Run `repository index rebuild`; searches go on meanwhile.",
        )
    return well()
