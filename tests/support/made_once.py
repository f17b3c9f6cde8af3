"""Make once a run what is the same for every application: half of the time of a short test goes into it.

- Werkzeug compiles two functions for each route.  They are made of the route alone and are handed the rule they work
  for, so that applications can share them.
- SQLAlchemy compiles each statement once for an engine.  The text depends on the dialect alone, and the dialects of
  two databases on one server are equal, so that their engines can share one with the statements it has compiled.
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
    for opener in ("_open_sqlite", "_open_postgresql"):
        _patch.setattr(database_engine, opener, with_shared_statements(getattr(database_engine, opener)))


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


def with_shared_statements(opened: Callable[..., Engine]) -> Callable[..., Engine]:
    """`opened`, whose engines on one server share the dialect and the compiled statements of the first."""
    first: dict[Hashable, Engine] = {}

    def open_engine(url: URL, *arguments: Any, **options: Any) -> Engine:
        engine = opened(url, *arguments, **options)
        server = (url.host, url.port, url.username, tuple(sorted(options.items())))
        shared = first.setdefault(server, engine)
        if shared.dialect.server_version_info is not None:  # it has connected, and knows what it speaks to
            engine.dialect, engine._compiled_cache = shared.dialect, shared._compiled_cache
        return engine

    return open_engine
