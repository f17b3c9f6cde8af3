"""The command line ``repository …``: one file per topic."""

import click

from config.settings import SettingsError
from repository import __version__
from repository.cli.database_commands import migrate
from repository.cli.demo import demo
from repository.cli.doctor import doctor
from repository.cli.identifier_commands import identifiers
from repository.cli.index_commands import index
from repository.cli.job_commands import jobs
from repository.cli.people_commands import token, user
from repository.cli.prepare import prepare
from repository.cli.serve import serve
from repository.cli.sweep_commands import scheduler, sweeps
from repository.cli.worker_commands import relay, worker
from repository.core.errors import RepositoryError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="repository")
def commands() -> None:
    """A repository for research data."""


_PROCESSES = (serve, worker, relay, scheduler)
_TOOLS = (migrate, prepare, demo, user, token, index, jobs, identifiers, sweeps, doctor)

for _command in (*_PROCESSES, *_TOOLS):
    commands.add_command(_command)


def main() -> None:
    """Run a command; an error that a person can correct is one line on stderr and exit status 1."""
    try:
        commands(prog_name="repository")
    except (SettingsError, RepositoryError) as error:
        details = [f"{e.field}: {' '.join(e.messages)}" for e in getattr(error, "errors", ())]
        click.echo(f"repository: {'; '.join(details) or error}", err=True)
        raise SystemExit(1) from None
