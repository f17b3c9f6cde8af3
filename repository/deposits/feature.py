"""What deposits contribute: drafts."""

from repository.deposits import model
from repository.deposits.facts import DraftDiscarded, DraftOpened, DraftSaved
from repository.feature import Feature

FEATURE = Feature("deposits", facts=(DraftOpened, DraftSaved, DraftDiscarded), tables=(model,))
