"""The command line ``repository …``: one file per topic; topics of features are where the features are.

The commands of depositors are clients of the HTTP API and need nothing of the server; the others are loaded when one
of them is called.
"""

import sys

import click

from repository import __version__
from repository.cli.house_commands import SERVER, HouseCommands, correctable

_CLIENT = {
    "login": "repository.cli.login_commands:login",
    "logout": "repository.cli.login_commands:logout",
    "deposit": "repository.cli.transfer_commands:deposit",
    "upload": "repository.cli.transfer_commands:upload",
    "download": "repository.cli.transfer_commands:download",
    "verify": "repository.cli.transfer_commands:verify",
}


@click.group(cls=HouseCommands, client=_CLIENT, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="repository")
@click.pass_context
def commands(context: click.Context) -> None:
    """A repository for research data."""
    if context.invoked_subcommand not in _CLIENT:
        sys.modules[SERVER].begin(context)


def main() -> None:
    """Run a command; an error that a person can correct is one line on stderr and exit status 1."""
    try:
        commands(prog_name="repository")
    except correctable() as error:
        details = [f"{e.field}: {' '.join(e.messages)}" for e in getattr(error, "errors", ())]
        click.echo(f"repository: {'; '.join(details) or error}", err=True)
        raise SystemExit(1) from None
