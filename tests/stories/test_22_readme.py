"""What the README says is true: its walk through the API runs, and the commands it names exist."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from config.settings import Settings
from repository.cli import commands
from tests.architecture.house import ROOT
from tests.server import running

README = (ROOT / "README.md").read_text("utf-8")
WALK = "## A walk through the API"
EXPECTED = re.compile(r"(?:^|\s)#\s*→\s*(.+?)\s*$")


@dataclass(frozen=True)
class Step:
    """Some lines of a block, and what their output is said to hold."""

    script: str
    expected: tuple[str, ...]


def section(title: str) -> str:
    """The text of a section, up to the next of its level."""
    found = re.search(rf"^{re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"README has no section {title!r}"
    return found[1]


def blocks(text: str) -> list[str]:
    return re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def steps(block: str) -> list[Step]:
    """A block, cut after each line that says, at its end or alone, what the lines before it print."""
    found: list[Step] = []
    script: list[str] = []
    for line in block.splitlines():
        said = EXPECTED.search(line)
        command = line[: said.start()] if said else line
        if command.strip():
            script.append(command)
        if said and script:
            found.append(Step("\n".join(script), (_text(said),)))
            script = []
        elif said:
            found[-1] = Step(found[-1].script, (*found[-1].expected, _text(said)))
    return [*found, Step("\n".join(script), ())] if script else found


def _text(said: "re.Match[str]") -> str:
    return said[1].removesuffix("…").strip()


@pytest.mark.process
def test_the_walk_through_the_api_runs_as_it_is_written(tmp_path: Path) -> None:
    walk = [step for block in blocks(section(WALK)) for step in steps(block)]
    assert len(walk) > 2
    (tmp_path / "data").mkdir()
    (tmp_path / "here").mkdir()
    with running(tmp_path / "data") as server:
        token = server.depositor().token
        # Each step writes its output to a file of its own and runs in the one shell, so that variables last.
        script = "\n".join(
            f"exec > {tmp_path}/step-{number}.txt 2>&1\n{step.script}" for number, step in enumerate(walk)
        )
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path / "here",
            env=os.environ | {"BASE": server.base_url, "TOKEN": str(token)},
            check=False,
            stdin=subprocess.DEVNULL,
        )
    outputs = {path.name: path.read_text("utf-8", "replace") for path in sorted(tmp_path.glob("step-*.txt"))}
    assert done.returncode == 0, outputs
    for number, step in enumerate(walk):
        for expected in step.expected:
            assert expected in outputs[f"step-{number}.txt"], f"{step.script}\nprinted {outputs[f'step-{number}.txt']}"


def test_the_settings_that_are_named_are_those_that_exist() -> None:
    named = set(re.findall(r"`REPOSITORY_([A-Z_]+)`", section("## Running it for real")))
    assert named - {"ENV_FILE"} == {name.upper() for name in Settings.model_fields}


def test_every_make_target_that_is_named_exists() -> None:
    made = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`|\s)make ([a-z][a-z-]*)(?=`|$| [A-Z_]+=|\s*#|  )", README, re.MULTILINE))
    assert {"demo", "serve"} <= named <= made


def test_every_repository_command_that_is_named_exists() -> None:
    named = re.findall(r"(?:`|bin/|-m |^)repository ((?:[a-z]+)(?: [a-z]+)?)", README, re.MULTILINE)
    assert named
    for words in named:
        expect_command(words.split())


def expect_command(words: list[str]) -> None:
    """`words` begin with a command, and a group is followed by one of its own."""
    first, *rest = words
    assert first in commands.commands, f"repository {first}"
    found = commands.commands[first]
    if isinstance(found, click.Group) and rest:
        assert rest[0] in found.commands, f"repository {' '.join(words)}"
