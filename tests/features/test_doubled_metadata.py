"""Metadata of twice the size cost at most about twice the work: every text and every list of the schema.

Work is counted in lines and calls that Python runs, which are the same on every machine.
"""

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from marshmallow import Schema, fields

from repository.deposits.metadata.fields import Html, Plain, Several
from repository.deposits.metadata.loading import MetadataSchema, load_metadata
from tests.features.samples import VOCABULARIES

pytestmark = pytest.mark.slow
Place = tuple[str, ...]
SIZE = 60
"""items of a list, or repetitions of a text, before it is doubled"""

TEXTS = ("a ", "é", "a\u0301", "<b>x</b>", "<p>", "<", "&amp;", "10.5072/", "((", "-1", "\u0316\u0301", "<sub>1</sub>")


class Work:
    """The lines and calls of a block."""

    def __init__(self) -> None:
        self.steps = 0

    def __enter__(self) -> "Work":
        sys.settrace(self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _heard(self, _frame: FrameType, _event: str, _arg: Any) -> Any:
        self.steps += 1
        return self._heard


def inner(field: fields.Field[Any]) -> fields.Field[Any]:
    return field.inner if isinstance(field, fields.List) else field


def places(schema: Schema, above: Place = ()) -> Iterator[tuple[Place, fields.Field[Any]]]:
    """Every member of the schema that can be sent, with the names that lead to it; lists have an ``*``."""
    for name, field in schema.fields.items():
        if field.dump_only:
            continue
        place = (*above, name)
        yield place, field
        if isinstance(field, fields.List):
            place = (*place, "*")
        content = inner(field)
        if isinstance(content, fields.Nested):
            yield from places(content.schema, place)


PLACES = dict(places(MetadataSchema()))
LISTS = [place for place, field in PLACES.items() if isinstance(field, Several)]
PLAIN = [place for place, field in PLACES.items() if isinstance(inner(field), Plain)]


def at(place: Place, value: Any) -> Any:
    """Metadata with a value at a place."""
    if not place:
        return value
    content = at(place[1:], value)
    return [content] if place[0] == "*" else {place[0]: content}


def work(metadata: Any) -> int:
    load_metadata(metadata, VOCABULARIES)  # what is made once is made now
    with Work() as done:
        load_metadata(metadata, VOCABULARIES)
    return done.steps


def expect_linear(place: Place, once: Any, twice: Any) -> None:
    first, second = work(at(place, once)), work(at(place, twice))
    assert second <= 2.2 * first + 2_000, (place, first, second)


def item(place: Place) -> Any:
    """One item of a list, as far as the schema tells."""
    content = inner(PLACES[place])
    if not isinstance(content, fields.Nested):
        return "dataset"
    members = content.schema.fields
    return {name: "doi" if name == "scheme" else "10.5072/x" for name in members if isinstance(members[name], Plain)}


def test_the_schema_has_many_places() -> None:
    assert len(LISTS) > 15
    assert len(PLAIN) > 40
    assert any(isinstance(PLACES[place], Html) for place in PLAIN)


@pytest.mark.parametrize("place", LISTS, ids=".".join)
@pytest.mark.parametrize("content", ["items", "nothing", "other items"])
def test_a_list_of_twice_the_length_costs_twice_the_work(place: Place, content: str) -> None:
    def items(number: int) -> list[Any]:
        if content == "nothing":
            return [{}] * number
        if content == "items":
            return [item(place) for _ in range(number)]
        return [
            {name: f"{text}{n}" for name, text in one.items()} if isinstance(one := item(place), dict) else f"{one}{n}"
            for n in range(number)
        ]

    most = SIZE if PLACES[place]._limit.max >= 2 * SIZE else PLACES[place]._limit.max // 2  # type: ignore[attr-defined]
    expect_linear(place, items(most), items(2 * most))


@pytest.mark.parametrize("place", PLAIN, ids=".".join)
def test_a_text_of_twice_the_length_costs_twice_the_work(place: Place) -> None:
    several = isinstance(PLACES[place], fields.List)
    for text in TEXTS:
        once, twice = text * SIZE, text * (2 * SIZE)
        expect_linear(place, [once] if several else once, [twice] if several else twice)


@pytest.mark.parametrize("name", ["unknown", "title", "locations", "creators"])
def test_an_object_of_twice_the_members_costs_twice_the_work(name: str) -> None:
    expect_linear((name,), {f"m{n}": n for n in range(SIZE)}, {f"m{n}": n for n in range(2 * SIZE)})


@pytest.mark.parametrize(
    "geometry",
    [
        lambda n: {"type": "LineString", "coordinates": [[x % 90, 1] for x in range(n)]},
        lambda n: {"type": "Polygon", "coordinates": [[[0, 0], *[[x % 90, 1] for x in range(n)], [0, 0]]]},
        lambda n: {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 1]}] * n},
    ],
)
def test_a_geometry_of_twice_the_positions_costs_twice_the_work(geometry: Any) -> None:
    def places_of(number: int) -> Any:
        return {"features": [{"geometry": geometry(number)}]}

    expect_linear(("locations",), places_of(500), places_of(1_000))


def test_the_measure_tells_what_is_quadratic() -> None:
    def compared(number: int) -> int:
        return sum(a == b for a in range(number) for b in range(number))

    def pairs(number: int) -> int:
        with Work() as done:
            compared(number)
        return done.steps

    assert pairs(200) > 3 * pairs(100)
