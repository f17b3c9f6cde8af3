"""Every table of the application, gathered so that Alembic compares with all of them."""

from repository.accounts import model as accounts
from repository.deposits import model as deposits
from repository.files import model as files
from repository.foundation import facts
from repository.foundation.database import Base
from repository.identifiers import model as identifiers
from repository.oai import model as oai
from repository.records import model as records
from workers import model as workers

ALL = (accounts, deposits, files, facts, identifiers, oai, records, workers)
METADATA = Base.metadata
