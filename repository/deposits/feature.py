"""What deposits contribute: drafts, and the count of what their owners have."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.deposits import model
from repository.deposits.expiry import expire_drafts
from repository.deposits.facts import (
    DraftDiscarded,
    DraftExpiring,
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


def expire_old_drafts(services: Services) -> CheckReport:
    """Warn of drafts that nobody changes, and discard those that were warned of."""
    return expire_drafts(services.database, services.site, services.clock_watch.fault(services.database))


def ask_for_files_again(services: Services) -> CheckReport:
    """Fetch files again whose jobs were given up."""
    return fetch_again(services.database, services.clock_watch.fault(services.database))


FEATURE = Feature(
    "deposits",
    facts=(
        DraftOpened,
        DraftSaved,
        FilesRenamed,
        FilesRemoved,
        DraftDiscarded,
        RecordQuotaChanged,
        FetchDue,
        DraftExpiring,
    ),
    reactions=tuple(after(FetchDue, start="fetch_files")),
    jobs={"fetch_files": JobKind(for_subjects(fetch_files), Queue.IDLE, most=1)},
    sweeps=(
        Sweep("drafts", timedelta(days=1), count_drafts, thorough=True),
        Sweep("expired_drafts", timedelta(hours=6), expire_old_drafts),
        Sweep("fetches", timedelta(hours=1), ask_for_files_again),
    ),
    tables=(model,),
)
