"""The list of features, top floor first, and the tables that are made of what they contribute."""

from collections.abc import Mapping, Sequence
from typing import Any

from repository.access.feature import FEATURE as ACCESS
from repository.audit.feature import FEATURE as AUDIT
from repository.communities.feature import FEATURE as COMMUNITIES
from repository.core.facts import Fact
from repository.deposits.feature import FEATURE as DEPOSITS
from repository.feature import Feature, JobKind, Reaction
from repository.files.feature import FEATURE as FILES
from repository.harvest.feature import FEATURE as HARVEST
from repository.identifiers.feature import FEATURE as IDENTIFIERS
from repository.imports.feature import FEATURE as IMPORTS
from repository.inspection.feature import FEATURE as INSPECTION
from repository.notifications.feature import FEATURE as NOTIFICATIONS
from repository.operation.feature import FEATURE as OPERATION
from repository.organisations.feature import FEATURE as ORGANISATIONS
from repository.people.feature import FEATURE as PEOPLE
from repository.publication.feature import FEATURE as PUBLICATION
from repository.records.feature import FEATURE as RECORDS
from repository.search.feature import FEATURE as SEARCH
from repository.sharing.feature import FEATURE as SHARING
from repository.webhooks.feature import FEATURE as WEBHOOKS

FEATURES: Sequence[Feature] = (
    OPERATION,
    HARVEST,
    NOTIFICATIONS,
    SEARCH,
    WEBHOOKS,
    SHARING,
    PUBLICATION,
    IMPORTS,
    DEPOSITS,
    RECORDS,
    INSPECTION,
    IDENTIFIERS,
    COMMUNITIES,
    FILES,
    PEOPLE,
    AUDIT,
    ORGANISATIONS,
    ACCESS,
)


def jobs_of(features: Sequence[Feature]) -> Mapping[str, JobKind]:
    """Return the jobs by name, each with what other features add at its end."""
    jobs = {name: kind for feature in features for name, kind in feature.jobs.items()}
    for feature in features:
        for name, addition in feature.at_end_of.items():
            jobs[name] = jobs[name].followed_by(addition)
    return jobs


def reactions_of(features: Sequence[Feature]) -> Mapping[str, Sequence[Reaction[Any]]]:
    """Return what follows from each kind of fact, in the order of the features."""
    reactions: dict[str, list[Reaction[Any]]] = {fact.__name__: [] for fact in _facts_of(features)}
    for feature in features:
        for reaction in feature.reactions:
            reactions[reaction.fact.__name__].append(reaction)
    return reactions


def _facts_of(features: Sequence[Feature]) -> Sequence[type[Fact]]:
    return [fact for feature in features for fact in feature.facts]


FACTS: Mapping[str, type[Fact]] = {fact.__name__: fact for fact in _facts_of(FEATURES)}
"""Every kind of fact that this release knows."""

JOBS: Mapping[str, JobKind] = jobs_of(FEATURES)
"""Every job that this release knows."""

REACTIONS: Mapping[str, Sequence[Reaction[Any]]] = reactions_of(FEATURES)
"""By kind of fact, what follows from it."""

UNFOLLOWED = frozenset(kind for kind, reactions in REACTIONS.items() if not reactions)
"""Kinds of facts from which nothing follows: they are only the audit trail."""
