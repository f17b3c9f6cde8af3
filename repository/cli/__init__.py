"""The command line ``repository …``: one file per topic; topics of features are where the features are."""

import click

from config.settings import SettingsError
from repository import __version__
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
from repository.features import FEATURES


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="repository")
@click.pass_context
def commands(context: click.Context) -> None:
    """A repository for research data."""
    context.obj = cli_services


_PROCESSES = (serve, worker, relay, scheduler)
_ADMINISTRATION = (migrate, prepare, backup, restore, demo, jobs, reactions, sweeps, clock, doctor)
_OF_FEATURES = tuple(command for feature in FEATURES for command in feature.commands)

for _command in (*_PROCESSES, *_ADMINISTRATION, *_OF_FEATURES):
    commands.add_command(_command)


def main() -> None:
    """Run a command; an error that a person can correct is one line on stderr and exit status 1."""
    try:
        commands(prog_name="repository")
    except (SettingsError, RepositoryError) as error:
        details = [f"{e.field}: {' '.join(e.messages)}" for e in getattr(error, "errors", ())]
        click.echo(f"repository: {'; '.join(details) or error}", err=True)
        raise SystemExit(1) from None
