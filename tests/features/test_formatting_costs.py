"""What formatted texts cost, counted in calls: as much as they are long, and never more than a bound."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from repository.deposits.metadata import html_texts
from repository.deposits.metadata.html_limits import MOST, has_few_tags
from repository.deposits.metadata.html_texts import TOO_MANY_TAGS, sanitise, unkept
from repository.deposits.metadata.loading import load_metadata
from tests.features.samples import VOCABULARIES

UNITS = [
    "<p>x",
    "</p>",
    "<li>x",
    "<br>",
    "<b>x</b>",
    "<p onclick=x>y",
    "<p>x & y",
    "a < b ",
    "<center>x</center>",
    "<!-- -->",
]


def calls(act: Callable[[], object]) -> int:
    """The calls of functions, of Python and of C, that an act makes."""
    number = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return number


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_costs_at_most_twice_as_much(unit: str) -> None:
    def cost(times: int) -> int:
        return calls(lambda: (sanitise(unit * times), unkept(unit * times)))

    assert cost(4_000) < 2.1 * cost(2_000)


@pytest.mark.parametrize("unit", ["<p>x", "<p>", "</p>", "<li>", "<b></b>", "<i "])
def test_a_text_of_nothing_but_tags_is_refused_before_it_is_read(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_texts, "read_markup", lambda _: pytest.fail("it was read"))
    text = (unit * 300_000)[:800_000]

    def refuse() -> None:
        with pytest.raises(ValueError, match=TOO_MANY_TAGS):
            sanitise(text)

    assert calls(refuse) < 2 * MOST


def test_reading_costs_nothing_where_there_is_nothing_to_mend() -> None:
    table = "<table>" + "<tr><td>1</td><td><i>x</i></td></tr>" * 1_000 + "</table>"
    mended = table.replace("<i>", "<I>")
    assert calls(lambda: html_texts.read_markup(table)) < 0.7 * calls(lambda: html_texts.read_markup(mended))


@pytest.mark.parametrize(("number", "few"), [(MOST, True), (MOST + 1, False)])
def test_tags_are_counted_and_signs_of_comparison_are_none(number: int, few: bool) -> None:
    assert has_few_tags("<p>" * number) is few
    assert has_few_tags("a < b " * (2 * MOST))


def test_the_refusal_stands_at_the_field_and_the_text_is_kept() -> None:
    many, half = "<p>x" * (MOST + 1), "<p>x" * (MOST // 2 + 1)
    texts = [{"description": half, "type": {"id": "methods"}}] * 2
    loaded = load_metadata({"description": many, "additional_descriptions": texts}, VOCABULARIES)
    assert {error.field: error.messages for error in loaded.errors} == {
        "metadata.description": (TOO_MANY_TAGS,),
        "metadata.additional_descriptions": (TOO_MANY_TAGS,),
    }
    assert loaded.metadata == {"description": many, "additional_descriptions": texts}
