"""What records contribute: the tables of versions and their concepts."""

from repository.feature import Feature
from repository.records import model

FEATURE = Feature("records", tables=(model,))
