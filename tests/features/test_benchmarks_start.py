"""Benchmarks are not run here, but each can start: what it measures is where it looks for it."""

import pkgutil
from importlib import import_module

import pytest

from tests import benchmarks

OPENS_A_SITE = {"tests.benchmarks.servers.same"}
"""The application of a server, which opens its engines when it is imported."""
MODULES = [module.name for module in pkgutil.walk_packages(benchmarks.__path__, f"{benchmarks.__name__}.")]


@pytest.mark.parametrize("name", sorted({*MODULES} - OPENS_A_SITE))
def test_a_benchmark_finds_what_it_imports(name: str) -> None:
    module = import_module(name)
    assert module.__doc__
