"""``repository institution``."""

import click

from repository.core.actor import SYSTEM
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.feature import with_services
from repository.people.institutions.define_institution import open_institution, set_domains, set_entitlements
from repository.people.institutions.institution_people import admit, dismiss
from repository.people.institutions.queries import (
    domains_of,
    institution_of,
    institutions_after,
    patterns_of,
    people_of,
)
from repository.people.nameable import NamedPerson
from repository.people.queries import person_by_email
from repository.people.teams.model import MemberRole

PAGE = 1_000


@click.group()
def institution() -> None:
    """Institutions by their ROR ids, and who belongs to them."""


@institution.command("create")
@click.argument("ror")
@click.option("--name", default="", help="The name, if this site does not know the organisation.")
@with_services
def create_institution(services: Services, ror: str, name: str) -> None:
    """Make an organisation of ROR an institution whose people can hold grants."""
    with services.database.transaction(SYSTEM) as unit:
        created = open_institution(unit, ror, name)
    click.echo(f"{created.ror} is institution {created.id}, {created.name}.")


@institution.command("list")
@with_services
def list_institutions(services: Services) -> None:
    """List institutions: ROR id, name, domains, entitlements."""
    with services.database.snapshot(SYSTEM) as snapshot:
        after = 0
        while page := institutions_after(snapshot, after, PAGE):
            for row in page:
                rules = "\t".join((" ".join(domains_of(snapshot, row.id)), " ".join(patterns_of(snapshot, row.id))))
                click.echo(f"{row.ror}\t{row.name}\t{rules}")
            after = page[-1].id


@institution.command("domains")
@click.argument("ror")
@click.argument("domains", nargs=-1)
@with_services
def change_domains(services: Services, ror: str, domains: tuple[str, ...]) -> None:
    """Let people with addresses at these DOMAINS, and at no others, belong to an institution."""
    with services.database.transaction(SYSTEM) as unit:
        kept = set_domains(unit, ror, domains)
    click.echo(f"{ror}: {' '.join(kept) or 'no domains'}")


@institution.command("entitlements")
@click.argument("ror")
@click.argument("patterns", nargs=-1)
@with_services
def change_entitlements(services: Services, ror: str, patterns: tuple[str, ...]) -> None:
    """Let people whose sign-in brings such an entitlement belong to an institution; a star at the end is any rest."""
    with services.database.transaction(SYSTEM) as unit:
        kept = set_entitlements(unit, ror, patterns)
    click.echo(f"{ror}: {' '.join(kept) or 'no entitlements'}")


@institution.command("managers")
@click.argument("ror")
@click.option("--add", "added", multiple=True, help="Address of a person who becomes a manager; repeatable.")
@click.option("--remove", "removed", multiple=True, help="Address of a person who is none any more; repeatable.")
@with_services
def appoint(services: Services, ror: str, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """List the managers of an institution, after adding and removing some."""
    with services.database.transaction(SYSTEM) as unit:
        if added:
            admit(unit, ror, [_named(unit, email) for email in added], MemberRole.MANAGER)
        if removed:
            dismiss(unit, ror, [_named(unit, email) for email in removed])
        unit.session.flush()
        people = people_of(unit, institution_of(unit, ror).id, 0, PAGE)
    for person in people:
        if person.membership.role == MemberRole.MANAGER:
            click.echo(f"{person.membership.person_id}\t{person.name}")


def _named(snapshot: Snapshot, email: str) -> NamedPerson:
    person = person_by_email(snapshot, email)
    if person is None:
        raise NotFound(f"There is no account for {email}.")
    return NamedPerson("email", person.id)
