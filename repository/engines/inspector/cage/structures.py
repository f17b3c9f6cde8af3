"""The structure of a file of arrays: dimensions, variables, attributes, and where on the earth it lies."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from repository.engines.inspector.cage.lines import as_bytes
from repository.engines.inspector.cage.text_sniffing import plain

MOST_VARIABLES, MOST_ATTRIBUTES, MOST_DIMENSIONS = 200, 30, 100
LONGEST_NAME, LONGEST_VALUE = 200, 300
ROOM = 56 << 10
EAST_UNITS = {"degrees_east", "degree_east", "degree_e", "degrees_e", "degreee", "degreese"}
NORTH_UNITS = {"degrees_north", "degree_north", "degree_n", "degrees_n", "degreen", "degreesn"}
"""CF Conventions 1.11, sections 4.1 and 4.2, in lower case"""


@dataclass(slots=True)
class Variable:
    """An array, with its dimensions by name and its attributes as texts."""

    name: str
    type: str
    shape: Sequence[int]
    dimensions: Sequence[str] = ()
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def axis(self) -> str:
        """Return ``x`` for longitudes, ``y`` for latitudes, as their units say (CF), "" for anything else."""
        units = self.attributes.get("units", "").strip().lower()
        return "x" if units in EAST_UNITS else "y" if units in NORTH_UNITS else ""


def value_text(value: object) -> str:
    return plain(str(value), LONGEST_VALUE)


def structure_of(
    dimensions: dict[str, int], variables: Sequence[Variable], attributes: dict[str, str], **more: Any
) -> dict[str, Any]:
    """Return the structure as JSON, as far as there is room; `whole` says whether that is all."""
    shown: list[dict[str, Any]] = []
    report: dict[str, Any] = {
        "dimensions": {plain(name, LONGEST_NAME): size for name, size in list(dimensions.items())[:MOST_DIMENSIONS]},
        "attributes": _attributes(attributes),
        "variables": shown,
        "count": len(variables),
        **more,
    }
    room = ROOM - len(as_bytes(report))
    for variable in variables[:MOST_VARIABLES]:
        shown.append(
            {
                "name": plain(variable.name, LONGEST_NAME),
                "type": plain(variable.type, 100),
                "shape": list(variable.shape)[:32],
                "dimensions": [plain(name, LONGEST_NAME) for name in variable.dimensions[:32]],
                "attributes": _attributes(variable.attributes),
            }
        )
        room -= len(as_bytes(shown[-1])) + 1
        if room < 0:
            shown.pop()
            break
    report["whole"] = len(shown) == len(variables) and len(dimensions) <= MOST_DIMENSIONS
    return report


def _attributes(attributes: dict[str, str]) -> dict[str, str]:
    return {plain(name, LONGEST_NAME): value_text(text) for name, text in list(attributes.items())[:MOST_ATTRIBUTES]}


def bounds_of(longitudes: Iterable[float], latitudes: Iterable[float]) -> list[float] | None:
    """Return west, south, east, north in degrees, None if these are no places on the earth."""
    east = [value for value in longitudes if math.isfinite(value) and -360 <= value <= 720]
    north = [value for value in latitudes if math.isfinite(value) and -90 <= value <= 90]
    if not east or not north:
        return None
    return [float(min(east)), float(min(north)), float(max(east)), float(max(north))]
