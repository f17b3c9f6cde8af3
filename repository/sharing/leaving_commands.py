"""``repository user erase``: for people who ask the operator, because they cannot sign in any more."""

import click

from repository.core.actor import SYSTEM
from repository.core.errors import NotFound
from repository.engines.services import Services
from repository.feature import with_services
from repository.people.departures import begin_erasure
from repository.people.queries import person_by_email
from repository.sharing.leaving import require_passable


@click.command("erase")
@click.argument("email")
@click.option("--reason", required=True, help="Why; the audit trail keeps it.")
@click.option("--receiver", "receiver_id", type=click.IntRange(1), help="Id of a public person who takes all datasets.")
@click.option("--discard-drafts", is_flag=True, help="Throw drafts away for which nobody else answers.")
@with_services
def erase_user(services: Services, email: str, reason: str, receiver_id: int | None, discard_drafts: bool) -> None:
    """Erase an account for ever; published datasets keep somebody who answers for them."""
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, email)
        if person is None:
            raise NotFound(f"There is no account for {email}.")
        require_passable(unit, person.id, receiver_id, discards=discard_drafts)
        begin_erasure(unit, person.id, receiver_id, discards=discard_drafts, reason=reason)
    click.echo(f"{email} (person {person.id}) is closed; a job erases what is kept.")
