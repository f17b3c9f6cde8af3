"""What the README and the pages in docs/ say is true: both walks run, and what they name exists."""

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
from tests.support.web_server import running

PAGES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
}
"""What people read, by path; the change log tells of what was, and names no more than it likes."""
TOLD = {path: text for path, text in PAGES.items() if path != "CHANGELOG.md"}
README, WALK, OPERATION = PAGES["README.md"], PAGES["docs/walk.md"], PAGES["docs/operation.md"]
TEN_LINES = "## Ten lines with curl"
MADE = {"deploy/.env"}
"""What a page tells to make."""
EXPECTED = re.compile(r"(?:^|\s)#\s*→\s*(.+?)\s*$")


@dataclass(frozen=True)
class Step:
    """Some lines of a block, and what their output is said to hold."""

    script: str
    expected: tuple[str, ...]


def section(page: str, title: str) -> str:
    """The text of a section, up to the next of its level."""
    found = re.search(rf"^{re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {title!r}"
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
@pytest.mark.slow
@pytest.mark.parametrize("page", [WALK, section(README, TEN_LINES)], ids=["whole", "ten lines"])
def test_a_walk_through_the_api_runs_as_it_is_written(page: str, tmp_path: Path) -> None:
    walk = [step for block in blocks(page) for step in steps(block)]
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


def test_the_readme_is_short_and_its_walk_has_ten_lines() -> None:
    assert len(README.splitlines()) <= 110
    (walk,) = blocks(section(README, TEN_LINES))
    assert len(walk.splitlines()) == 10


def test_the_settings_that_are_named_are_those_that_exist() -> None:
    named = set(re.findall(r"`REPOSITORY_([A-Z_]+)`", section(OPERATION, "## Settings")))
    assert named - {"ENV_FILE"} == {name.upper() for name in Settings.model_fields}


def test_every_make_target_that_is_named_exists() -> None:
    made = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target
        for page in TOLD.values()
        for target in re.findall(r"(?:^|`|\s)make ([a-z][a-z-]*)(?=`|$| [A-Z_]+=|\s*#|  )", page, re.MULTILINE)
    }
    assert {"demo", "serve", "test", "quick"} <= named <= made


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_link_between_pages_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        assert leads_somewhere(page, link), f"{page}: {link}"


def leads_somewhere(page: str, link: str) -> bool:
    """Whether a link from `page` leads to a file, and to a heading of it; one to another site is believed."""
    if re.match(r"[a-z]+:", link):
        return True
    target, _, heading = link.partition("#")
    path = (ROOT / page).parent / target if target else ROOT / page
    return path.exists() and (not heading or heading in headings(path.read_text("utf-8")))


def headings(text: str) -> list[str]:
    """The names of a page's headings as links give them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles]


@pytest.mark.parametrize(
    "link", ["docs/nowhere.md", "docs/operation.md#nothing", "../README.md", "#no-such-heading"], ids=str
)
def test_a_link_that_leads_nowhere_is_found(link: str) -> None:
    assert not leads_somewhere("README.md", link)
    assert leads_somewhere("docs/walk.md", "../README.md#two-commands")


@pytest.mark.parametrize("page", sorted(TOLD))
def test_every_file_that_is_named_exists(page: str) -> None:
    named = re.findall(r"`((?:repository|workers|config|migrations|deploy|tests|docs|\.ci)/[\w./-]*)`", TOLD[page])
    absent = [path for path in named if not (ROOT / path).exists() and path not in MADE]
    assert absent == []


def test_every_module_that_is_run_exists() -> None:
    named = {name for page in TOLD.values() for name in re.findall(r"python -m\s+((?:tests|deploy)[\w.]*)", page)}
    assert len(named) > 3
    for name in named:
        place = ROOT / name.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), name


def test_every_repository_command_that_is_named_exists() -> None:
    pattern = re.compile(r"(?:`|bin/|-m )repository ((?:[a-z]+)(?: [a-z]+)?)")
    named = [words for page in TOLD.values() for words in pattern.findall(page)]
    assert len(named) > len(commands.commands)
    for words in named:
        expect_command(words.split())


def expect_command(words: list[str]) -> None:
    """`words` begin with a command, and a group is followed by one of its own."""
    first, *rest = words
    assert first in commands.commands, f"repository {first}"
    found = commands.commands[first]
    if isinstance(found, click.Group) and rest:
        assert rest[0] in found.commands, f"repository {' '.join(words)}"
