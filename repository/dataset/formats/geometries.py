"""Places in schema.org's terms, from GeoJSON.

GeoJSON has longitude first; schema.org's texts have latitude first, boxes as "S W N E".
Source: science-on-schema.org, guide Dataset, "Spatial coverage".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from repository.dataset.description import DescribedPlace
from repository.dataset.formats import identifier_urls

Json = dict[str, Any]
Position = Sequence[float]


def schema_place(place: DescribedPlace) -> Json:
    """Return a schema.org Place, empty when the place has nothing that it could hold."""
    shapes = geo(place.geometry) if place.geometry else []
    same_as = [link for i in place.identifiers if (link := identifier_urls.link_to(i.scheme, i.identifier))]
    members = {
        "name": place.place,
        "description": place.description,
        "geo": shapes[0] if len(shapes) == 1 else shapes,
        "sameAs": same_as,
    }
    filled = {name: value for name, value in members.items() if value}
    return {"@type": "Place", **filled} if filled else {}


def geo(geometry: Mapping[str, Any]) -> list[Json]:
    """Return one GeoCoordinates or GeoShape for each point, line or polygon of `geometry`."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    if kind == "GeometryCollection":
        return [shape for part in geometry.get("geometries") or () for shape in geo(part)]
    if kind == "Point":
        return [_point(coordinates)] if coordinates else []
    if kind == "MultiPoint":
        return [_point(position) for position in coordinates]
    if kind == "LineString":
        return [_shape("line", coordinates)]
    if kind == "MultiLineString":
        return [_shape("line", line) for line in coordinates]
    if kind == "Polygon":
        return [_area(coordinates[0])] if coordinates else []
    if kind == "MultiPolygon":
        return [_area(polygon[0]) for polygon in coordinates if polygon]
    raise ValueError(f"{kind!r} is not a type of GeoJSON geometry.")


def _point(position: Position) -> Json:
    point: Json = {
        "@type": "GeoCoordinates",
        "latitude": position[1],
        "longitude": position[0],
    }
    return {**point, "elevation": position[2]} if len(position) > 2 else point


def _area(ring: Sequence[Position]) -> Json:
    """Return a box for an upright rectangle, which more readers understand; a polygon for other rings.

    Leave out holes: schema.org has none.
    """
    box = upright_box(ring)
    return _box(*box) if box else _shape("polygon", ring)


def upright_box(ring: Sequence[Position]) -> tuple[float, float, float, float] | None:
    """Return south, west, north and east of a ring that is an upright rectangle, None for another ring."""
    longitudes = sorted({position[0] for position in ring})
    latitudes = sorted({position[1] for position in ring})
    corners = {(position[0], position[1]) for position in ring}
    if len(longitudes) == len(latitudes) == 2 and len(corners) == 4:
        west, east = map(within_180, longitudes)
        return latitudes[0], west, latitudes[1], east
    return None


def within_180(longitude: float) -> float:
    """Return the longitude within 180 degrees: a box from 170 to 190 gets west 170 and east -170."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def _box(south: float, west: float, north: float, east: float) -> Json:
    return {"@type": "GeoShape", "box": " ".join(map(_number, (south, west, north, east)))}


def _shape(name: str, positions: Sequence[Position]) -> Json:
    pairs = (f"{_number(position[1])} {_number(position[0])}" for position in positions)
    return {"@type": "GeoShape", name: " ".join(pairs)}


def _number(value: float) -> str:
    """Return plain decimals, at most 8 (about a millimetre): not every reader knows exponents."""
    return f"{value:.8f}".rstrip("0").rstrip(".") if value else "0"
