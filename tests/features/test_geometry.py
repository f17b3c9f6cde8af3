"""A dataset's extent is GeoJSON on this Earth."""

from typing import Any

import pytest

from tests.features.loaded_metadata import faults_of, stored


def point(*position: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(position)}


def located(geometry: object) -> dict[str, Any]:
    return {"locations": {"features": [{"geometry": geometry}]}}


RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    "geometry",
    [
        point(-180, -90),
        point(180.0, 90, 8848.86),
        {"type": "MultiPoint", "coordinates": [[0, 0], [1, 1]]},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [RING, RING], "bbox": [0, 0, 1, 1]},
        {"type": "Polygon", "coordinates": [RING], "bbox": [170, -1, -170, 1]},
        {"type": "MultiPolygon", "coordinates": [[RING]]},
        {"type": "GeometryCollection", "geometries": [point(1, 2), point(3, 4)]},
    ],
)
def test_geometry_is_kept_as_written(geometry: dict[str, Any]) -> None:
    assert stored(**located(geometry)) == located(geometry)


@pytest.mark.parametrize(
    ("geometry", "path"),
    [
        ("POINT (1 2)", "._schema"),
        ({}, ".type"),
        ({"type": "Circle", "coordinates": [0, 0]}, ".type"),
        ({"type": ["Point"], "coordinates": [0, 0]}, ".type"),
        ({"type": "Point"}, ".coordinates"),
        (point(181, 0), ".coordinates"),
        (point(0, 91), ".coordinates"),
        (point(0), ".coordinates"),
        (point(0, 0, 0, 0), ".coordinates"),
        (point(0, 0, 1e300), ".coordinates"),
        (point("1", "2"), ".coordinates"),
        (point(True, False), ".coordinates"),
        (point([0, 0]), ".coordinates"),
        ({"type": "Point", "coordinates": None}, ".coordinates"),
        ({"type": "MultiPoint", "coordinates": []}, ".coordinates"),
        ({"type": "LineString", "coordinates": [[0, 0]]}, ".coordinates"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, ".coordinates"),
        ({"type": "Polygon", "coordinates": [[*RING[:3], [5, 5]]]}, ".coordinates"),
        ({"type": "Polygon", "coordinates": RING}, ".coordinates"),
        ({**point(0, 0), "bbox": [0, 0, 1]}, ".bbox"),
        ({**point(0, 0), "bbox": [0, 1, 0, 0]}, ".bbox"),
        ({**point(0, 0), "crs": "EPSG:4490"}, ".crs"),
        ({"type": "GeometryCollection", "geometries": []}, ".geometries"),
        (
            {"type": "GeometryCollection", "geometries": [point(0, 0), point(0, 99)]},
            ".geometries.1.coordinates",
        ),
    ],
)
def test_geometry_that_is_not_on_earth_is_refused(geometry: object, path: str) -> None:
    assert list(faults_of(located(geometry))) == [f"metadata.locations.features.0.geometry{path}"]


def test_geometry_collections_do_not_nest_without_end() -> None:
    geometry = point(0, 0)
    for _ in range(8):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    (message,) = faults_of(located(geometry)).values()
    assert message == ("Nested too deeply.",)
