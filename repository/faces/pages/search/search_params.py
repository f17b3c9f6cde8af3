"""The parameters in the address of a search.  What is mistyped becomes the default, or a fault on the page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from repository.core.paging import WINDOW
from repository.engines.search.port import Sort
from repository.faces.pages.shell.page_frame import PageFrame

FACET_OF: Mapping[str, str] = {
    "type": "resource_type",
    "access": "access_status",
    "licence": "license",
    "language": "language",
    "file_type": "file_type",
    "subject": "subject",
    "creator": "creator",
}
"""Parameter -> facet, in the order of the page; `year` is a range and stands apart."""
SORTS = (Sort.BEST_MATCH, Sort.NEWEST, Sort.OLDEST, Sort.UPDATED_DESC)
SIZES = (25, 50, 100)
MOST_YEARS = 200
"""from the first to the last of a range"""
_MOST_VALUES, _LONGEST_VALUE = 100, 1_000
_RANGE = re.compile(r"([0-9]{4})?(\.\.)?([0-9]{4})?")
_LATEST = 9999


@dataclass(frozen=True, slots=True)
class SearchParams(PageFrame):
    """One search: words, selections of facets, a range of years, and which part of what order is shown."""

    q: str = ""
    selections: tuple[tuple[str, str], ...] = ()
    """parameter and value of each selection, in the order of the address"""
    year: str = ""
    sort: str = ""
    page: int = 1
    size: int = SIZES[0]
    literal: bool = False
    """identifiers do not lead to their dataset"""

    def own(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that are not the default."""
        words = (("q", self.q), ("search", "1" if self.literal else ""))
        place = (("size", str(self.size) if self.size != SIZES[0] else ""), ("page", str(self.page)))
        values = (*words, *self.selections, ("year", self.year), ("sort", self.sort), *place)
        return tuple((name, value) for name, value in values if value and (name, value) != ("page", "1"))

    def address(self) -> str:
        """Return the address of the search on this site."""
        return f"/search{self.query()}"

    def feed(self) -> str:
        """Return the address of the newest datasets that the search finds, as a feed; names are those of the API."""
        chosen = [(FACET_OF[name], value) for name, value in self.selections]
        years = [("year", year) for year in self.years() or ()]
        query = urlencode([*((("q", self.q),) if self.q else ()), *chosen, *years])
        return f"/search.atom?{query}" if query else "/feed.atom"

    def hidden(self, *names: str) -> Sequence[tuple[str, str]]:
        """Return what a form repeats of the address, without the parameters `names` and the page."""
        language = (("lang", self.language),) if self.chosen else ()
        return [*language, *(pair for pair in self.own() if pair[0] not in (*names, "page"))]

    def canonical(self) -> str:
        """Return the query without the language and the part that is shown."""
        return replace(self, chosen=False, page=1, size=SIZES[0], sort="").query()

    def values(self, name: str) -> Sequence[str]:
        """Return the selected values of a parameter."""
        return [value for parameter, value in self.selections if parameter == name]

    def with_value(self, name: str, value: str) -> str:
        """Return the address with one more selection."""
        return self._selecting((*self.selections, (name, value)))

    def without_value(self, name: str, value: str) -> str:
        """Return the address without a selection."""
        return self._selecting(tuple(pair for pair in self.selections if pair != (name, value)))

    def without(self, name: str) -> str:
        """Return the address without all selections of a parameter."""
        if name == "year":
            return replace(self, year="", page=1).address()
        return self._selecting(tuple(pair for pair in self.selections if pair[0] != name))

    def without_filters(self) -> str:
        return replace(self, selections=(), year="", page=1).address()

    def at_page(self, page: int) -> str:
        return replace(self, page=page).address()

    def asking(self, q: str) -> str:
        """Return the address of the same search with other words."""
        return replace(self, q=q, page=1).address()

    @property
    def active(self) -> int:
        """How many filters are chosen."""
        return len(self.selections) + bool(self.year)

    @property
    def order(self) -> Sort:
        """The order of the results: without words none is a better match."""
        if self.sort and not (self.sort == Sort.BEST_MATCH and not self.q):
            return Sort(self.sort)
        return Sort.BEST_MATCH if self.q else Sort.NEWEST

    def years(self) -> Sequence[str] | None:
        """Return all years of the range, none without one; None for what is no range."""
        form = _RANGE.fullmatch(self.year)
        if form is None:
            return None
        low, interval, high = form.groups()
        if not interval:
            return None if high else [low] if low else []
        first, last = _ends(low, high)
        return [f"{year:04}" for year in range(first, last + 1)] if 0 <= last - first < MOST_YEARS else None

    def _selecting(self, selections: tuple[tuple[str, str], ...]) -> str:
        return replace(self, selections=selections, page=1).address()


def _ends(low: str | None, high: str | None) -> tuple[int, int]:
    """Return both ends of a range; an open one is as far away as a range may be long."""
    first = int(low) if low else max(0, int(high or _LATEST) - MOST_YEARS + 1)
    return first, int(high) if high else min(_LATEST, first + MOST_YEARS - 1)


def search_params(arguments: Mapping[str, Sequence[str]], language: str, *, chosen: bool) -> SearchParams:
    """Return the search of an address."""

    def last(name: str) -> str:
        return (arguments.get(name) or [""])[-1].strip()

    pairs = ((name, value) for name in FACET_OF for value in dict.fromkeys(arguments.get(name, ())) if value)
    selections = [pair for pair in pairs if len(pair[1]) <= _LONGEST_VALUE][:_MOST_VALUES]
    size = int(last("size")) if last("size") in map(str, SIZES) else SIZES[0]
    return SearchParams(
        language,
        chosen,
        q=last("q"),
        selections=tuple(selections),
        year=last("year"),
        sort=last("sort") if last("sort") in SORTS else "",
        page=_page(last("page"), size),
        size=size,
        literal=last("search") == "1",
    )


def _page(text: str, size: int) -> int:
    """Return the number of the page, at most the last one that can be reached by number."""
    return min(int(text), WINDOW // size) if re.fullmatch("[0-9]{1,9}", text) and int(text) else 1


def year_range(low: str, high: str) -> str:
    """Return a range as an address has it, from both fields of a form."""
    low, high = low.strip(), high.strip()
    if low == high or not (low or high):
        return low
    return f"{low}..{high}"
