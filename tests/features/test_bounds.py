"""The box around a geometry holds all of it, is no larger than it must be, and reads as WKT."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.dataset.formats.bounding_boxes import Box, box, decimal, wkt

POSITIONS = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=6)


def points(*positions: tuple[float, float]) -> dict[str, Any]:
    return {"type": "MultiPoint", "coordinates": [list(each) for each in positions]}


def holds(around: Box, longitude: float, latitude: float) -> bool:
    within = (
        around.west <= longitude <= around.east
        if around.west <= around.east
        else longitude >= around.west or longitude <= around.east
    )
    return within and around.south <= latitude <= around.north


@given(POSITIONS)
def test_a_box_holds_every_position(positions: list[tuple[float, float]]) -> None:
    around = box(points(*positions))
    assert around is not None
    assert all(holds(around, *position) for position in positions)
    assert around.west <= around.east or around.east + 360 - around.west <= 180


@pytest.mark.parametrize(
    ("geometry", "sides"),
    [
        (points((179, 0), (-179, 1)), (179, 0, -179, 1)),
        (points((-10, 0), (20, 1)), (-10, 0, 20, 1)),
        (points((-100, 0), (0, 0), (100, 1)), (-100, 0, 100, 1)),
        ({"type": "LineString", "coordinates": [[-170, 0], [170, 1]]}, (-170, 0, 170, 1)),
        ({"type": "LineString", "coordinates": [[170, 0], [190, 1]]}, (170, 0, -170, 1)),
        ({"type": "LineString", "coordinates": [[-180, 0], [180, 1]]}, (-180, 0, 180, 1)),
        ({"type": "LineString", "coordinates": [[-200, 0], [200, 1]]}, (-180, 0, 180, 1)),
        ({"type": "Point", "coordinates": [7, 95, 12]}, (7, 90, 7, 90)),
        (
            {"type": "GeometryCollection", "geometries": [points((175, 0)), points((-175, 1))]},
            (175, 0, -175, 1),
        ),
    ],
)
def test_a_box_crosses_the_antimeridian_only_where_that_makes_it_small(geometry: Any, sides: Any) -> None:
    assert box(geometry) == sides


@pytest.mark.parametrize("geometry", [{}, {"type": "Nowhere"}, points(), {"type": "GeometryCollection"}])
def test_what_has_no_place_has_neither_box_nor_text(geometry: Any) -> None:
    assert box(geometry) is None
    assert wkt(geometry, 10) is None


@pytest.mark.parametrize(
    ("geometry", "text"),
    [
        ({"type": "Point", "coordinates": [1.5, -2, 300]}, "POINT(1.5 -2)"),
        (points((1, 2), (3, 4)), "MULTIPOINT((1 2), (3 4))"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "LINESTRING(1 2, 3 4)"),
        ({"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]]]}, "MULTILINESTRING((1 2, 3 4))"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, "POLYGON((0 0, 1 0, 1 1, 0 0))"),
        (
            {"type": "GeometryCollection", "geometries": [points(), points((1, 2))]},
            "GEOMETRYCOLLECTION(MULTIPOINT((1 2)))",
        ),
    ],
)
def test_geometry_is_written_longitude_first_and_without_heights(geometry: Any, text: str) -> None:
    assert wkt(geometry, 10) == text


def test_a_long_geometry_has_no_text() -> None:
    assert wkt(points((1, 2), (3, 4)), 1) is None


def test_numbers_have_no_exponent() -> None:
    assert [decimal(number) for number in (1e-7, -0.0, -1e-12, 180, 101.25)] == ["0.0000001", "0", "0", "180", "101.25"]
