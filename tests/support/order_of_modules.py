"""Let long modules begin first where several processes share a run, so that none is left running alone at the end.

How long a module takes is estimated from what its tests say of themselves: tests that start processes take seconds,
those on servers take longer than those on embedded engines.  Only the order of modules changes, not that of the tests
in one; `--no-loadscope-reorder` keeps xdist from sorting them by their numbers of tests.
"""

from collections import defaultdict

import pytest

from tests.engines import SERVERS

SECONDS = {"process": 6.0, "slow": 6.0}
"""What a test with the marker takes beyond others."""

SECONDS_ON_SERVERS, SECONDS_AT_LEAST = 0.5, 0.1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


def longest_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests by modules, the one that takes longest first."""
    of_module: defaultdict[str, float] = defaultdict(float)
    for item in items:
        of_module[_module(item)] += seconds(item)
    return sorted(items, key=lambda item: -of_module[_module(item)])


def seconds(item: pytest.Item) -> float:
    """What a test takes, roughly."""
    call = getattr(item, "callspec", None)
    on_servers = call is not None and call.params.get("installation") == SERVERS
    markers = {mark.name for mark in item.iter_markers()}
    most = max((more for name, more in SECONDS.items() if name in markers), default=0.0)
    return SECONDS_AT_LEAST + on_servers * SECONDS_ON_SERVERS + most


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
