"""The order of packages in pyproject.toml: the source keeps it, and it refuses what breaks it."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.house import ROOT, modules

pytestmark = pytest.mark.process

SETTINGS = (ROOT / "pyproject.toml").read_text("utf-8")
LINTER: dict[str, Any] = tomllib.loads(SETTINGS)["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in LINTER["contracts"]}
FLOORS = [[name.strip(" ()") for name in line.split("|")] for line in CONTRACTS["floors"]["layers"]]


def lint(root: Path, *only: str) -> subprocess.CompletedProcess[str]:
    """Run the linter on the packages in `root`, with the settings there."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    chosen = [part for contract in only for part in ("--contract", contract)]
    return subprocess.run([*command, *chosen], cwd=root, capture_output=True, text=True)


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """An empty house with our settings: every floor, and the faces."""
    faces = ("api", "pages", "oai", "oauth", "resolver", "feeds", "reasons")
    rooms = [f"repository.faces.{name}.routes" for name in faces]
    modules_of_faces = (
        "content_negotiation",
        "counted_calls",
        "credentials",
        "export_replies",
        "manifest_replies",
        "presented_link",
    )
    rooms += ["repository.faces.provider_flows"]
    rooms += ["repository.faces.request_context"]
    rooms += [f"repository.faces.{name}" for name in modules_of_faces]
    floors = [f"repository.{name}" for floor in FLOORS for name in floor]
    others = ["workers.relay", "config.settings", "migrations.env", "migrations.models"]
    for name in (*floors, *rooms, *others):
        write(tmp_path, name, "")
    (tmp_path / "pyproject.toml").write_text(SETTINGS, "utf-8")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    """Make the module `name`, and the packages it lies in."""
    *packages, last = name.split(".")
    for depth in range(1, len(packages) + 1):
        folder = root.joinpath(*packages[:depth])
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        folder.with_suffix(".py").unlink(missing_ok=True)
    package = root.joinpath(*packages, last)
    target = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    target.write_text(text, "utf-8")


def test_the_source_keeps_every_contract() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_an_empty_house_keeps_every_contract(skeleton: Path) -> None:
    answer = lint(skeleton)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("contract", "module", "text"),
    [
        ("floors", "repository.dataset.a", "import repository.core"),
        ("floors", "repository.core.a", "from repository import engines"),
        ("floors", "repository.engines.a", "from repository.access import a"),
        ("floors", "repository.files.a", "from repository.identifiers import a"),
        ("floors", "repository.search.a", "import repository.harvest.a"),
        ("floors", "repository.records.a", "from repository.publication import a"),
        ("floors", "repository.deposits.a", "import repository.bootstrap"),
        ("floors", "repository.app", "import repository.cli"),
        ("floors", "repository.newcomer", ""),
        ("cycles", "repository.files.a", "import repository.files.b"),
        ("cycles", "workers.a", "import workers.b"),
        ("config-alone", "config.a", "import repository.dataset"),
        ("dataset-pure", "repository.dataset.a", "import sqlalchemy.orm"),
        ("rules-pure", "repository.files.rules", "from repository.files import a"),
        ("faces", "repository.files.a", "import repository.faces.api.routes"),
        ("faces-apart", "repository.faces.pages.a", "import repository.faces.api.routes"),
        ("rooms-of-pages", "repository.faces.pages.landing.a", "import repository.faces.pages.search.a"),
        ("rooms-of-pages", "repository.faces.pages.shell.a", "import repository.faces.pages.landing.a"),
        ("workers-below-the-web", "workers.a", "from repository import app"),
        ("workers-below-the-web", "workers.a", "import repository.faces.pages.a"),
        ("workers", "repository.publication.a", "from workers import relay"),
        ("features", "repository.faces.oai.a", "from repository import features"),
        ("floors", "repository.files.a", "from repository import features"),
        ("floors", "repository.engines.a", "from repository import feature"),
        ("migrations", "repository.core.a", "import migrations.env"),
    ],
)
def test_each_contract_refuses_what_breaks_it(skeleton: Path, contract: str, module: str, text: str) -> None:
    write(skeleton, module.rpartition(".")[0] + ".b", f"import {module}")
    imported = text.removeprefix("from ").removeprefix("import ").replace(" import ", ".")
    if imported.endswith(".a"):
        write(skeleton, imported, "import sqlalchemy")
    write(skeleton, module, text)
    answer = lint(skeleton, contract)
    assert answer.returncode == 1
    assert f"{CONTRACTS[contract]['name']} BROKEN" in " ".join(answer.stdout.split())


def test_the_floors_are_those_that_the_house_s_own_picture_shows() -> None:
    picture = next(m.text for m in modules("repository") if m.path == "repository/__init__.py")
    drawn = [line[4:40].split() for line in picture.splitlines() if line.startswith("    ")]
    assert drawn == FLOORS
