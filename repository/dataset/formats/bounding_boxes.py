"""The bounding box of a geometry, and its text in WKT.

Sources: RFC 7946 (GeoJSON), sections 3.1 and 5; OGC 06-103r4 (Simple Features), section 7 (WKT), longitude first as in
CRS84.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from repository.dataset.formats.geometries import within_180

Geometry = Mapping[str, Any]
Position = Sequence[float]
Span = tuple[float, float]

_LEVELS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""Lists around a position in the coordinates of each type."""


class Box(NamedTuple):
    """A box in degrees; `west` is greater than `east` where it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def wkt(self) -> str | None:
        """A polygon, with longitudes over 180 degrees where it crosses the antimeridian; None without area."""
        east = self.east + 360 if self.west > self.east else self.east
        if east == self.west or self.north == self.south:
            return None
        west, south, right, north = map(decimal, (self.west, self.south, east, self.north))
        return f"POLYGON(({west} {south}, {right} {south}, {right} {north}, {west} {north}, {west} {south}))"


def box(geometry: Geometry) -> Box | None:
    """Return the box around `geometry`, None when it has no position.

    The box crosses the antimeridian if that makes it smaller and at most half the world wide. So it does for shapes
    that were cut there (section 3.1.9), and for stations on both sides.
    """
    lines = [line for line in _lines(geometry) if line]
    if not lines:
        return None
    latitudes = [min(max(position[1], -90.0), 90.0) for line in lines for position in line]
    west, east = _sides([(min(p[0] for p in line), max(p[0] for p in line)) for line in lines])
    return Box(west, min(latitudes), east, max(latitudes))


def wkt(geometry: Geometry, most: int) -> str | None:
    """Return `geometry` in WKT without heights, None when it has no position or more than `most`."""
    if not 0 < sum(map(len, _lines(geometry))) <= most:
        return None
    if geometry["type"] == "GeometryCollection":
        parts = [part for member in geometry.get("geometries") or () if (part := wkt(member, most))]
        return f"GEOMETRYCOLLECTION({', '.join(parts)})"
    kind = str(geometry["type"])
    coordinates = _wkt_coordinates(geometry["coordinates"], _LEVELS[kind])
    if kind == "MultiPoint":
        coordinates = f"({', '.join(f'({_wkt_coordinates(member, 0)})' for member in geometry['coordinates'])})"
    return f"{kind.upper()}({coordinates})" if kind == "Point" else f"{kind.upper()}{coordinates}"


def decimal(degrees: float) -> str:
    """Return degrees without an exponent, to 8 places (about a millimetre)."""
    return f"{degrees:.8f}".rstrip("0").rstrip(".") if round(degrees, 8) else "0"


def _wkt_coordinates(coordinates: Any, levels: int) -> str:
    if levels == 0:
        return f"{decimal(coordinates[0])} {decimal(coordinates[1])}"
    return f"({', '.join(_wkt_coordinates(member, levels - 1) for member in coordinates)})"


def _lines(geometry: Geometry) -> Iterator[Sequence[Position]]:
    """Yield points one by one, lines and rings whole: the pieces that may cross the antimeridian."""
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        for part in geometry.get("geometries") or ():
            yield from _lines(part)
    elif kind in _LEVELS:
        coordinates = geometry.get("coordinates") or []
        single = kind == "MultiPoint"
        yield from ([position] for position in coordinates) if single else _position_lists(coordinates, _LEVELS[kind])


def _position_lists(coordinates: Any, levels: int) -> Iterator[Sequence[Position]]:
    if levels == 0:
        yield [coordinates] if coordinates else []
    elif levels == 1:
        yield coordinates
    else:
        for member in coordinates:
            yield from _position_lists(member, levels - 1)


def _sides(spans: Sequence[Span]) -> Span:
    """Return west and east of all spans, each within 180 degrees."""
    lowest, highest = min(span[0] for span in spans), max(span[1] for span in spans)
    if highest - lowest > 360 or any(last - first >= 360 for first, last in spans):
        return -180.0, 180.0
    if lowest < -180 or highest > 180:
        return within_180(lowest), within_180(highest)
    start, end = _widest_gap(sorted(spans))
    around = start + 360 - end
    return (end, start) if around < highest - lowest and around <= 180 else (lowest, highest)


def _widest_gap(spans: Sequence[Span]) -> Span:
    """Return where the widest empty stretch begins and ends, not counting the one over the antimeridian."""
    reached, widest = spans[0][1], (spans[0][1], spans[0][1])
    for first, last in spans[1:]:
        if first - reached > widest[1] - widest[0]:
            widest = (reached, first)
        reached = max(reached, last)
    return widest
