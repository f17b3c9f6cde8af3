"""``repository …`` in this process: what a command says and how it ends, without the start of a process.

A test whose matter is the process itself starts one by `tests.support.web_server.command`.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from subprocess import CompletedProcess
from typing import Any

import click
import pytest
from click.testing import CliRunner

from config.logging import configure_logging
from repository.cli import main

SETTINGS = "REPOSITORY_"
"""All names of settings in the environment begin with it."""


class _AsStarted(click.Command):
    """The start of a process, which reads its arguments from `sys.argv` and says in one line what a person can mend."""

    def main(self, args: Sequence[str] = (), **_: Any) -> None:  # type: ignore[override]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["repository", *args])
            main()


def command_here(environment: Mapping[str, str], *arguments: str, input: str = "") -> CompletedProcess[str]:  # noqa: A002
    """What `repository …` did, run here as `tests.support.web_server.command` runs it in a process."""
    settings = {name: value for name, value in environment.items() if name.startswith(SETTINGS)}
    before = os.umask(0o022)
    try:
        done = CliRunner().invoke(_AsStarted("repository"), arguments, input=input, env=settings)
    finally:
        os.umask(before)  # as the tests have both; a command sets its own
        configure_logging("ERROR")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return CompletedProcess([*arguments], done.exit_code, done.stdout, done.stderr)
