"""``python3 -m deploy.services up|down|status|env [SERVER…]``; addresses go to stdout, all else to stderr."""

import argparse
import sys
from collections.abc import Mapping, Sequence

from deploy.services import SERVERS, Service, ServiceError, addresses, default_folder, default_ports, servers_in, start
from deploy.services.place import locked, say
from deploy.services.service import HOST

COMMANDS = {
    "up": "start what does not run, wait until all answer, print their addresses",
    "down": "stop what was started here; the data stay",
    "status": "say of each server whether it runs; exit status 1 if one does not answer",
    "env": "print the addresses that `up` wrote, but for servers that the environment names itself",
}


def up(servers: Mapping[str, Service], chosen: Sequence[Service]) -> None:
    """Start the chosen servers and print the addresses; a server that the environment names is used as it is."""
    next(iter(servers.values())).place.make()
    with locked(default_folder() / ".lock"):
        local = [server for server in chosen if server.pid is not None or not addresses.is_elsewhere(server)]
        start(local)
        lines = addresses.write(default_folder() / "env", servers.values())
    for server in chosen:
        say(f"{server.name}: {f'answers on {HOST}:{server.port}' if server in local else 'used as it is'}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def down(servers: Mapping[str, Service], chosen: Sequence[Service]) -> None:
    """Stop the chosen servers that were started here, and no others."""
    if not default_folder().exists():
        return
    with locked(default_folder() / ".lock"):
        for server in chosen:
            if server.pid is not None:
                server.stop()
                say(f"{server.name}: stopped")
        addresses.write(default_folder() / "env", servers.values())


def status(_servers: Mapping[str, Service], chosen: Sequence[Service]) -> None:
    """Print one line per server; raise `ServiceError` if one does not answer."""
    silent = [server.name for server in chosen if not _answers(server)]
    if silent:
        raise ServiceError(f"no answer from {', '.join(silent)}")


def _answers(server: Service) -> bool:
    if server.pid is None:
        answers = addresses.is_elsewhere(server)
        say(f"{server.name}: {f'{server.variable} names one that answers' if answers else 'not running'}")
    else:
        answers = server.healthy()
        say(f"{server.name}: pid {server.pid}, {'answers' if answers else 'silent'} on {HOST}:{server.port}")
    return answers


def env(_servers: Mapping[str, Service], chosen: Sequence[Service]) -> None:
    """Print the addresses of servers that `up` started; nothing if it started none."""
    file = default_folder() / "env"
    written = file.read_text("utf-8") if file.exists() else ""
    sys.stdout.write("".join(f"{line}\n" for line in addresses.unnamed(chosen, written)))


def main() -> int:
    """Run a command; an error that a person can correct is one line on stderr and exit status 1."""
    parser = argparse.ArgumentParser(prog="deploy.services", description="Servers for development, on loopback.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, meaning in COMMANDS.items():
        command = commands.add_parser(name, help=meaning, description=meaning)
        command.add_argument(
            "servers", nargs="*", metavar="SERVER", help=f"of {', '.join(SERVERS)}; all if none is named"
        )
    arguments = parser.parse_args()
    if unknown := set(arguments.servers) - set(SERVERS):
        parser.error(f"there is no server {', '.join(sorted(unknown))}")
    try:
        servers = servers_in(default_folder(), default_ports())
        chosen = [servers[name] for name in arguments.servers or servers]
        {"up": up, "down": down, "status": status, "env": env}[arguments.command](servers, chosen)
    except (ServiceError, PermissionError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
