"""``repository restore --adopt`` and ``--advance``: what a restored database needs before it may mint again."""

from repository.engines.own_store import OwnStore
from repository.engines.services import Services


def adopt_store(services: Services) -> None:
    """Let the database take the store as its own, whatever it knew; raises `Unsuitable`, `Unavailable`."""
    assert isinstance(services.store, OwnStore)
    services.store.identity.adopt()


def advance_numbers(services: Services) -> int:
    """Move the sequence beyond all that the store remembers, and return how far; the site mints again."""
    assert services.numbers is not None
    return services.numbers.advance(services.database)
