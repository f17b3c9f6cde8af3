"""The demonstration: real datasets on a real server, from the deposit to the verified download."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.support.commands import command_here
from tests.support.web_server import command, environment_of

DATA = ROOT / "tests" / "data"
DEPOSITED = sorted(path.parent.name for path in DATA.glob("*/metadata.json"))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing of this installation; temporary folders of the demonstration are made where they can be counted."""
    (tmp_path / "tmp").mkdir()
    return environment_of(tmp_path) | {"TMPDIR": str(tmp_path / "tmp")}


@pytest.mark.process
def test_the_demonstration_succeeds_and_leaves_nothing_behind(environment: dict[str, str], tmp_path: Path) -> None:
    done = command(environment, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(DEPOSITED) >= 3
    for word, least in (("DOI", 1), ("CSTR", 1), ("APA", 1), ("GB/T 7714", 1), ("sha256", 1)):
        assert len(re.findall(rf"^  {word} ", done.stdout, re.MULTILINE)) >= least * len(DEPOSITED), word
    assert len(re.findall(r"http://127\.0\.0\.1:\d+/records/\d+", done.stdout)) >= len(DEPOSITED)
    assert re.search(r"^  [一-鿿]{2} .*found, among them record", done.stdout, re.MULTILINE)
    assert "All is well" in done.stdout
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "repository.db").exists()


@pytest.mark.process
def test_the_demonstration_fails_when_the_description_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(DATA / "penguins", tmp_path / "data" / "penguins")
    about = tmp_path / "data" / "penguins" / "metadata.json"
    body = json.loads(about.read_text("utf-8"))
    body["metadata"]["resource_type"] = {"id": "no-such-type"}
    about.write_text(json.dumps(body), "utf-8")
    done = command(environment, "demo", "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "All is well" not in done.stdout
    assert re.search(r"^demo failed: .*resource_type", done.stderr, re.MULTILINE)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no datasets"), ("{", "is not a dataset's description"), ("{}", "is not a dataset's description")],
)
def test_the_demonstration_says_what_is_wrong_with_its_data(
    environment: dict[str, str], tmp_path: Path, content: str | None, said: str
) -> None:
    (tmp_path / "data" / "broken").mkdir(parents=True)
    if content is not None:
        (tmp_path / "data" / "broken" / "metadata.json").write_text(content)
    done = command_here(environment, "demo", "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("demo failed: ")
    assert said in done.stderr
