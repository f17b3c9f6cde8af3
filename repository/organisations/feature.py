"""What organisations contribute: their tables, the command that refreshes them, and the list that ships."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, Sweep
from repository.organisations import model
from repository.organisations.facts import OrganisationsRefreshed
from repository.organisations.organisation_commands import affiliations
from repository.organisations.refresh import load_snapshot


def fill_organisations(services: Services) -> CheckReport:
    """Take over the list that ships, where there is none yet."""
    load_snapshot(services.database)
    return CheckReport()


FEATURE = Feature(
    "organisations",
    facts=(OrganisationsRefreshed,),
    sweeps=(Sweep("organisations", timedelta(hours=1), fill_organisations),),
    tables=(model,),
    commands=(affiliations,),
)
