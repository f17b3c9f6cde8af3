"""What all pages of a search have in common: its total and its facets, kept until the index changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from repository.engines.search.port import Bucket, Search

MOST = 256


@dataclass(frozen=True, slots=True)
class Summary:
    """`facets_of` is the number of hits that facets were counted from, None for all."""

    total: int
    facets: Mapping[str, Sequence[Bucket]]
    facets_of: int | None = None


class Summaries:
    """The last `MOST` summaries, each for one state of the index.  Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Summary] = OrderedDict()

    def of(self, state: Hashable, search: Search, make: Callable[[Search], Summary]) -> Summary:
        """Return the summary of `search` in this `state` of the index; `make` it if it is not kept."""
        key = (state, blake2b(repr(_question(search)).encode("utf-8", "surrogatepass"), digest_size=20).digest())
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        summary = make(search)
        with self._lock:
            self._kept[key] = summary
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return summary


def _question(search: Search) -> Hashable:
    """Return what the summary depends on: all but the page, its order and its highlights."""
    filters = tuple((name, tuple(values)) for name, values in sorted(search.filters.items()))
    return (
        search.query,
        search.scope,
        search.kinds,
        search.latest_only,
        filters,
        tuple(search.facets),
        search.facet_size,
    )
