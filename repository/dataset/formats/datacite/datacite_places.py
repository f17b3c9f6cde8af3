"""Places in DataCite's attributes, from GeoJSON: points, boxes and polygons, longitudes within 180 degrees.

Source: DataCite Metadata Schema 4.7, property 18 (GeoLocation).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repository.dataset.description import DescribedPlace
from repository.dataset.formats.datacite.datacite_terms import writable_line
from repository.dataset.formats.geometries import upright_box, within_180

Json = dict[str, Any]
Position = Sequence[float]

MOST_POINTS = 50
"""Points of one geometry that stand alone; more become one box, because a record is no data file."""

_DECIMALS = 8
"""Decimals of a degree, about a millimetre."""


def geo_locations(places: Sequence[DescribedPlace]) -> list[Json]:
    """Return one location for each shape, with the name of its place, or the name alone."""
    return [location for place in places for location in _place_locations(place)]


def _place_locations(place: DescribedPlace) -> list[Json]:
    name = writable_line(place.place or place.description)
    named_place: Json = {"geoLocationPlace": name} if name else {}
    shapes = [{**named_place, **shape} for shape in _shapes(place.geometry)] if place.geometry else []
    return shapes or ([named_place] if named_place else [])


def _shapes(geometry: Mapping[str, Any]) -> Iterator[Json]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    match kind:
        case "GeometryCollection":
            for part in geometry.get("geometries") or ():
                yield from _shapes(part)
        case "Point" | "MultiPoint":
            yield from _points([coordinates] if kind == "Point" else coordinates)
        case "LineString" | "MultiLineString":
            for line in [coordinates] if kind == "LineString" else coordinates:
                yield from _bounding_box(line)
        case "Polygon" | "MultiPolygon":
            for polygon in [coordinates] if kind == "Polygon" else coordinates:
                yield from _area(polygon[0] if polygon else [])
        case _:
            raise ValueError(f"{kind!r} is not a type of GeoJSON geometry.")


def _points(positions: Sequence[Position]) -> Iterator[Json]:
    if len(positions) > MOST_POINTS:
        yield from _bounding_box(positions)
        return
    for position in positions:
        if len(position) > 1:
            yield {"geoLocationPoint": _point(position)}


def _area(ring: Sequence[Position]) -> Iterator[Json]:
    """Yield the outer ring, because the schema has no holes; a box for rectangles and degenerate rings."""
    box = upright_box(ring)
    if box:
        yield _box(*box)
    elif len(ring) > 3:
        yield {"geoLocationPolygon": [{"polygonPoint": _point(position)} for position in ring]}
    else:
        yield from _bounding_box(ring)


def _bounding_box(positions: Sequence[Position]) -> Iterator[Json]:
    if positions:
        longitudes = [position[0] for position in positions]
        latitudes = [position[1] for position in positions]
        west, east = min(longitudes), max(longitudes)
        if east - west >= 360:
            west, east = -180, 180
        yield _box(min(latitudes), within_180(west), max(latitudes), within_180(east))


def _point(position: Position) -> Json:
    return {"pointLongitude": _longitude(position[0]), "pointLatitude": _latitude(position[1])}


def _box(south: float, west: float, north: float, east: float) -> Json:
    return {
        "geoLocationBox": {
            "westBoundLongitude": _longitude(west),
            "eastBoundLongitude": _longitude(east),
            "southBoundLatitude": _latitude(south),
            "northBoundLatitude": _latitude(north),
        }
    }


def _longitude(degrees: float) -> float:
    return round(within_180(degrees), _DECIMALS)


def _latitude(degrees: float) -> float:
    return round(min(max(degrees, -90), 90), _DECIMALS)
