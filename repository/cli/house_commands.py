"""The group of all commands: those of the client, which load alone, and those of the server."""

import sys
from collections.abc import Mapping, MutableMapping
from importlib import import_module
from typing import Any

import click

SERVER = "repository.cli.server_commands"
OURS = ("repository", "workers", "config", "migrations")


class ServerMissing(click.ClickException):
    """A command of the server was called where only the client is installed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is no command of the client; the server's commands come with pip install 'repository[server]'."
        )

    def show(self, file: Any = None) -> None:
        click.echo(f"repository: {self.message}", file=file, err=True)


class HouseCommands(click.Group):
    """Finds a command by its name and imports no more than it needs.

    `client` tells the place of each command of the client, as ``repository.cli.transfer_commands:upload``.
    """

    def __init__(self, *arguments: Any, client: Mapping[str, str], **options: Any) -> None:
        self.client = client
        super().__init__(*arguments, **options)

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """All that are installed."""
        return {**{name: self._of_client(name) for name in self.client}, **_of_server()}

    @commands.setter
    def commands(self, value: MutableMapping[str, click.Command]) -> None:
        if value:
            raise TypeError("commands are found by their names")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name in self.client:
            return self._of_client(cmd_name)
        if not cmd_name.startswith("-") and not server_is_installed():
            raise ServerMissing(cmd_name)
        return _of_server().get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [*self.client, *sorted(_of_server())]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands, those of the client first."""
        limit = formatter.width - 24
        commands = self.commands
        client = [(name, commands[name].get_short_help_str(limit)) for name in self.client]
        server = [(name, commands[name].get_short_help_str(limit)) for name in sorted(commands.keys() - self.client)]
        with formatter.section("Deposit and download"):
            formatter.write_dl(client)
        with formatter.section("Server"):
            if server:
                formatter.write_dl(server)
            else:
                formatter.write_text("None is installed here: pip install 'repository[server]'")

    def _of_client(self, name: str) -> click.Command:
        module, _, attribute = self.client[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


def server_is_installed() -> bool:
    """Whether everything is here that the server's commands import."""
    try:
        import_module(SERVER)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] in OURS:
            raise  # a mistake of ours, not a library that is missing
        return False
    return True


def _of_server() -> Mapping[str, click.Command]:
    commands: Mapping[str, click.Command] = sys.modules[SERVER].COMMANDS if server_is_installed() else {}
    return commands


def correctable() -> tuple[type[Exception], ...]:
    """Return the errors that a person can correct, of commands that were loaded."""
    server = sys.modules.get(SERVER)
    return server.CORRECTABLE if server else ()
