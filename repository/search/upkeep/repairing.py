"""Make the index say what the database says where they differ."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter

from repository.engines.facilities import Facilities
from repository.engines.search.port import Kind
from repository.search.upkeep.comparing import Difference, Part, Problem, differences
from repository.search.upkeep.filing import index_files
from repository.search.upkeep.indexing import index_drafts, index_records

BATCH = 500
"""differences repaired at once"""

MOST = 10_000
"""differences held in memory; an index with more is not late but broken"""

LOOK_AGAIN_SECONDS = 10.0
"""so long a job may be on its way before what it has not done yet counts as a difference"""

_Index = Callable[[Facilities, Sequence[int]], None]
_INDEX: Mapping[Part, _Index] = {Part.DRAFT: index_drafts, Part.RECORD: index_records, Part.FILES: index_files}


def repair(facilities: Facilities, found: Iterable[Difference]) -> int:
    """Repair the differences while they are found, in batches; returns how many.  May run again, and beside jobs."""
    repaired = 0
    for part, of_part in groupby(found, key=attrgetter("part")):
        while batch := list(islice(of_part, BATCH)):
            _repair(facilities, part, batch)
            repaired += len(batch)
    return repaired


def repair_index(facilities: Facilities, look_again: float = LOOK_AGAIN_SECONDS) -> tuple[int, int]:
    """Compare all and repair what stays different for `look_again` seconds; returns how many differed and are repaired.

    What is different only at the first look is work on its way, and no difference.
    """
    first = set(islice(differences(facilities), MOST))
    if not first:
        return 0, 0
    threading.Event().wait(look_again)
    repaired = repair(facilities, _lasting(facilities, first))
    return repaired, repaired


def _lasting(facilities: Facilities, first: set[Difference]) -> Iterator[Difference]:
    broken = len(first) == MOST
    return (each for each in differences(facilities) if broken or each in first)


def _repair(facilities: Facilities, part: Part, batch: Sequence[Difference]) -> None:
    ahead = [each.id for each in batch if each.problem is Problem.AHEAD]
    _drop(facilities, part, ahead)  # an older revision would not replace them
    _INDEX[part](facilities, [each.id for each in batch])
    for each in batch:
        if part is Part.FILES and each.problem is Problem.STALE:
            facilities.search.drop_files(each.id, before=each.wanted[0])


def _drop(facilities: Facilities, part: Part, ids: Sequence[int]) -> None:
    if part is Part.FILES:
        for each in ids:
            facilities.search.drop_files(each)
    elif ids:
        facilities.search.drop(Kind(part.value), ids)
