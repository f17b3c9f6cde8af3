"""What follows from what: every fact, and the jobs it starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from repository.core.facts import Fact, FactRow
from repository.deposits.facts import DraftDiscarded, DraftOpened, DraftSaved
from repository.files.facts import FileReceived, FileReleased, FileSetDiscarded
from repository.harvest.facts import SetChanged, SetDefined, SetRemoved
from repository.identifiers.facts import RegistrationOverdue, RegistrationRetried
from repository.people.facts import PersonRegistered, TokenIssued, TokenRevoked
from repository.publication.facts import (
    CommunityAssigned,
    EditBegun,
    EmbargoLifted,
    GrantsChanged,
    NewVersionBegun,
    VersionEdited,
    VersionPublished,
    VersionRestored,
    VersionWithdrawn,
)

Subjects = Callable[[FactRow], Sequence[int]]


def itself(fact: FactRow) -> Sequence[int]:
    return [fact.subject]


def with_others(fact: FactRow) -> Sequence[int]:
    return [fact.subject, *fact.details["others"]]


def with_concept(fact: FactRow) -> Sequence[int]:
    """Its concept names the version, and versions beside it may have become its neighbours."""
    return [fact.subject, fact.details["concept"], *fact.details["others"]]


def its_versions(fact: FactRow) -> Sequence[int]:
    return list(fact.details["versions"])


def its_drafts(fact: FactRow) -> Sequence[int]:
    return list(fact.details["drafts"])


def where_to_refill(fact: FactRow) -> Sequence[int]:
    return [fact.subject] if fact.details["refill"] else []


@dataclass(frozen=True, slots=True)
class Reaction:
    """A job of `workers.jobs.JOBS`, for each of the fact's subjects."""

    job: str
    subjects: Subjects = itself


CHANGED = [
    Reaction("index_records", with_others),
    Reaction("index_files", with_others),
    Reaction("register", with_concept),
]
"""What follows when something that was published reads differently."""

REACTIONS: Mapping[type[Fact], Sequence[Reaction]] = {
    VersionPublished: [
        Reaction("index_records", with_others),
        Reaction("index_files", with_others),
        Reaction("index_drafts"),
        Reaction("register", with_concept),
        Reaction("verify_files"),
    ],
    VersionEdited: CHANGED,
    EmbargoLifted: CHANGED,
    VersionWithdrawn: CHANGED,
    VersionRestored: CHANGED,
    CommunityAssigned: [Reaction("index_records", its_versions), Reaction("index_files", its_versions)],
    GrantsChanged: [
        Reaction("index_records", its_versions),
        Reaction("index_files", its_versions),
        Reaction("index_drafts", its_drafts),
    ],
    EditBegun: [],
    NewVersionBegun: [Reaction("index_drafts")],
    DraftOpened: [Reaction("index_drafts")],
    DraftSaved: [Reaction("index_drafts")],
    DraftDiscarded: [Reaction("index_drafts")],
    FileReceived: [],
    FileReleased: [Reaction("remove_files")],
    FileSetDiscarded: [Reaction("empty_sets")],
    RegistrationOverdue: [Reaction("register")],
    RegistrationRetried: [Reaction("register")],
    SetDefined: [Reaction("fill_sets")],
    SetChanged: [Reaction("fill_sets", where_to_refill)],
    SetRemoved: [],
    PersonRegistered: [],
    TokenIssued: [],
    TokenRevoked: [],
}
