"""A test that starts a process says so, and the hosted run calls what decides."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import yaml

from repository import __version__
from tests.architecture.house import ROOT
from tests.support import processes


def by_subprocess() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


def by_fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def by_the_shell() -> None:
    assert os.system("true") == 0


def by_multiprocessing() -> None:
    process = multiprocessing.get_context("spawn").Process(target=by_nothing)
    process.start()
    process.join()


def by_nothing() -> None:
    """What starts no process."""


@pytest.mark.process
@pytest.mark.parametrize("start", [by_subprocess, by_fork, by_the_shell, by_multiprocessing])
def test_a_start_of_a_process_is_heard_however_it_is_made(start: Callable[[], None]) -> None:
    before = processes.started()
    start()
    assert len(processes.started()) > len(before)


def test_a_test_that_starts_a_process_has_to_carry_the_marker() -> None:
    by_nothing()
    assert processes.started() == []
    assert "subprocess.Popen" in processes.undeclared({"slow"}, ["subprocess.Popen git"])
    assert processes.undeclared({"process"}, ["subprocess.Popen git"]) == ""
    assert processes.undeclared(set(), []) == ""


def test_the_hosted_run_calls_the_script_that_decides_and_nothing_else() -> None:
    hosted = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    (job,) = hosted["jobs"].values()
    (line,) = [step["run"] for step in job["steps"] if "run" in step]
    assert line.split()[-1] == ".ci/run"


def test_the_citation_names_the_version_of_the_project() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == __version__
    assert cited["cff-version"] == "1.2.0"
    assert cited["license"] == "MIT"
