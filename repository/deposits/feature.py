"""What deposits contribute: drafts, and the count of what their owners have."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.deposits import model
from repository.deposits.facts import (
    DraftDiscarded,
    DraftOpened,
    DraftSaved,
    FilesRemoved,
    FilesRenamed,
    RecordQuotaChanged,
)
from repository.deposits.use_recount import recount_use
from repository.engines.services import Services
from repository.feature import Feature, Sweep


def count_drafts(services: Services) -> CheckReport:
    """Compare what is counted of people's drafts with their drafts."""
    return recount_use(services.database)


FEATURE = Feature(
    "deposits",
    facts=(DraftOpened, DraftSaved, FilesRenamed, FilesRemoved, DraftDiscarded, RecordQuotaChanged),
    sweeps=(Sweep("drafts", timedelta(days=1), count_drafts, thorough=True),),
    tables=(model,),
)
