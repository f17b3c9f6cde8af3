"""What files contribute: bytes that nothing refers to are removed, and the store is compared with the database."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, JobKind, JobRun, Queue, Sweep, after
from repository.files import cleanup, model
from repository.files.facts import FileReceived, FileReleased, FileSetDiscarded
from repository.files.removal import empty_discarded_set, remove_unused_file
from repository.files.store_check import compare_with_store


def remove_files(services: Services, run: JobRun) -> None:
    """Remove stored files that nothing refers to."""
    for file_id in run.subjects:
        remove_unused_file(services.database, services.store, file_id, run.facts.get(file_id))


def empty_sets(services: Services, run: JobRun) -> None:
    """Remove the entries of discarded file sets."""
    for set_id in run.subjects:
        empty_discarded_set(services.database, set_id)


def clear_uploads(services: Services) -> CheckReport:
    """Clear abandoned bytes, expired uploads, and the rests of interrupted writes."""
    hold = services.clock_watch.fault(services.database)
    return cleanup.clear_uploads(services.database, services.store, services.upkeep.quarantine, hold)


def compare_store(services: Services) -> CheckReport:
    """Compare the stored files with the objects of the store."""
    hold = services.clock_watch.fault(services.database)
    return compare_with_store(services.database, services.store, services.upkeep.quarantine, hold)


FEATURE = Feature(
    "files",
    facts=(FileReceived, FileReleased, FileSetDiscarded),
    reactions=(
        *after(FileReleased, start="remove_files"),
        *after(FileSetDiscarded, start="empty_sets"),
    ),
    jobs={
        "remove_files": JobKind(remove_files, Queue.LONG),
        "empty_sets": JobKind(empty_sets, Queue.LONG, most=10),
    },
    sweeps=(
        Sweep("uploads", timedelta(hours=1), clear_uploads),
        Sweep("store", timedelta(days=1), compare_store, thorough=True),
    ),
    tables=(model,),
)
