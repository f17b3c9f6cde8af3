"""``repository identifiers``."""

import click

from repository.cli.opening import open_facilities
from repository.foundation.actor import SYSTEM
from repository.foundation.clock import iso
from repository.identifiers.desk import counted, listed, retry, retry_failed
from repository.identifiers.model import State


@click.group()
def identifiers() -> None:
    """Registrations of DOI, CSTR and Handle."""


@identifiers.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]))
@click.option("--scheme", help="doi, cstr or handle")
@click.option("--after", default=0, type=click.IntRange(min=0), help="Go on after the identifier with this id.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def list_identifiers(state: str | None, scheme: str | None, after: int, limit: int) -> None:
    """Identifiers that are not registered, or those in a state, with the cause and the next try."""
    with open_facilities() as facilities, facilities.works.reading(SYSTEM) as work:
        chosen = State(state) if state else None
        found = listed(work, chosen, after=after, limit=limit, scheme=scheme)
        for each in found:
            due = iso(each.next_try) if each.next_try else "-"
            line = f"{each.id}\t{each.state}\t{each.scheme}:{each.value}\t{each.registrar}\tattempts {each.attempts}"
            click.echo(f"{line}\tnext {due}\t{each.cause}".rstrip())
        click.echo(f"{len(found)} identifiers.", err=True)


@identifiers.command("count")
def count_identifiers() -> None:
    """How many identifiers there are in each state."""
    with open_facilities() as facilities, facilities.works.reading(SYSTEM) as work:
        for (scheme, state), count in sorted(counted(work).items()):
            click.echo(f"{scheme}\t{state}\t{count}")


@identifiers.command("retry")
@click.argument("ids", nargs=-1, type=int)
def retry_identifiers(ids: tuple[int, ...]) -> None:
    """Try registrations again: those with IDS, or all that failed."""
    with open_facilities() as facilities, facilities.works.writing(SYSTEM) as work:
        count = len([retry(work, each) for each in ids]) if ids else retry_failed(work)
    click.echo(f"{count} registrations will be tried again.")
