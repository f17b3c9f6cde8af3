"""What harvesting contributes: the sets that administrators define follow the index."""

from collections.abc import Sequence
from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.harvest import model
from repository.harvest.facts import SetChanged, SetDefined, SetRemoved
from repository.harvest.set_membership import file_everything, file_in_sets, fill_sets


def where_to_refill(fact: SetChanged) -> Sequence[int]:
    """Return the set, if its query changed."""
    return [fact.set_id] if fact.refill else []


def compare_sets(services: Services) -> CheckReport:
    """Put into the sets what belongs there, in case a job was lost."""
    moved = file_everything(services)
    return CheckReport(moved, moved)


FEATURE = Feature(
    "harvest",
    facts=(SetDefined, SetChanged, SetRemoved),
    reactions=(
        *after(SetDefined, start="fill_sets"),
        *after(SetChanged, start="fill_sets", subjects=where_to_refill),
    ),
    jobs={"fill_sets": JobKind(for_subjects(fill_sets), Queue.LONG)},
    # a set finds its versions by the index, which must know them first
    at_end_of={"index_records": for_subjects(file_in_sets)},
    sweeps=(Sweep("sets", timedelta(days=1), compare_sets, thorough=True),),
    tables=(model,),
)
