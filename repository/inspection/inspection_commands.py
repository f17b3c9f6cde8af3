"""``repository inspect``: look into the files that were there before."""

import click

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.feature import with_services
from repository.inspection.inspect_files import look_into
from repository.inspection.queries import file_ids_after

AT_ONCE = 50


@click.command()
@with_services
def inspect(services: Services) -> None:
    """Look into every stored file that has no preview of this release yet, for its format and a preview."""
    if not services.inspector.is_looking:
        raise click.ClickException("REPOSITORY_INSPECTION is off: nothing looks into files.")
    after = seen = 0
    while True:
        with services.database.snapshot(SYSTEM) as snapshot:
            ids = file_ids_after(snapshot, after, AT_ONCE)
        if not ids:
            break
        seen += look_into(services.database, services.store, services.inspector, ids)
        after = ids[-1]
    click.echo(f"Looked into {seen} files.")
