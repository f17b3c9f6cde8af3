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
from repository.people.accounts import register_person, set_password
from repository.people.administration import block_person, restore_person
from repository.people.administration import change_role as give_role
from repository.people.departures import merge_people
from repository.people.model import AccessToken, DraftUse, Person
from repository.people.queries import everybody, person_by_email, tokens_of
from repository.people.quotas import Quota, person_quota, quota_of, set_limits
from repository.people.second_factors import remove_second_factor
from repository.people.sign_up import invite

AMOUNT = click.IntRange(0, 1 << 62)
REASON = click.option("--reason", default="by an operator", show_default=True, help="Why; the audit trail keeps it.")


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
    """List all people: id, address, role, state, drafts and their bytes."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for person, use in everybody(snapshot):
            state = "active" if person.active else "suspended"
            quota = _in_words(quota_of(services.site, use))
            click.echo(f"{person.id}\t{person.email}\t{person.role}\t{state}\t{quota}")


@user.command("quota")
@click.argument("email")
@click.option("--drafts", type=AMOUNT, help="Most drafts at a time; 0 for any number.")
@click.option("--bytes", "size", type=AMOUNT, help="Most bytes of files in drafts; 0 for any number.")
@click.option("--site", "as_site", is_flag=True, help="Take the limits of the site for what is not named.")
@with_services
def change_quota(services: Services, email: str, drafts: int | None, size: int | None, as_site: bool) -> None:
    """Tell what a person has in drafts and may have, or set limits of their own."""
    with services.database.transaction(SYSTEM) as unit:
        person = _person(unit, email)
        if as_site or drafts is not None or size is not None:
            own = None if as_site else unit.session.get(DraftUse, person.id)
            kept = (own.most_drafts, own.most_bytes) if own else (None, None)
            set_limits(unit, person, kept[0] if drafts is None else drafts, kept[1] if size is None else size)
        click.echo(f"{person.email}\t{_in_words(person_quota(unit, services.site, person.id))}")


def _in_words(quota: Quota) -> str:
    """Return use and limits in words."""
    drafts = f"{quota.drafts} of {quota.most_drafts or 'any number of'} drafts"
    return f"{drafts}\t{quota.bytes} of {quota.most_bytes or 'any number of'} bytes"


@user.command("suspend")
@click.argument("email")
@REASON
@with_services
def suspend_user(services: Services, email: str, reason: str) -> None:
    """End all sign-ins and tokens of a person at once."""
    with services.database.transaction(SYSTEM) as unit:
        block_person(unit, _person(unit, email).id, reason)
    click.echo(f"{email} is suspended.")


@user.command("activate")
@click.argument("email")
@REASON
@with_services
def activate_user(services: Services, email: str, reason: str) -> None:
    """Let a suspended person in again, with the tokens of before."""
    with services.database.transaction(SYSTEM) as unit:
        restore_person(unit, _person(unit, email).id, reason)
    click.echo(f"{email} is active.")


@user.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([r.value for r in Role]))
@REASON
@with_services
def change_role(services: Services, email: str, role: str, reason: str) -> None:
    """Give a person another role."""
    with services.database.transaction(SYSTEM) as unit:
        give_role(unit, _person(unit, email).id, Role(role), reason)
    click.echo(f"{email} is {role}.")


@user.command("merge")
@click.argument("email")
@click.argument("into")
@click.option("--reason", required=True, help="Why; the audit trail keeps it.")
@with_services
def merge_users(services: Services, email: str, into: str, reason: str) -> None:
    """Close a doubled account; everything goes to the one of the address INTO."""
    with services.database.transaction(SYSTEM) as unit:
        merged = merge_people(unit, _person(unit, email).id, _person(unit, into).id, reason)
    click.echo(f"{email} (person {merged.id}) is merged into {into}.")


@user.command("password")
@click.argument("email")
@with_services
def change_password(services: Services, email: str) -> None:
    """Give a person the password that standard input has."""
    password = sys.stdin.readline().rstrip("\r\n")
    with services.database.transaction(SYSTEM) as unit:
        set_password(unit, _person(unit, email), password)
    click.echo(f"{email} has a new password.")


@user.command("invite")
@click.argument("email")
@with_services
def invite_user(services: Services, email: str) -> None:
    """Let an invitation be sent to an address, whose link makes an account."""
    with services.database.transaction(SYSTEM) as unit:
        invited = invite(unit, email).email
    click.echo(f"{invited} is invited.")


@user.command("forget-authenticator")
@click.argument("email")
@with_services
def forget_authenticator(services: Services, email: str) -> None:
    """Let a person who lost the authenticator and all recovery codes sign in with the password alone."""
    with services.database.transaction(SYSTEM) as unit:
        remove_second_factor(unit, _person(unit, email).id)
    click.echo(f"{email} signs in with the password alone.")


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
    """List the valid tokens of a person: id, name, scopes, end, last use, datasets."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for issued in tokens_of(snapshot, _person(snapshot, email).id):
            expires = iso(issued.expires) if issued.expires else "no end"
            used = f"used {iso(issued.last_used)}" if issued.last_used else "not used"
            only = f"dataset {issued.limited_to} only" if issued.limited_to is not None else "all datasets"
            click.echo(f"{issued.id}\t{issued.name}\t{' '.join(issued.scopes)}\t{expires}\t{used}\t{only}")


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
