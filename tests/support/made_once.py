"""Make once a run what is the same for every application: half of the time of a short test goes into it.

- Werkzeug compiles two functions for each route.  They are made of the route alone and are handed the rule they work
  for, so that applications can share them.
- SQLAlchemy compiles each statement once for an engine.  The text depends on the dialect alone, and the dialects of
  two SQLite files are equal, so that their engines can share one with the statements that it has compiled.
"""

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from sqlalchemy import URL, Engine
from werkzeug.routing import Rule

from repository.core.database import engine as database_engine

_patch = pytest.MonkeyPatch()


def pytest_configure() -> None:
    _patch.setattr(Rule, "_compile_builder", once_a_route(Rule._compile_builder))
    _patch.setattr(database_engine, "_open_sqlite", with_shared_statements(database_engine._open_sqlite))


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


def with_shared_statements(opened: Callable[[URL], Engine]) -> Callable[[URL], Engine]:
    """`opened`, whose engines share the dialect and the compiled statements of the first."""
    first: list[Engine] = []

    def open_engine(url: URL) -> Engine:
        engine = opened(url)
        if not first:
            engine.connect().close()  # the dialect learns the server's version
            first.append(engine)
        engine.dialect, engine._compiled_cache = first[0].dialect, first[0]._compiled_cache
        return engine

    return open_engine
