"""How much room there is, what the store holds, and what of it is damaged or waits to be removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from repository.access.policy import Action, Resource, must
from repository.core.disks import DiskRoom
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.files.known_faults import count_faults
from repository.files.model import StoreComparison
from repository.files.quarantine import QuarantineState, last_comparison, quarantine_state


@dataclass(frozen=True, slots=True)
class StoredTotal:
    """What the store held when all of it was looked at last; `size` None if its bytes were not counted."""

    at: datetime
    objects: int
    size: int | None


@dataclass(frozen=True, slots=True)
class StorageState:
    """The room of this machine's disks, and the state of the store.

    `reserve` bytes of each disk are not for uploads.  `damaged` is counted to a limit (`files.known_faults`), `total`
    is None before the store was looked at once.
    """

    disks: Sequence[DiskRoom]
    reserve: int
    total: StoredTotal | None
    quarantine: QuarantineState
    damaged: int


def storage_state(services: Services, snapshot: Snapshot) -> StorageState:
    """Return the state of all that is stored; raise `Forbidden`, and `Unavailable` for a disk that is gone."""
    must(snapshot.actor, Action.READ_OPERATION, Resource())
    try:
        disks = services.disks.rooms()
    except OSError as error:
        raise Unavailable(f"A disk cannot be looked at: {error.strerror}.") from error
    return StorageState(
        disks,
        services.disks.reserve,
        _total(last_comparison(snapshot)),
        quarantine_state(snapshot),
        count_faults(snapshot),
    )


def _total(row: StoreComparison | None) -> StoredTotal | None:
    return StoredTotal(row.at, row.objects, row.size) if row else None
