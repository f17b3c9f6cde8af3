"""``repository storage``."""

import click

from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.engines.services import Services
from repository.feature import with_services
from repository.files.known_faults import MOST_COUNTED
from repository.files.quarantine import MOST_ORPHANS
from repository.operation.open_jobs import counted
from repository.operation.storage_state import storage_state


@click.command()
@with_services
def storage(services: Services) -> None:
    """Show the room of disks and what the store holds, in bytes, with what is damaged or in quarantine."""
    with services.database.snapshot(SYSTEM) as snapshot:
        state = storage_state(services, snapshot)
    for disk in state.disks:
        click.echo(f"disk\t{', '.join(disk.names)}\t{disk.size - disk.free} used\t{disk.free} free of {disk.size}")
    click.echo(f"reserve\t{state.reserve}")
    if state.total is None:
        click.echo("store\tnever looked at as a whole: `repository sweeps run store`")
    else:
        size = "bytes not counted" if state.total.size is None else f"{state.total.size} bytes"
        click.echo(f"store\t{state.total.objects} objects\t{size}\tat {iso(state.total.at)}")
    waiting = counted(state.quarantine.waiting, MOST_ORPHANS - 1)
    chance = state.quarantine.last_chance
    until = f"\tfrom {iso(chance)} on they are removed" if chance else ""
    click.echo(f"quarantine\t{waiting} objects\t{state.quarantine.size} bytes{until}")
    click.echo(f"damaged\t{counted(state.damaged, MOST_COUNTED)} files")
