"""What is the same for every application of a run is made once: half of the time of a short test goes into it.

Werkzeug compiles two functions for each of the 66 routes.  They are made of the route alone and are handed the rule
they work for, so that applications can share them.
"""

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from werkzeug.routing import Rule

_patch = pytest.MonkeyPatch()


def pytest_configure() -> None:
    _patch.setattr(Rule, "_compile_builder", once_a_route(Rule._compile_builder))


def pytest_unconfigure() -> None:
    _patch.undo()


def once_a_route(compiled: Callable[[Rule, bool], Any]) -> Callable[..., Any]:
    """`compiled`, asked once for each route."""
    made: dict[Hashable, Any] = {}

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, append_unknown, tuple(rule._trace), tuple(sorted((rule.defaults or {}).items())))
        if key not in made:
            made[key] = compiled(rule, append_unknown)
        return made[key]

    return compile_builder
