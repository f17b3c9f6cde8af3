"""The depositor's commands against the application, which listens on a port of this process."""

import json
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import yaml

from tests.conftest import a_dataset
from tests.support.commands import command_here


@dataclass
class Client:
    """Runs commands as somebody with a token, or as the public."""

    server: str
    token: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        token = {"REPOSITORY_TOKEN": self.token} if self.token else {}
        return {"REPOSITORY_SERVER": self.server, **token}

    def __call__(self, *arguments: object, status: int = 0) -> "CompletedProcess[str]":
        """What a command did, which has to end with `status`."""
        done = command_here(self.environment, *map(str, arguments))
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def told(self, *arguments: object, status: int = 0) -> Any:
        """What a command told a program."""
        return json.loads(self(*arguments, "--json", status=status).stdout)


def a_tree(folder: Path, **more: bytes) -> dict[str, bytes]:
    """Files in folders, with odd names and sizes, below `folder`; returns them by their keys."""
    files = {
        "readme.md": b"# About\n",
        "raw/2026/空 é.csv": b"a,b\n1,2\n" * 500,
        "raw/empty": b"",
        "raw/blob.bin": bytes(range(256)) * 700,
        **more,
    }
    for key, content in files.items():
        place = folder / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return files


def files_below(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths inside it."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def a_description(folder: Path) -> Path:
    """The description of a complete dataset, as YAML."""
    place = folder / "about.yaml"
    place.write_text(yaml.safe_dump({"metadata": a_dataset()["metadata"]}), "utf-8")
    return place
