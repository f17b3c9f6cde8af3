"""GeoJSON geometry as a dataset's extent: WGS 84, longitude before latitude.

Source: RFC 7946, sections 3.1 and 5.  Stricter than that: empty coordinates name no place and
are refused, geometry collections nest `COLLECTIONS_DEEP` at most, longitudes stay within ±180.
"""

from collections.abc import Callable, Mapping
from typing import Any

POSITIONS = 100_000
"""The most positions of a line or ring, and parts of a geometry."""

COLLECTIONS_DEEP = 3
FARTHEST = 10_000_000
"""The largest height or depth, in metres."""

Faults = dict[str, Any]
"""Messages by member, as in ``{"coordinates": ["…"]}``; empty when all is well."""


def faults_of(geometry: Any, levels: int = COLLECTIONS_DEEP) -> Faults:
    """Return the faults of a geometry."""
    if not isinstance(geometry, dict):
        return {"_schema": ["Invalid input type."]}
    faults: Faults = {}
    kind = geometry.get("type")
    content = "geometries" if kind == "GeometryCollection" else "coordinates"
    for name in sorted(geometry.keys() - {"type", "bbox", content}):
        faults[name] = ["Unknown field."]
    if not isinstance(kind, str) or kind not in TYPES:
        return {"type": [f"Invalid value. Choose one of {list(TYPES)}."]}
    if content not in geometry:
        return {**faults, content: ["Missing data for required field."]}
    if kind == "GeometryCollection":
        return {**faults, **_box(geometry), **_collection(geometry[content], levels)}
    return {**faults, **_box(geometry), **_check(content, _COORDINATES[kind], geometry[content])}


def _check(member: str, check: Callable[[Any], None], value: Any) -> Faults:
    try:
        check(value)
    except ValueError as error:
        return {member: [str(error)]}
    return {}


def _collection(geometries: Any, levels: int) -> Faults:
    if not isinstance(geometries, list) or not geometries:
        return {"geometries": ["Not a valid list."]}
    if levels == 0 or len(geometries) > POSITIONS:
        return {"geometries": ["Nested too deeply." if levels == 0 else "Too many geometries."]}
    inner = {index: faults_of(geometry, levels - 1) for index, geometry in enumerate(geometries)}
    wrong = {index: faults for index, faults in inner.items() if faults}
    return {"geometries": wrong} if wrong else {}


def _box(geometry: Mapping[str, Any]) -> Faults:
    return _check("bbox", _bounds, geometry["bbox"]) if "bbox" in geometry else {}


def _bounds(value: Any) -> None:
    """Check west, south, east, north; either both corners have a height or none (section 5)."""
    if not isinstance(value, list) or len(value) not in (4, 6):
        raise ValueError("A bounding box has four or six numbers.")
    half = len(value) // 2
    _position(value[:half])
    _position(value[half:])
    if value[1] > value[half + 1]:
        raise ValueError("The south of a bounding box is not north of its north.")


def _position(value: Any) -> None:
    if not isinstance(value, list) or len(value) not in (2, 3) or not all(map(_is_number, value)):
        raise ValueError("A position is a list of two or three numbers.")
    # written so that a comparison with "not a number" fails
    if not -180 <= value[0] <= 180:
        raise ValueError("Longitude must be between -180 and 180.")
    if not -90 <= value[1] <= 90:
        raise ValueError("Latitude must be between -90 and 90.")
    if len(value) == 3 and not -FARTHEST <= value[2] <= FARTHEST:
        raise ValueError(f"Height must be between -{FARTHEST} and {FARTHEST} metres.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _several(check: Callable[[Any], None], least: int = 1) -> Callable[[Any], None]:
    def check_all(value: Any) -> None:
        if not isinstance(value, list) or not least <= len(value) <= POSITIONS:
            raise ValueError(f"Expected a list of {least} to {POSITIONS} members.")
        for item in value:
            check(item)

    return check_all


def _ring(value: Any) -> None:
    if not isinstance(value, list) or len(value) < 4 or value[0] != value[-1]:
        raise ValueError("A ring has at least four positions, of which the last is equal to the first.")
    _several(_position)(value)


_LINE = _several(_position, least=2)
_POLYGON = _several(_ring)
_COORDINATES: Mapping[str, Callable[[Any], None]] = {
    "Point": _position,
    "MultiPoint": _several(_position),
    "LineString": _LINE,
    "MultiLineString": _several(_LINE),
    "Polygon": _POLYGON,
    "MultiPolygon": _several(_POLYGON),
}
TYPES = (*_COORDINATES, "GeometryCollection")
