"""What operation contributes: the tables of jobs and sweeps."""

from repository.feature import Feature
from repository.operation import model

FEATURE = Feature("operation", tables=(model,))
