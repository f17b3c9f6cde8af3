"""What files contribute: unused bytes are removed, kept ones checked, and the store is compared with the database."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import ConditionCheck, Feature, JobKind, JobRun, Queue, Sweep, after
from repository.files import cleanup, model
from repository.files.facts import (
    FaultCleared,
    FaultFound,
    FileFailed,
    FileReceived,
    FileReleased,
    FileSetDiscarded,
    FileVerified,
    UploadGivenUp,
    VerificationDue,
)
from repository.files.file_conditions import quarantine_has_time, stored_bytes_are_whole
from repository.files.first_reading import UNVERIFIED_FOR, verify_again, verify_file
from repository.files.fixity_cycle import RUN, DueChecks, FixityCycle
from repository.files.known_faults import report_of_faults
from repository.files.reading_pace import ReadingPace
from repository.files.removal import empty_discarded_set, remove_unused_file
from repository.files.store_check import compare_with_store


def remove_files(services: Services, run: JobRun) -> None:
    """Remove stored files that nothing refers to."""
    for file_id in run.subjects:
        remove_unused_file(services.database, services.store, file_id, run.facts.get(file_id))


def verify_received(services: Services, run: JobRun) -> None:
    """Read the bytes of received files, and learn their digests."""
    for file_id in run.subjects:
        verify_file(services.database, services.store, file_id)


def discard_uploads(services: Services, run: JobRun) -> None:
    """Discard uploads that nobody wants any more."""
    for upload_id in run.subjects:
        cleanup.end_upload(services.database, services.store, upload_id)


def empty_sets(services: Services, run: JobRun) -> None:
    """Remove the entries of discarded file sets."""
    for set_id in run.subjects:
        cause = run.facts.get(set_id)
        fact = cause.fact if cause else None
        owner_id = fact.owner_id if isinstance(fact, FileSetDiscarded) else 0
        empty_discarded_set(services.database, set_id, owner_id)


def clear_uploads(services: Services) -> CheckReport:
    """Clear abandoned bytes, expired uploads, and the rests of interrupted writes."""
    hold = services.clock_watch.fault(services.database)
    return cleanup.clear_uploads(services.database, services.store, services.upkeep.quarantine, hold)


def ask_again(services: Services) -> CheckReport:
    """Ask again for verifications that were given up."""
    return verify_again(services.database)


def compare_store(services: Services) -> CheckReport:
    """Compare the stored files with the objects of the store."""
    hold = services.clock_watch.fault(services.database)
    return compare_with_store(services.database, services.store, services.upkeep.quarantine, hold)


def check_due_files(services: Services) -> CheckReport:
    """Check the files whose fixity check is longest ago."""
    return _check_files(services, DueChecks.by_clock(services.upkeep.fixity_period))


def check_oldest_files(services: Services) -> CheckReport:
    """Check the files whose fixity check is longest ago, however lately that was."""
    return _check_files(services, DueChecks.everything())


def _check_files(services: Services, due: DueChecks) -> CheckReport:
    rate = services.upkeep.fixity_rate
    cycle = FixityCycle(services.database, services.store, ReadingPace(rate, int(rate * RUN.total_seconds())))
    cycle.run(due)
    return report_of_faults(services.database, cycle.changes.healed)


FEATURE = Feature(
    "files",
    facts=(
        FileReceived,
        VerificationDue,
        FileVerified,
        FileFailed,
        UploadGivenUp,
        FileReleased,
        FileSetDiscarded,
        FaultFound,
        FaultCleared,
    ),
    reactions=(
        *after(VerificationDue, start="verify_received"),
        *after(UploadGivenUp, start="discard_uploads"),
        *after(FileReleased, start="remove_files"),
        *after(FileSetDiscarded, start="empty_sets"),
    ),
    jobs={
        "verify_received": JobKind(verify_received, Queue.LONG, most=1),
        "discard_uploads": JobKind(discard_uploads, Queue.LONG),
        "remove_files": JobKind(remove_files, Queue.LONG),
        "empty_sets": JobKind(empty_sets, Queue.LONG, most=10),
    },
    sweeps=(
        Sweep("uploads", timedelta(hours=1), clear_uploads),
        Sweep("verification", UNVERIFIED_FOR, ask_again),
        Sweep("store", timedelta(days=1), compare_store, thorough=True),
        Sweep("fixity", timedelta(minutes=1), check_due_files, thorough=True, by_hand=check_oldest_files),
    ),
    conditions=(
        ConditionCheck("stored_bytes", stored_bytes_are_whole),
        ConditionCheck("quarantine", quarantine_has_time),
    ),
    tables=(model,),
)
