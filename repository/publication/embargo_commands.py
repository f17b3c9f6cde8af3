"""``repository embargoes``."""

import click

from repository.access.access_terms import AccessTerms
from repository.core.actor import SYSTEM
from repository.core.errors import Invalid
from repository.engines.services import Services
from repository.feature import with_services
from repository.publication.embargo import lifted_embargoes, restore_embargo


@click.group()
def embargoes() -> None:
    """Embargoes that the clock has lifted."""


@embargoes.command("lifted")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
@with_services
def list_lifted(services: Services, limit: int) -> None:
    """List versions whose embargo was lifted, the newest first: on which day, and until when it was to last."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for version in lifted_embargoes(snapshot, limit):
            terms = AccessTerms.of_members(version.lifted_terms or AccessTerms().members)
            click.echo(f"{version.id}\tlifted {version.lifted_on}\tuntil {terms.embargo_until}")


@embargoes.command("restore")
@click.argument("ids", nargs=-1, required=True, type=int)
@with_services
def restore_embargoes(services: Services, ids: tuple[int, ...]) -> None:
    """Close the versions with IDS again until the end of their embargoes; all of them, or none."""
    if fault := services.clock_watch.fault(services.database):
        raise Invalid(f"{fault} Set the clock, or say `repository clock confirm`.")
    with services.database.transaction(SYSTEM) as unit:
        for version_id in ids:
            restore_embargo(unit, version_id, services.site.today())
    click.echo(f"{len(ids)} embargoes hold again.")
