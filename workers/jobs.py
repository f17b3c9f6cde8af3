"""What each job does, given the ids of its subjects.

A job may be given several subjects at once (those that wait together), reads their state anew, and may run twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.files.fixity import verify_sets
from repository.files.removal import empty_discarded_set, remove_unused_file
from repository.harvest.set_membership import file_in_sets, fill_sets
from repository.identifiers.register import register_identifiers
from repository.records.model import Version
from repository.records.registrar_metadata import registration_targets
from repository.search.index import index_drafts, index_files, index_records

Run = Callable[[Services, Sequence[int]], None]


class Queue(StrEnum):
    """Urgency: what people wait for, and what takes its time."""

    SOON = "soon"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class JobKind:
    """`most` subjects are handed to one worker together: work that takes its time is spread over workers."""

    run: Run
    queue: Queue
    most: int = 50


def index_and_file(services: Services, version_ids: Sequence[int]) -> None:
    """Bring versions over to the index, and then into the sets that find them there."""
    index_records(services, version_ids)
    file_in_sets(services, version_ids)


def fill(services: Services, set_ids: Sequence[int]) -> None:
    """Look for all that belongs into sets of a harvest that are new or find something else."""
    fill_sets(services, set_ids)


def verify_files(services: Services, version_ids: Sequence[int]) -> None:
    """Read the bytes of published versions back and compare them with their digests."""
    with services.database.snapshot(SYSTEM) as snapshot:
        sets = snapshot.session.scalars(select(Version.file_set_id).where(Version.id.in_(version_ids)).distinct()).all()
    verify_sets(services.database, services.store, sets)


def register(services: Services, owners: Sequence[int]) -> None:
    """Make registrars say of the identifiers of versions and concepts what the database says."""
    register_identifiers(
        services.database, services.registrars, owners, lambda read: registration_targets(services, read)
    )


def remove_files(services: Services, file_ids: Sequence[int]) -> None:
    """Remove stored files that nothing refers to."""
    for file_id in file_ids:
        remove_unused_file(services.database, services.store, file_id)


def empty_sets(services: Services, set_ids: Sequence[int]) -> None:
    """Remove what discarded file sets held."""
    for set_id in set_ids:
        empty_discarded_set(services.database, set_id)


JOBS: Mapping[str, JobKind] = {
    "index_records": JobKind(index_and_file, Queue.SOON),
    "index_drafts": JobKind(index_drafts, Queue.SOON),
    "index_files": JobKind(index_files, Queue.LONG),
    "register": JobKind(register, Queue.SOON),
    "verify_files": JobKind(verify_files, Queue.LONG, most=10),
    "remove_files": JobKind(remove_files, Queue.LONG),
    "empty_sets": JobKind(empty_sets, Queue.LONG, most=10),
    "fill_sets": JobKind(fill, Queue.LONG),
}
