"""``repository user`` and ``repository token``."""

import sys
from datetime import timedelta

import click

from repository.core.actor import GRANTABLE, SYSTEM, Role, TokenScope
from repository.core.errors import NotFound
from repository.engines.services import Services
from repository.feature import with_services
from repository.people.access_tokens import issue_token
from repository.people.accounts import person_by_email, register_person


@click.group()
def user() -> None:
    """People."""


@user.command("create")
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", type=click.Choice([r.value for r in Role]), default=Role.DEPOSITOR.value)
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input.")
@with_services
def create_user(services: Services, email: str, name: str, role: str, password_stdin: bool) -> None:
    """Register a person, without a prompt."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with services.database.transaction(SYSTEM) as unit:
        person = register_person(unit, email, name, Role(role), password)
        click.echo(f"{person.email} is person {person.id}.")


@click.group()
def token() -> None:
    """Personal access tokens."""


@token.command("create")
@click.argument("email")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in GRANTABLE]),
    help="A right of the token; repeatable.  [default: all]",
)
@click.option("--name", default="command line", help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days of validity.  [default: no end]")
@with_services
def create_token(services: Services, email: str, scopes: tuple[str, ...], name: str, days: int | None) -> None:
    """Issue a token and print nothing else; it cannot be shown again."""
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, email)
        if person is None:
            raise NotFound(f"There is no account for {email}.")
        granted = tuple(map(TokenScope, scopes)) or GRANTABLE
        valid_for = timedelta(days=days) if days else None
        _, secret = issue_token(unit, person, granted, name, valid_for)
    click.echo(secret)
