"""The client is installed without the server: what it needs is in its lock, and that is all it gets."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.conftest import Caller
from tests.support.live_server import LiveServer

pytestmark = [pytest.mark.process, pytest.mark.slow]

BUILD = "from setuptools import build_meta; print(build_meta.build_wheel({!r}))"
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "repository", "config", "migrations", "workers")
HEAVY = {"flask", "sqlalchemy", "pydantic", "structlog", "boto3", "marshmallow", "repository.core", "config"}


def run(*line: object, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*map(str, line)], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def a_wheel(folder: Path) -> Path:
    """The project's wheel, built from a copy of the source."""
    source = folder / "source"
    for name in SOURCES:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            source.mkdir(exist_ok=True)
            shutil.copy(place, source / name)
    built = run(sys.executable, "-c", BUILD.format(str(folder)), cwd=source)
    assert built.returncode == 0, built.stderr
    return folder / built.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``repository`` of an environment with the wheel and the libraries of the client's lock, taken from this one."""
    folder = tmp_path_factory.mktemp("alone")
    place = folder / "venv"
    assert run(sys.executable, "-m", "venv", "--without-pip", place).returncode == 0
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    for name in re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements-client.lock").read_text(), re.MULTILINE):
        for file in distribution(name).files or ():
            if ".." not in file.parts:
                (libraries / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), libraries / file)
    uv = Path(sys.executable).with_name("uv")
    done = run(uv, "pip", "install", "--offline", "--no-deps", "--python", place / "bin" / "python", a_wheel(folder))
    assert done.returncode == 0, done.stderr
    return place / "bin" / "repository"


def test_the_client_alone_uploads_and_says_of_the_server_what_to_install(
    program: Path, client_site: LiveServer, author: Caller, tmp_path: Path
) -> None:
    kept = {"REPOSITORY_SERVER": client_site.address, "REPOSITORY_TOKEN": str(author.token)}
    environment = {**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, **kept}
    assert "Deposit and download" in run(program, "--help", env=environment).stdout
    assert "PATH..." in run(program, "upload", "--help", env=environment).stdout
    draft = author.post("/api/records", json={"files": {"enabled": True}}).get_json()["id"]
    (tmp_path / "a.csv").write_text("a,b\n")
    done = run(program, "upload", draft, tmp_path / "a.csv", env=environment)
    assert done.returncode == 0, done.stderr
    assert author.get(f"/api/records/{draft}/draft/files/a.csv").get_json()["status"] == "completed"
    refused = run(program, "serve", env=environment)
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    assert "pip install 'repository[server]'" in refused.stderr


def test_the_client_s_commands_import_nothing_of_the_server() -> None:
    modules = "import sys, repository.cli.transfer_commands, repository.cli.login_commands; print(*sys.modules)"
    loaded = set(run(sys.executable, "-c", modules, cwd=ROOT).stdout.split())
    assert "repository.client.upload_run" in loaded
    assert loaded & HEAVY == set()
