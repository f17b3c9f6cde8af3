"""What operation contributes: the tables of jobs and sweeps, and what people wish of them."""

from repository.feature import Feature
from repository.operation import model
from repository.operation.facts import JobsRetried, SweepWished
from repository.operation.storage_commands import storage

FEATURE = Feature("operation", facts=(JobsRetried, SweepWished), tables=(model,), commands=(storage,))
