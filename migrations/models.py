"""Every table of the application, gathered so that Alembic compares with all of them."""

from repository.core import clock_watch, facts, preservation_events
from repository.core.database import site_marks
from repository.core.database.engine import Base
from repository.features import FEATURES

MODULES = (
    facts,
    preservation_events,
    clock_watch,
    site_marks,
    *(table for feature in FEATURES for table in feature.tables),
)
METADATA = Base.metadata
