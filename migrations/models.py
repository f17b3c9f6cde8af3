"""Every table of the application, gathered so that Alembic compares with all of them."""

from repository.access import model as access
from repository.core import facts
from repository.core.database.engine import Base
from repository.deposits import model as deposits
from repository.files import model as files
from repository.harvest import model as oai
from repository.identifiers import model as identifiers
from repository.people import model as accounts
from repository.records import model as records
from workers import model as workers

ALL = (access, accounts, deposits, files, facts, identifiers, oai, records, workers)
METADATA = Base.metadata
