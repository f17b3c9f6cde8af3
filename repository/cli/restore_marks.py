"""What a restored database needs before it may mint again: ``repository restore``, its ``--adopt`` and ``--advance``.

The store remembers what was given out.  Where it was lost too, nobody knows how many numbers followed the backup: then
a million are passed over.
"""

from repository.audit.store_memory import accept_head
from repository.backup.put_back import Restored
from repository.engines.copies.port import DatabaseCopies, value_of
from repository.engines.own_store import OwnStore
from repository.engines.services import Services

LEAP = 1_000_000
"""more numbers than any site gives out between two backups"""


def adopt_store(services: Services) -> None:
    """Let the database take the store as its own, whatever it knew; raises `Unsuitable`, `Unavailable`."""
    assert isinstance(services.store, OwnStore)
    services.store.identity.adopt()


def adopt_restored(services: Services, restored: Restored) -> None:
    """Do as `adopt_store`, and mark a store that was lost and has its objects again; raises `Unsuitable`."""
    assert isinstance(services.store, OwnStore)
    if restored.filled and not services.store.identity.is_marked:
        services.store.identity.mark_again()
    else:
        services.store.identity.adopt()


def remember_lost_numbers(services: Services, copies: DatabaseCopies, restored: Restored) -> None:
    """Let the store remember more numbers than can have followed the backup, unless it was there all the time."""
    assert isinstance(services.store, OwnStore)
    assert services.numbers is not None
    if restored.store_stayed and services.store.identity.is_marked:
        return
    with copies.now() as state:
        last = int(value_of(state, "SELECT max(id) FROM number") or 0)
    services.numbers.remember(last + LEAP)


def accept_seals(services: Services) -> int | None:
    """Take the database's audit trail as the one that holds; return the seal that the store remembered, if another."""
    forgotten = accept_head(services.database, services.store.marks)
    return forgotten.number if forgotten else None


def advance_numbers(services: Services) -> int:
    """Move the sequence beyond all that the store remembers, and return how far; the site mints again."""
    assert services.numbers is not None
    return services.numbers.advance(services.database)
