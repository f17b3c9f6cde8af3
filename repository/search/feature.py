"""What search contributes: the index, which follows drafts, versions and their files."""

from collections.abc import Sequence
from datetime import timedelta

from repository.communities.facts import CommunityAssigned
from repository.core.check_report import CheckReport
from repository.deposits.facts import DraftDiscarded, DraftOpened, DraftSaved
from repository.engines.services import Services
from repository.feature import Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.publication.facts import (
    EmbargoLifted,
    EmbargoRestored,
    FilesJudged,
    NewVersionBegun,
    VersionChange,
    VersionEdited,
    VersionPublished,
    VersionRestored,
    VersionWithdrawn,
)
from repository.search.facts import IndexLost
from repository.search.index import fill_lost_index, index_drafts, index_files, index_records, repair_index
from repository.search.index_commands import index
from repository.sharing.facts import GrantsChanged

CHANGES = (VersionPublished, VersionEdited, EmbargoLifted, EmbargoRestored, VersionWithdrawn, VersionRestored)
DRAFTS = (DraftOpened, DraftSaved, DraftDiscarded, NewVersionBegun, VersionPublished)


def with_others(fact: VersionChange) -> Sequence[int]:
    """Return the version and those whose "is latest" flag changed with it."""
    return [fact.version_id, *fact.others]


def with_other_files(fact: VersionChange) -> Sequence[int]:
    """Return the version if other people may have its files now; a correction of its description sends none of them."""
    return [] if isinstance(fact, VersionEdited) and not fact.files_changed else [fact.version_id]


def versions_of(fact: CommunityAssigned | GrantsChanged) -> Sequence[int]:
    """Return all versions of the concept."""
    return fact.versions


def drafts_of(fact: GrantsChanged) -> Sequence[int]:
    """Return all drafts of the concept."""
    return fact.drafts


def compare_index(services: Services) -> CheckReport:
    """Make the search index say what the database says."""
    return CheckReport(*repair_index(services))


FEATURE = Feature(
    "search",
    facts=(IndexLost,),
    reactions=(
        *after(IndexLost, start="fill_index"),
        *after(*CHANGES, start="index_records", subjects=with_others),
        *after(*CHANGES, start="index_files", subjects=with_other_files),
        *after(CommunityAssigned, start="index_records", subjects=versions_of),
        *after(GrantsChanged, start="index_records", subjects=versions_of),
        *after(FilesJudged, start="index_records"),
        *after(GrantsChanged, start="index_drafts", subjects=drafts_of),
        *after(*DRAFTS, start="index_drafts"),
    ),
    jobs={
        "index_records": JobKind(for_subjects(index_records), Queue.SOON),
        "index_drafts": JobKind(for_subjects(index_drafts), Queue.SOON),
        "fill_index": JobKind(lambda services, _run: fill_lost_index(services), Queue.LONG),
        "index_files": JobKind(for_subjects(index_files), Queue.LONG),
    },
    sweeps=(Sweep("index", timedelta(hours=1), compare_index, thorough=True),),
    commands=(index,),
)
