"""What can go wrong, and the exit statuses that scripts can tell apart."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any


class ExitStatus(IntEnum):
    DONE = 0
    USAGE = 1
    REFUSED = 2
    FILES_FAILED = 3
    CONNECTION = 4
    INTERRUPTED = 130
    """128 and the number of SIGINT, as a shell tells it"""


class ClientError(Exception):
    """A command cannot go on; the text is one sentence for people."""

    exit_status = ExitStatus.FILES_FAILED


class UsageFault(ClientError):
    """What the person gave cannot be used."""

    exit_status = ExitStatus.USAGE


class Refused(ClientError):
    """The server answered, and said no; `errors` has its reasons by field."""

    exit_status = ExitStatus.REFUSED

    def __init__(self, act: str, status: int, reason: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        self.status = status
        self.reason = reason
        self.errors = errors
        details = "; ".join(f"{fault['field']}: {' '.join(fault['messages'])}" for fault in errors)
        super().__init__(f"{act}: the server answered {status} {reason} {details}".rstrip())


class ConnectionLost(ClientError):
    """The server cannot be reached, or the connection broke too often."""

    exit_status = ExitStatus.CONNECTION


class ContractBroken(ClientError):
    """The reply is not what the contract promises."""

    exit_status = ExitStatus.CONNECTION


class FileFault(ClientError):
    """One file cannot be sent, received or trusted; the others can."""


class Stopped(Exception):
    """Somebody has interrupted the command; a task ends where it is."""
