"""What is remembered of the texts that people send is bounded in bytes, and their number and length in a search too."""

import ast
from pathlib import Path

import pytest

from repository import core
from repository.core.cache import remembered
from repository.core.errors import Invalid
from repository.engines.search.embedded.highlights import _REMEMBERED, Stems
from repository.engines.search.tokenizer import query_tokens
from repository.search.facets import FILTERS
from repository.search.query_syntax import LONGEST, parse
from tests.conftest import Caller

pytestmark = pytest.mark.slow

HOUSE = Path(core.__file__).parents[1]
NO_TEXT_OF_PEOPLE = {
    "_independent": "a name of a style",
    "_load": "a style",
    "_render_cached": "measured by its caller",
    "_times_of": "a time",
    "_shelf_of": "two letters of a name in the store",
    "_read": "texts of the installation itself",
}
MOST_BYTES = 8 << 20


def test_short_texts_are_remembered_and_long_ones_are_not() -> None:
    seen: list[str] = []

    @remembered(2, longest=5)
    def length(text: str) -> int:
        seen.append(text)
        return len(text)

    assert [length(text) for text in ("abc", "abc", "abcdef", "abcdef")] == [3, 3, 6, 6]
    assert seen == ["abc", "abcdef", "abcdef"]
    assert [length(text) for text in ("b", "c", "abc")] == [1, 1, 3]
    assert seen[-1] == "abc"


def test_every_cache_of_texts_is_bounded_in_bytes() -> None:
    names = set()
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                name = getattr(called, "id", getattr(called, "attr", ""))
                if name == "lru_cache":
                    names.add(node.name)
    assert names == set(NO_TEXT_OF_PEOPLE)


@pytest.mark.parametrize("cache", [parse, query_tokens])
def test_a_cache_of_queries_has_few_bytes(cache: object) -> None:
    assert cache.bytes_at_most <= MOST_BYTES  # type: ignore[attr-defined]


def test_stems_are_forgotten_by_their_length() -> None:
    stems = Stems()
    for number in range(30):
        stems.of({f"{number}{letter}" + "x" * 10_000 for letter in "abcdefghij"})
    assert sum(map(len, stems._known)) <= _REMEMBERED + 200_000
    assert stems.of({"measured"})["measured"] == "measur"


@pytest.mark.parametrize("name", sorted(FILTERS.keys() - {"is_published"}))
def test_values_of_facets_are_few_and_short(anyone: Caller, name: str) -> None:
    for values in (["x" * 1_001], ["2020"] * 101):
        refused = anyone.get("/api/records", query_string=[(name, value) for value in values])
        assert refused.status_code == 400
        assert [error["field"].partition(".")[0] for error in refused.get_json()["errors"]] == [name]
    assert anyone.get("/api/records", query_string=[(name, "2020")]).status_code == 200


@pytest.mark.parametrize("text", ["a " * LONGEST, "(" * 60 + "a" + ")" * 60, "a* " * 30, "x" * (LONGEST + 1)])
def test_a_query_beyond_its_bounds_is_refused_with_a_reason(anyone: Caller, text: str) -> None:
    refused = anyone.get("/api/records", query_string={"q": text})
    assert refused.status_code == 400
    assert [error["field"] for error in refused.get_json()["errors"]] == ["q"]
    with pytest.raises(Invalid):
        parse(text)
