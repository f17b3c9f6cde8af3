"""The sweeps of the features and of the workers themselves, and how often each is due."""

from collections.abc import Sequence
from datetime import timedelta

from repository.feature import Sweep
from repository.features import FEATURES
from workers.sweeps.backlog import look_for_stuck_jobs, relay_overdue_facts
from workers.sweeps.overdue_registrations import register_overdue

SWEEPS: Sequence[Sweep] = (
    Sweep("facts", timedelta(minutes=1), relay_overdue_facts),
    Sweep("jobs", timedelta(minutes=1), look_for_stuck_jobs),
    Sweep("identifiers", timedelta(minutes=10), register_overdue),
    *(sweep for feature in FEATURES for sweep in feature.sweeps),
)
