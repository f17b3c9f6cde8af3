"""A test that starts a process carries the marker `process`; one that starts one and does not carry it fails.

`subprocess`, `os.fork`, `os.system` and their kin say so to the interpreter's audit hooks; `multiprocessing` does not
and is asked where it starts.  What starts outside of a test, as the listing of the project's files, is not counted.
"""

import sys
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

MARKER = "process"
STARTS = frozenset(
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.exec", "pty.spawn"}
)
FORKED = f"multiprocessing.{BaseProcess.__name__}"

_started: list[str] = []
"""What the test at hand has started, in order."""

_start_of_multiprocessing = BaseProcess.start


def pytest_configure() -> None:
    sys.addaudithook(_hear)
    BaseProcess.start = _start  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    BaseProcess.start = _start_of_multiprocessing  # type: ignore[method-assign]


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in STARTS:
        _started.append(f"{event} {arguments[0] if arguments else ''}".strip())


def _start(process: BaseProcess) -> None:
    _started.append(f"{FORKED} {process.name}")
    _start_of_multiprocessing(process)


def started() -> list[str]:
    """What the test at hand has started so far."""
    return [*_started]


def undeclared(markers: set[str], begun: list[str]) -> str:
    """What is wrong with a test that carries `markers` and has started `begun`; nothing if all is well."""
    if not begun or MARKER in markers:
        return ""
    return f"this test starts a process ({begun[0]}) and does not carry the marker {MARKER!r}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    _started.clear()
    yield
    _expect_declared(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield
    _expect_declared(item)


def _expect_declared(item: pytest.Item) -> None:
    fault = undeclared({mark.name for mark in item.iter_markers()}, _started)
    _started.clear()
    if fault:
        pytest.fail(fault, pytrace=False)
