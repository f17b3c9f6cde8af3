"""Accounts that may register: the default ones, unless a file names others.

The file is ``{"datacite": [{"user", "secret", "prefixes": […], "domains": […]?}], "cstr": […], "handle": […]}``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FACES = ("datacite", "cstr", "handle")


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `domains` are the hosts that its DOIs may lead to, ``*`` for any."""

    user: str
    secret: str
    prefixes: Sequence[str]
    domains: Sequence[str] = ("*",)


Accounts = Mapping[str, Sequence[Account]]

# Secrets that are long and like no word, so that a log that repeats one shows it.  The second CSTR account is a node.
DEFAULT: Accounts = {
    "datacite": [
        Account("TEST.REPO", "datacite-secret-5f1c", ("10.5072",)),
        Account("TEST.OTHER", "datacite-secret-77aa", ("10.83144",)),
    ],
    "cstr": [
        Account("2014072300007148", "cstrsecret0123456789abcdef012345", ("99999",)),
        Account("2014072300007149", "cstrsecret9876543210fedcba543210", ("88888",)),
    ],
    "handle": [Account("300:0.NA/21.T1", "handle-secret-90d2", ("21.T1",))],
}


def read(file: Path) -> Accounts:
    """Return the accounts in a file. Raise `ValueError` with one line for another kind of file."""
    try:
        members = json.loads(file.read_text("utf-8"))
        return {face: [Account(**account) for account in members.get(face, [])] for face in FACES}
    except (TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file}: {error}") from error


def account_of(accounts: Sequence[Account], user: str, secret: str) -> Account | None:
    return next((account for account in accounts if (account.user, account.secret) == (user, secret)), None)
