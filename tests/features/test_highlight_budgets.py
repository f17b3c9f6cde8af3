"""Marking what was found costs a bounded number of steps, whatever the query and however long the texts."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType
from typing import Any

import pytest

from repository.engines.search.embedded.highlights import STEPS, Budget, Highlighter
from repository.engines.search.query_tree import Node, Or, Phrase, Term, Wildcard

pytestmark = pytest.mark.slow
Texts = Mapping[str, Sequence[str]]


class Lines:
    """How many lines of the highlighter and of the tokenizer were run."""

    def __init__(self) -> None:
        self.number = 0

    def __enter__(self) -> "Lines":
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        return self._line if "repository.engines.search" in frame.f_globals.get("__name__", "") else None

    def _line(self, _frame: FrameType, event: str, _arg: Any) -> Any:
        self.number += event == "line"
        return self._line


def cost(query: Node, length: int, word: str, steps: int = 200_000) -> int:
    texts: Texts = {"description": [word * (length // len(word))]}
    highlighter = Highlighter()
    highlighter.highlights(query, [(1, texts)], Budget(steps))  # tables are made at first use
    with Lines() as lines:
        highlighter.highlights(query, [(1, texts)], Budget(steps))
    return lines.number


HOSTILE = [
    (Wildcard("*a*a*a*a*a*a*a*a*b"), "a" * 200 + " "),
    (Or(tuple(Wildcard(f"*{'a*' * n}b") for n in range(1, 20))), "a" * 30 + " "),
    (Phrase("的" * 240), "的"),
    (Or(tuple(Phrase("的" * n + "地") for n in range(2, 22))), "的"),
    (Or(tuple(Term(f"a{n}") for n in range(60))), "a1 "),
    (Term("的" * 240), "的"),
]


@pytest.mark.parametrize(("query", "word"), HOSTILE)
def test_marking_a_longer_text_costs_no_more_than_the_budget(query: Node, word: str) -> None:
    once, far_more = cost(query, 20_000, word), cost(query, 1_000_000, word)
    assert far_more <= once * 3 + 10_000
    assert far_more < 12 * 200_000


@pytest.mark.parametrize(("query", "word"), HOSTILE)
def test_a_page_of_hits_has_one_budget(query: Node, word: str) -> None:
    read = []

    def texts() -> Iterator[tuple[int, Texts]]:
        for doc in range(1_000):
            read.append(doc)
            yield doc, {"description": [word * (5_000 // len(word))]}

    budget = Budget(200_000)
    marked = Highlighter().highlights(query, texts(), budget)
    assert budget.left < 0
    assert len(marked) == len(read) < 10


def test_ordinary_pages_have_enough() -> None:
    budget = Budget()
    texts = {"title": ["Measured ice of the Arctic"], "description": ["Thickness of sea ice, measured. " * 100]}
    query = Or((Term("ice"), Phrase("sea ice"), Wildcard("thick*")))
    marked = Highlighter().highlights(query, [(doc, texts) for doc in range(25)], budget)
    assert len(marked) == 25
    assert all(fields.keys() == {"title", "description"} for fields in marked.values())
    assert budget.left > STEPS // 2


def test_a_very_long_word_is_marked_by_its_beginning() -> None:
    marked = Highlighter().highlights(Wildcard("a*"), [(1, {"title": ["a" * 100_000]})])
    assert marked[1]["title"][0].startswith("<em>aaa")
