"""What deposits contribute: drafts, and the count of what their owners have."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.deposits import model
from repository.deposits.facts import (
    DraftDiscarded,
    DraftOpened,
    DraftSaved,
    FetchDue,
    FilesRemoved,
    FilesRenamed,
    RecordQuotaChanged,
)
from repository.deposits.fetch_files import fetch_again, fetch_files
from repository.deposits.use_recount import recount_use
from repository.engines.services import Services
from repository.feature import Feature, JobKind, Queue, Sweep, after, for_subjects


def count_drafts(services: Services) -> CheckReport:
    """Compare what is counted of people's drafts with their drafts."""
    return recount_use(services.database)


def ask_for_files_again(services: Services) -> CheckReport:
    """Fetch files again whose jobs were given up."""
    return fetch_again(services.database, services.clock_watch.fault(services.database))


FEATURE = Feature(
    "deposits",
    facts=(DraftOpened, DraftSaved, FilesRenamed, FilesRemoved, DraftDiscarded, RecordQuotaChanged, FetchDue),
    reactions=tuple(after(FetchDue, start="fetch_files")),
    jobs={"fetch_files": JobKind(for_subjects(fetch_files), Queue.IDLE, most=1)},
    sweeps=(
        Sweep("drafts", timedelta(days=1), count_drafts, thorough=True),
        Sweep("fetches", timedelta(hours=1), ask_for_files_again),
    ),
    tables=(model,),
)
