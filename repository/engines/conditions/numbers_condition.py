"""Whether identifiers can be minted: a restored database must not give them out again."""

from repository.core.conditions import Condition, failed, well
from repository.core.errors import Unavailable
from repository.engines.services import Services


def numbers_are_safe(services: Services) -> Condition:
    """Compare the numbers of the database with what the store remembers."""
    if services.numbers is None:
        return well()
    try:
        services.numbers.describe(services.database)
    except Unavailable as error:
        return failed(
            error.reason,
            "If an older database was restored, run `repository restore --advance`; reading goes on meanwhile.",
        )
    return well()
