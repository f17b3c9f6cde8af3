"""Places of a dataset on a small map of the world, as shapes of an SVG.

The map is equirectangular: one unit is a degree, from 180° W and 90° N on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from repository.dataset.description import DescribedPlace
from repository.dataset.formats import bounding_boxes
from repository.dataset.formats.bounding_boxes import Box

_POINT = 2.0
"""Degrees below which a box is drawn as a point, for nobody would see it."""
MOST = 100


@dataclass(frozen=True, slots=True)
class MapBox:
    """A box on the map, in its units."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point on the map, in its units."""

    x: str
    y: str


@dataclass(frozen=True, slots=True)
class PlacesMap:
    """What is drawn over the coastlines."""

    boxes: Sequence[MapBox]
    points: Sequence[MapPoint]


def places_map(places: Sequence[DescribedPlace]) -> PlacesMap | None:
    """Return the first `MOST` places that have a geometry, None if there are none."""
    boxes = [box for place in places[:MOST] if place.geometry and (box := bounding_boxes.box(place.geometry))]
    if not boxes:
        return None
    small = [box for box in boxes if _width(box) < _POINT and box.north - box.south < _POINT]
    large = [box for box in boxes if box not in small]
    return PlacesMap(
        [part for box in large for part in _parts(box)],
        [MapPoint(_number(_middle(box)), _number(90 - (box.south + box.north) / 2)) for box in small],
    )


def _width(box: Box) -> float:
    return box.east - box.west + (360 if box.west > box.east else 0)


def _middle(box: Box) -> float:
    """Return the distance of the middle of a box from the left of the map."""
    return (box.west + _width(box) / 2 + 180) % 360


def _parts(box: Box) -> Iterator[MapBox]:
    """Yield the box, or its two parts where it crosses the antimeridian."""
    sides = [(box.west, 180.0), (-180.0, box.east)] if box.west > box.east else [(box.west, box.east)]
    for west, east in sides:
        width, height = max(east - west, 0.5), max(box.north - box.south, 0.5)
        yield MapBox(_number(west + 180), _number(90 - box.north), _number(width), _number(height))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
