"""What access contributes: the table of grants."""

from repository.access import model
from repository.feature import Feature

FEATURE = Feature("access", tables=(model,))
