"""The alarms: what they watch is exported, every condition has one, and a page says what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parse

from repository.app import create_app
from repository.cli import commands
from repository.engines.services import Services
from tests.architecture.house import ROOT
from tests.conftest import Caller
from workers.gauges import Gauges
from workers.site_conditions import SiteConditions, checks
from workers.sweeps.schedule import run_due

pytestmark = pytest.mark.slow

(GROUP,) = yaml.safe_load((ROOT / "deploy" / "alarms.yaml").read_text("utf-8"))["groups"]
RULES: list[dict[str, Any]] = GROUP["rules"]
PAGE = (ROOT / "docs" / "operation.md").read_text("utf-8")
CONDITION = re.compile(r'repository_condition\{name=~?"([\w|]+)"\}')
PROVOKED = ("engine_conditions", "database_conditions", "work_conditions", "audit_conditions", "ownership")
REMEDIES = (
    "repository/engines/conditions/",
    "workers/",
    "repository/files/",
    "repository/publication/",
    "repository/audit/",
    "repository/sharing/",
    "repository/notifications/",
)


def watched() -> dict[str, set[str]]:
    """Alarm -> the conditions that it watches."""
    return {
        rule["alert"]: {name for names in CONDITION.findall(rule["expr"]) for name in names.split("|")}
        for rule in RULES
    }


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of the table of a section."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[1:]]


def test_every_condition_has_its_alarm() -> None:
    assert len(watched()) == len(RULES) > 10
    assert set.union(*watched().values()) == {check.name for check in checks()}


def test_every_condition_is_provoked_by_a_test() -> None:
    sources = [(ROOT / "tests" / "features" / f"test_{part}.py").read_text("utf-8") for part in PROVOKED]
    asked = re.findall(r'condition_of\([^"]*"(\w+)"', "".join(sources))
    assert {check.name for check in checks()} - set(asked) == set()


def test_every_metric_that_is_watched_is_exported(services: Services) -> None:
    run_due(services)
    gauges = Gauges(services.database, SiteConditions(services, patience=20.0))
    text = Caller(create_app(services, gauges).test_client()).get("/metrics").text
    exported = {sample.name for family in parse(text) for sample in family.samples}
    named = {name for rule in RULES for name in re.findall(r"\brepository_\w+", rule["expr"])}

    assert named - exported == set()
    told = section("Health, metrics and logs") + section("Alarms")
    assert set(re.findall(r"`(repository_[a-z_]+)[`{]", told)) - exported == set()


def test_every_alarm_is_explained_with_what_to_do_and_how_long_one_has() -> None:
    explained = rows("Alarms")
    assert [row[0].strip("`") for row in explained] == [rule["alert"] for rule in RULES]
    assert all(len(row) == 4 and all(row) for row in explained)
    assert all(rule["annotations"]["summary"].endswith(".") and rule["labels"]["severity"] for rule in RULES)


def test_every_condition_is_in_the_page() -> None:
    cells = [row[0] for row in rows("Health, metrics and logs")]
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == {check.name for check in checks()}


def test_every_row_of_what_an_outage_does_is_executed_by_a_test() -> None:
    table = rows("What an outage does")
    assert len(table) > 15
    for row in table:
        path, name = re.findall(r"`([^`]+)`", row[-1])
        assert name in defined(ROOT / path), row[-1]


def defined(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def texts() -> Iterator[str]:
    """Every text of the modules that say what to do."""
    for place in REMEDIES:
        for path in sorted((ROOT / place).glob("*condition*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_command_that_a_condition_recommends_exists() -> None:
    recommended = [command.split() for text in texts() for command in re.findall(r"`repository ([^`]+)`", text)]
    assert len(recommended) > 15
    for name, *rest in recommended:
        command = commands.commands[name]
        if isinstance(command, click.Group):
            command, rest = command.commands[rest[0]], rest[1:]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, (name, rest)
