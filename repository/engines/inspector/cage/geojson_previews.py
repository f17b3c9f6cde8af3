"""What a GeoJSON file has and where it lies (RFC 7946)."""

import json
import math
from collections import Counter
from typing import Any

from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.text_sniffing import plain

LARGEST = 12 << 20
MOST_PROPERTIES = 100


def places(opened: OpenFile) -> dict[str, Any]:
    """Return the bounds (west, south, east, north), the number of features, their geometries and properties."""
    if opened.size > LARGEST:
        raise NoPreview(Reason.TOO_LARGE)
    opened.file.seek(0)
    document = json.loads(opened.file.read())
    features = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if not isinstance(features, list):
        raise NoPreview(Reason.UNREADABLE)
    kinds, properties, bounds = Counter[str](), dict[str, None](), _GrowingBox()
    for feature in features:
        geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
        named = feature.get("properties") if feature is not geometry else None
        properties |= dict.fromkeys(list(named or ())[:MOST_PROPERTIES])
        if geometry:
            kinds[plain(str(geometry.get("type")), 40)] += 1
            bounds.add(geometry)
        if len(properties) > 10_000 or len(kinds) > 100:
            raise NoPreview(Reason.TOO_LARGE)
    names = [plain(name, 100) for name in list(properties)[:MOST_PROPERTIES]]
    return {"bounds": bounds.report, "count": len(features), "geometries": dict(kinds), "properties": names}


class _GrowingBox:
    """The smallest box around all positions that were added."""

    def __init__(self) -> None:
        self._edges = [math.inf, math.inf, -math.inf, -math.inf]

    def add(self, geometry: dict[str, Any]) -> None:
        """Add all positions of a geometry, however deep they lie."""
        waiting: list[Any] = [geometry]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                waiting += part.get("geometries") or [part.get("coordinates")]
            elif isinstance(part, list) and part and isinstance(part[0], int | float):
                self._add_position(part)
            elif isinstance(part, list):
                waiting += part

    def _add_position(self, position: list[Any]) -> None:
        x, y = float(position[0]), float(position[1])
        west, south, east, north = self._edges
        self._edges = [min(west, x), min(south, y), max(east, x), max(north, y)]

    @property
    def report(self) -> list[float] | None:
        return self._edges if all(map(math.isfinite, self._edges)) else None
