"""Make the index say what the database says where they differ."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter

from repository.engines.search.port import DocumentKind
from repository.engines.services import Services
from repository.records.narrowed_access import WHOLE_INDEX, IndexedPart, index_told, overdue_notes
from repository.search.index.comparison import Difference, IndexPart, Problem, differences
from repository.search.index.file_documents import index_files
from repository.search.index.indexing import index_drafts, index_records

BATCH = 500
"""differences repaired at once"""

MOST = 10_000
"""differences held in memory; an index with more is not late but broken"""

LOOK_AGAIN_SECONDS = 10.0
"""so long a job may be on its way before what it has not done yet counts as a difference"""

_Index = Callable[[Services, Sequence[int]], None]
_INDEX: Mapping[IndexPart, _Index] = {
    IndexPart.DRAFT: index_drafts,
    IndexPart.RECORD: index_records,
    IndexPart.FILES: index_files,
}


def repair(services: Services, differing: Iterable[Difference]) -> int:
    """Repair the differences while they are found, in batches; returns how many.  May run again, and beside jobs."""
    repaired = 0
    for part, of_part in groupby(differing, key=attrgetter("part")):
        while batch := list(islice(of_part, BATCH)):
            _repair(services, part, batch)
            repaired += len(batch)
    return repaired


def repair_index(services: Services, look_again: float = LOOK_AGAIN_SECONDS) -> tuple[int, int]:
    """Compare all and repair what stays different for `look_again` seconds; returns how many differed and are repaired.

    What is different only at the first look is work on its way, and no difference.
    """
    with index_told(services.database, IndexedPart.ALL, [WHOLE_INDEX]):
        _finish_lost(services)
        return _repair_lasting(services, look_again)


def _repair_lasting(services: Services, look_again: float) -> tuple[int, int]:
    first = set(islice(differences(services), MOST))
    if not first:
        return 0, 0
    threading.Event().wait(look_again)
    repaired = repair(services, _lasting(services, first))
    return repaired, repaired


def _finish_lost(services: Services) -> None:
    """Tell the index of narrowed access whose job was lost: searches leave such records out until it is told."""
    for part, index in _INDEX.items():
        if overdue := overdue_notes(services.database, IndexedPart[part.name]):
            index(services, overdue)


def _lasting(services: Services, first: set[Difference]) -> Iterator[Difference]:
    broken = len(first) == MOST
    return (difference for difference in differences(services) if broken or difference in first)


def _repair(services: Services, part: IndexPart, batch: Sequence[Difference]) -> None:
    ahead = [difference.id for difference in batch if difference.problem is Problem.AHEAD]
    _drop(services, part, ahead)  # an older revision would not replace them
    _INDEX[part](services, [difference.id for difference in batch])
    for difference in batch:
        if part is IndexPart.FILES and difference.problem is Problem.STALE:
            services.search.drop_files(difference.id, before=difference.expected[0])


def _drop(services: Services, part: IndexPart, ids: Sequence[int]) -> None:
    if part is IndexPart.FILES:
        for record_id in ids:
            services.search.drop_files(record_id)
    elif ids:
        services.search.drop(DocumentKind(part.value), ids)
