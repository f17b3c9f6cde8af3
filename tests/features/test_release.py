"""The release is written in one place, and everything that runs names it."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from setuptools.config.expand import read_attr

from config.logging import configure_logging
from repository import __version__
from repository.cli import commands
from tests.architecture.house import ROOT
from tests.conftest import Caller
from tests.support.web_server import environment_of

IN_CONFIG = """
import config.logging, structlog
config.logging.configure_logging("INFO")
structlog.get_logger().info("before")
import repository.wsgi
config.logging.configure_logging("INFO")
structlog.get_logger().info("after")
"""


def test_the_release_is_a_semantic_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_the_package_takes_its_version_from_the_source() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" in project["project"]["dynamic"]
    attribute = project["tool"]["setuptools"]["dynamic"]["version"]["attr"]
    assert read_attr(attribute, root_dir=str(ROOT)) == __version__


def test_the_command_line_says_its_release() -> None:
    said = CliRunner().invoke(commands, ["--version"])
    assert (said.exit_code, said.output) == (0, f"repository, version {__version__}\n")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_says_which_release_answers(anyone: Caller, path: str) -> None:
    assert anyone.get(path).get_json()["version"] == __version__


def test_the_description_of_the_api_bears_the_release(anyone: Caller) -> None:
    assert anyone.get("/api/openapi.json").get_json()["info"]["version"] == __version__


def test_every_line_of_the_log_names_the_release(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "7.8.9")
    structlog.get_logger().info("something")
    configure_logging("ERROR", __version__)
    assert json.loads(capsys.readouterr().err)["release"] == "7.8.9"


@pytest.mark.process
def test_a_server_names_its_release_whoever_sets_up_the_log_after_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_CONFIG], env=environment_of(tmp_path), capture_output=True, text=True, check=True
    )
    lines = {line["event"]: line.get("release") for line in map(json.loads, done.stderr.splitlines())}
    assert (lines["before"], lines["after"]) == (None, __version__)
