"""Places, dates and further texts of a root data entity (schema.org: Place, GeoShape, temporalCoverage)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from repository.crosswalks.description_parts import filled, paragraphs
from repository.crosswalks.source_fields import SourceFields

Refs = Callable[[SourceFields, str], list[SourceFields]]
_NUMBER = re.compile(r"[-+]?\d{1,3}(?:\.\d{1,20})?")
_DATES = (("dateCreated", "created"), ("temporalCoverage", "coverage"))
_DAY = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:T[0-9:.+Z-]{1,30})?")


def dates(root: SourceFields) -> Iterator[dict[str, Any]]:
    """Yield when the data were made, and the time that they cover; an interval may be open."""
    for member, kind in _DATES:
        for text in root.texts(member):
            ends = [_day(end) for end in text.split("/")]
            yield {"date": "/".join(ends), "type": {"id": kind}}


def _day(text: str) -> str:
    match = _DAY.fullmatch(text.strip())
    return match[1] if match else text.strip() or ".."


def methods(root: SourceFields, plain: Callable[[Any], tuple[str, bool]]) -> Iterator[dict[str, Any]]:
    """Yield the techniques of measurement that are told as texts."""
    value = root.document.get("measurementTechnique")
    items = value if isinstance(value, list) else [value]
    texts = [plain(item)[0] for item in items]
    if texts and all(texts):
        root.skip("measurementTechnique")
        yield from ({"description": paragraphs(text), "type": {"id": "methods"}} for text in texts)


def places(root: SourceFields, refs: Refs) -> Iterator[dict[str, Any]]:
    """Yield places with their names, points and boxes; another shape stays unread."""
    for place in refs(root, "spatialCoverage"):
        name = place.text("name")
        geometry = next((shape for geo in refs(place, "geo") if (shape := _geometry(geo))), {})
        if name or geometry:
            yield filled({"geometry": geometry, "place": name})


def _geometry(geo: SourceFields) -> dict[str, Any]:
    longitude, latitude = _numbers(geo.peek("longitude")), _numbers(geo.peek("latitude"))
    if len(longitude) == len(latitude) == 1:
        geo.skip("longitude", "latitude")
        return {"type": "Point", "coordinates": [longitude[0], latitude[0]]}
    sides = _numbers(geo.peek("box"))
    if len(sides) == 4:
        geo.skip("box")
        south, west, north, east = sides
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}
    corners = _numbers(geo.peek("polygon"))
    if len(corners) >= 8 and len(corners) % 2 == 0:
        geo.skip("polygon")
        ring = [[corners[i + 1], corners[i]] for i in range(0, len(corners), 2)]
        return {"type": "Polygon", "coordinates": [ring if ring[0] == ring[-1] else [*ring, ring[0]]]}
    return {}


def _numbers(text: str) -> list[float]:
    """Return the numbers of a text that has nothing else; blanks or commas stand between them."""
    words = text.replace(",", " ").split()
    return [float(word) for word in words] if words and all(map(_NUMBER.fullmatch, words)) else []
