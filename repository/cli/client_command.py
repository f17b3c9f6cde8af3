"""What all commands of the client have in common: the server, the form of the result, and the exit status."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TextIO

import click

from repository.client.api_session import ApiSession
from repository.client.client_errors import ClientError, ExitStatus, Refused, Stopped
from repository.client.kept_credentials import server_and_token
from repository.client.patience import Patience


@dataclass
class CommandOutcome:
    """The result of a command: `document` for programs, `lines` for people."""

    document: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    status: ExitStatus = ExitStatus.DONE


@dataclass
class ClientCall:
    """A call of a command: what all have as options, and the outcome, which is told also after an error."""

    server: str | None
    token: str | None
    retries: int
    quiet: bool
    outcome: CommandOutcome = field(default_factory=CommandOutcome)

    def session(self, server: str | None = None) -> ApiSession:
        """Return the way to the server that is meant, or to `server`, with the token that is kept for it."""
        address, token = server_and_token(os.environ, server or self.server, None if server else self.token)
        return ApiSession(address, token, Patience(tries=self.retries))

    @property
    def screen(self) -> TextIO | None:
        """Where progress is shown."""
        return None if self.quiet else sys.stderr

    def tell(self, text: str) -> None:
        """Tell something on the way, on stderr."""
        if not self.quiet:
            click.echo(text, err=True)


class _ClientCommand(click.Command):
    """A wrong use ends with the status that the client's documentation names, not with click's."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as error:
            error.exit_code = ExitStatus.USAGE  # type: ignore[misc]
            raise


def client_command(body: Callable[..., None]) -> click.Command:
    """Make a command of a function that takes a `ClientCall` first and fills its outcome."""
    options = [
        click.option("--server", metavar="URL", help="The server; else REPOSITORY_SERVER, else that of login."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end."),
        click.option("--quiet", "-q", is_flag=True, help="Show no progress."),
        click.option("--retries", default=10, show_default=True, type=click.IntRange(1, 1000), help="Tries of a call."),
    ]

    @wraps(body)
    def run(server: str | None, as_json: bool, quiet: bool, retries: int, **arguments: Any) -> None:
        call = ClientCall(server, None, retries, quiet)
        reason = _run(body, call, arguments)
        _tell(call.outcome, reason, as_json)
        sys.exit(call.outcome.status)

    for option in reversed(options):
        run = option(run)
    return click.command(cls=_ClientCommand)(run)


def _run(body: Callable[..., None], call: ClientCall, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """Run a command; return why it could not go on, None if it could."""
    try:
        body(call, **arguments)
    except ClientError as error:
        call.outcome.status = error.exit_status
        fields = {"errors": list(error.errors), "status": error.status} if isinstance(error, Refused) else {}
        return {"message": str(error), **fields}
    except (KeyboardInterrupt, Stopped):
        call.outcome.status = ExitStatus.INTERRUPTED
        return {"message": "Interrupted; the same command goes on where this one ended."}
    return None


def _tell(outcome: CommandOutcome, reason: Mapping[str, Any] | None, as_json: bool) -> None:
    if as_json:
        document = {**outcome.document, **({"error": reason} if reason else {}), "exit_status": int(outcome.status)}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for line in outcome.lines:
            click.echo(line)
    if reason:
        click.echo(f"repository: {reason['message']}", err=True)
