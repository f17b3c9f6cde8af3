"""``repository login`` and ``logout``."""

import os
import sys

import click

from repository.cli.client_command import ClientCall, client_command
from repository.client.api_session import ApiSession
from repository.client.client_errors import Refused, UsageFault
from repository.client.kept_credentials import SERVER, TOKEN, kept_credentials, plain_address


@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
def _login(call: ClientCall, token_stdin: bool) -> None:
    """Keep the server's address and a token, once the server has accepted them.

    The token comes from a question, from standard input or from REPOSITORY_TOKEN; never from the command line, which
    other users of the machine can read.
    """
    address = call.server or os.environ.get(SERVER) or click.prompt("Server", err=True)
    server = plain_address(address)
    token = _token(token_stdin)
    name = _owner_of(ApiSession(server, token, call.session(server).patience))
    kept = kept_credentials(os.environ)
    kept.keep(server, token)
    call.outcome.document = {"server": server, "user": name, "file": str(kept.path)}
    call.outcome.lines = [f"{server} knows you{f' as {name}' if name else ''}; the token is kept in {kept.path}."]


def _token(token_stdin: bool) -> str:
    """Return the token that was given; raise `UsageFault` for what cannot be one."""
    text = sys.stdin.readline() if token_stdin else os.environ.get(TOKEN)
    if not text and not token_stdin:
        text = str(click.prompt("Token", hide_input=True, err=True))
    token = (text or "").strip()
    if not token or not token.isascii() or any(character.isspace() for character in token):
        raise UsageFault("That is no token.")
    return token


def _owner_of(session: ApiSession) -> str:
    """Return whose token this is, as far as the server tells; raise `Refused` for an unknown one."""
    try:
        person = session.ask("Ask whose token this is", "GET", session.api("/me"))
    except Refused as error:
        if error.status not in (404, 405):
            raise
        person = None
    session.ask("Try the token", "GET", session.api("/user/records?size=1"))
    return str(person.get("email") or person.get("username") or "") if isinstance(person, dict) else ""


def _logout(call: ClientCall) -> None:
    """Forget the token of a server."""
    kept = kept_credentials(os.environ)
    address = call.server or os.environ.get(SERVER) or kept.server
    server = plain_address(address) if address else ""
    forgotten = kept.forget(server) if server else False
    call.outcome.document = {"server": server, "forgotten": forgotten}
    call.outcome.lines = [f"The token for {server} is forgotten." if forgotten else "No token was kept."]


login = client_command(_login)
logout = client_command(_logout)
login.name, logout.name = "login", "logout"
