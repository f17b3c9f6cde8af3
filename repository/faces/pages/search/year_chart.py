"""The years of a search's results, as bars in their order."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

HEIGHT, STEP, BAR = 40, 10, 8
_WIDEST = 120
"""years of a chart with gaps; beyond that only years with results have a place"""


@dataclass(frozen=True, slots=True)
class YearBar:
    """The bar of a year in units of the chart; `chosen` is within the range that the search names."""

    year: str
    count: int
    x: int
    y: int
    height: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class YearChart:
    """Bars of the years with results, `width` units wide."""

    bars: tuple[YearBar, ...]
    width: int
    first: str
    last: str
    description: str
    """the years and their numbers in words"""

    @classmethod
    def of(cls, counts: Mapping[str, int], chosen: Collection[str]) -> Self | None:
        """Return the chart of years with results, None where there are none."""
        years = sorted(year for year in counts if year.isdigit())
        if not years:
            return None
        places = _places(years)
        most = max(counts[year] for year in years)
        bars = []
        for year in years:
            height = max(2, round(HEIGHT * counts[year] / most))
            x, within = places[year] * STEP, not chosen or year in chosen
            bars.append(YearBar(year, counts[year], x, HEIGHT - height, height, within))
        description = ", ".join(f"{bar.year}: {bar.count:,}" for bar in bars)
        return cls(tuple(bars), (places[years[-1]] + 1) * STEP, years[0], years[-1], description)


def _places(years: list[str]) -> Mapping[str, int]:
    first, last = int(years[0]), int(years[-1])
    if last - first < _WIDEST:
        return {year: int(year) - first for year in years}
    return {year: place for place, year in enumerate(years)}
