"""``repository user`` and ``repository token``."""

import sys
from datetime import timedelta

import click

from repository.core.actor import GRANTABLE, SYSTEM, Role, TokenScope
from repository.core.clock import iso
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.feature import with_services
from repository.people.access_tokens import end_token, issue_token, token_of_secret
from repository.people.accounts import person_by_email, register_person, set_active, set_password, set_role
from repository.people.model import AccessToken, Person
from repository.people.queries import everybody, tokens_of


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


@user.command("list")
@with_services
def list_users(services: Services) -> None:
    """List all people: id, address, role, state."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for person in everybody(snapshot):
            click.echo(f"{person.id}\t{person.email}\t{person.role}\t{'active' if person.active else 'suspended'}")


@user.command("suspend")
@click.argument("email")
@with_services
def suspend_user(services: Services, email: str) -> None:
    """End all sign-ins and tokens of a person at once."""
    with services.database.transaction(SYSTEM) as unit:
        set_active(unit, _person(unit, email), False)
    click.echo(f"{email} is suspended.")


@user.command("activate")
@click.argument("email")
@with_services
def activate_user(services: Services, email: str) -> None:
    """Let a suspended person in again, with the tokens of before."""
    with services.database.transaction(SYSTEM) as unit:
        set_active(unit, _person(unit, email), True)
    click.echo(f"{email} is active.")


@user.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([r.value for r in Role]))
@with_services
def change_role(services: Services, email: str, role: str) -> None:
    """Give a person another role."""
    with services.database.transaction(SYSTEM) as unit:
        set_role(unit, _person(unit, email), Role(role))
    click.echo(f"{email} is {role}.")


@user.command("password")
@click.argument("email")
@with_services
def change_password(services: Services, email: str) -> None:
    """Give a person the password that standard input has."""
    password = sys.stdin.readline().rstrip("\r\n")
    with services.database.transaction(SYSTEM) as unit:
        set_password(unit, _person(unit, email), password)
    click.echo(f"{email} has a new password.")


def _person(snapshot: Snapshot, email: str) -> Person:
    person = person_by_email(snapshot, email)
    if person is None:
        raise NotFound(f"There is no account for {email}.")
    return person


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
        person = _person(unit, email)
        granted = tuple(map(TokenScope, scopes)) or GRANTABLE
        valid_for = timedelta(days=days) if days else None
        _, secret = issue_token(unit, person, granted, name, valid_for)
    click.echo(secret)


@token.command("list")
@click.argument("email")
@with_services
def list_tokens(services: Services, email: str) -> None:
    """List the valid tokens of a person: id, name, scopes, end."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for issued in tokens_of(snapshot, _person(snapshot, email).id):
            expires = iso(issued.expires) if issued.expires else "no end"
            click.echo(f"{issued.id}\t{issued.name}\t{' '.join(issued.scopes)}\t{expires}")


@token.command("revoke")
@click.argument("token_id", type=click.IntRange(1, (1 << 63) - 1), required=False)
@click.option("--stdin", "leaked", is_flag=True, help="Read the token itself from standard input.")
@with_services
def revoke_tokens(services: Services, token_id: int | None, leaked: bool) -> None:
    """End a token at once: by its id, or by itself where it leaked."""
    if leaked == (token_id is not None):
        raise click.UsageError("Give the id of a token, or --stdin.")
    secret = sys.stdin.readline().strip() if leaked else ""
    with services.database.transaction(SYSTEM) as unit:
        issued = token_of_secret(unit, secret) if leaked else unit.session.get(AccessToken, token_id)
        ended = end_token(unit, issued)
    click.echo(f"Token {ended.id} of person {ended.person_id} is revoked.")
