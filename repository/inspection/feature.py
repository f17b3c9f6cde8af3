"""What inspection contributes: verified files are looked into, and again by an inspector that knows more."""

from datetime import timedelta

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, JobKind, JobRun, Queue, Sweep, after
from repository.files.facts import FileReceived, FileVerified
from repository.inspection import model
from repository.inspection.inspect_files import look_into
from repository.inspection.inspection_commands import inspect
from repository.inspection.queries import outdated_files

AT_ONCE, MOST_A_RUN = 50, 2_000


def inspect_files(services: Services, run: JobRun) -> None:
    """Look into files that were received or verified; those that are not verified come again when they are."""
    look_into(services.database, services.store, services.inspector, run.subjects)


def look_again(services: Services) -> CheckReport:
    """Look again into files that an earlier inspector has seen, or one without a cage."""
    report = CheckReport()
    while services.inspector.is_looking and report.faults < MOST_A_RUN:
        with services.database.snapshot(SYSTEM) as snapshot:
            ids = outdated_files(snapshot, AT_ONCE)
        seen = look_into(services.database, services.store, services.inspector, ids)
        for file_id in ids[:seen]:
            report.note(f"file {file_id}", repaired=True)
        if seen < AT_ONCE:
            break  # what is left cannot be looked into now: it is damaged, say
    return report


FEATURE = Feature(
    "inspection",
    reactions=(*after(FileReceived, FileVerified, start="inspect_files"),),
    jobs={"inspect_files": JobKind(inspect_files, Queue.IDLE, most=AT_ONCE)},
    sweeps=(Sweep("previews", timedelta(hours=1), look_again),),
    tables=(model,),
    commands=(inspect,),
)
