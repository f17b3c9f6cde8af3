"""What imports contribute: look-ups at registrars, and an end to those without an answer."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.imports import model
from repository.imports.facts import ImportDue
from repository.imports.look_up import end_silent_imports, look_up_descriptions


def end_imports(services: Services) -> CheckReport:
    """End imports whose jobs were given up."""
    return end_silent_imports(services.database, services.clock_watch.fault(services.database))


FEATURE = Feature(
    "imports",
    facts=(ImportDue,),
    reactions=tuple(after(ImportDue, start="look_up_descriptions")),
    jobs={"look_up_descriptions": JobKind(for_subjects(look_up_descriptions), Queue.SOON, most=1)},
    sweeps=(Sweep("imports", timedelta(hours=1), end_imports),),
    tables=(model,),
)
