"""The commands of whoever runs a server; the rest of the command line works without what they need."""

import click

from config.settings import SettingsError
from repository.cli.backup_commands import backup, restore
from repository.cli.clock_commands import clock
from repository.cli.command_services import cli_services
from repository.cli.database_commands import migrate
from repository.cli.demo import demo
from repository.cli.doctor import doctor
from repository.cli.job_commands import jobs, reactions
from repository.cli.prepare import prepare
from repository.cli.serve import serve
from repository.cli.sweep_commands import scheduler, sweeps
from repository.cli.worker_commands import relay, worker
from repository.core.errors import RepositoryError
from repository.core.private_files import keep_private
from repository.features import FEATURES

_PROCESSES = (serve, worker, relay, scheduler)
_ADMINISTRATION = (migrate, prepare, backup, restore, demo, jobs, reactions, sweeps, clock, doctor)
_OF_FEATURES = tuple(command for feature in FEATURES for command in feature.commands)

COMMANDS = {str(command.name): command for command in (*_PROCESSES, *_ADMINISTRATION, *_OF_FEATURES)}
CORRECTABLE = (SettingsError, RepositoryError)
"""Errors that a person can correct."""


def begin(context: click.Context) -> None:
    """Make what every command of the server needs: files that nobody else reads, and the way to the services."""
    keep_private()
    context.obj = cli_services
