"""``repository backup`` and ``repository restore``."""

from collections.abc import Iterator
from pathlib import Path

import click

from repository.backup.back_up import BackupChoice, back_up
from repository.backup.manifest import Manifest
from repository.backup.object_copies import Tally
from repository.backup.put_back import Restored, put_back
from repository.cli.command_services import cli_services
from repository.cli.restore_marks import (
    accept_seals,
    adopt_restored,
    adopt_store,
    advance_numbers,
    remember_lost_numbers,
)
from repository.core.errors import Invalid, Unavailable
from repository.engines.copies import copies_of
from repository.engines.own_store import OwnStore
from repository.engines.services import Services
from repository.people.sessions import end_all_sign_ins

MOST_NAMED = 10
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("dest", type=_FOLDER)
@click.option("--database-only", is_flag=True, help="Leave the objects out: the store is copied by other means.")
@click.option("--link", is_flag=True, help="Link local objects instead of copying them: fast, but on the same disk.")
def backup(dest: Path, database_only: bool, link: bool) -> None:
    """Write a backup of database and store to the folder DEST, beside running servers.

    An earlier backup in DEST holds until this one is finished; only objects that it lacks are copied.
    """
    with cli_services() as services:
        copies = copies_of(services.database.engine)
        manifest, tally = back_up(copies, services.store, dest.absolute(), BackupChoice(database_only, link))
    for line in _backup_lines(dest, manifest, tally):
        click.echo(line)
    if manifest.faults:
        raise SystemExit(1)


@click.command()
@click.argument("source", type=_FOLDER, required=False)
@click.option("--replace", is_flag=True, help="Put the backup in the place of a database that is there.")
@click.option("--adopt", is_flag=True, help="Let the database take the store as its own, and advance its numbers.")
@click.option("--advance", is_flag=True, help="Move the numbers beyond all that the store remembers.")
def restore(source: Path | None, replace: bool, adopt: bool, advance: bool) -> None:
    """Put the backup in the folder SOURCE back, or let a database that came back otherwise work with its store."""
    if source is None and not adopt and not advance:
        raise Invalid.field("restore", "Name the folder of a backup, or say --adopt or --advance.")
    with cli_services() as services:
        restored = _restore_from(services, source.absolute(), replace) if source is not None else None
        if restored is None or _schema_serves(services):
            _mint_again(services, restored, adopt=adopt)
        else:
            click.echo("next      repository restore --adopt, after the migration")
    if restored is not None and restored.objects.bad:
        raise SystemExit(1)


def _restore_from(services: Services, folder: Path, replace: bool) -> Restored:
    """Put a backup back, and let the store remember the numbers that were lost."""
    assert isinstance(services.store, OwnStore)
    copies = copies_of(services.database.engine)
    restored = put_back(copies, services.store.unguarded, folder, replace=replace)
    remember_lost_numbers(services, copies, restored)
    for line in _restore_lines(restored):
        click.echo(line)
    return restored


def _schema_serves(services: Services) -> bool:
    try:
        services.database.require_schema()
    except Unavailable:
        return False
    return True


def _mint_again(services: Services, restored: Restored | None, *, adopt: bool) -> None:
    if restored is not None:
        adopt_restored(services, restored)
    elif adopt:
        adopt_store(services)
    if restored is not None or adopt:
        click.echo("The database takes the store as its own.")
        click.echo(f"{end_all_sign_ins(services.database)} sessions are ended: some may have been over already.")
    click.echo(f"No number up to {advance_numbers(services)} is given out again.")
    if (seal := accept_seals(services)) is not None:
        click.echo(f"The audit trail of this database holds; the store had remembered another up to seal {seal}.")


def _backup_lines(folder: Path, manifest: Manifest, tally: Tally) -> Iterator[str]:
    rows = sum(manifest.rows.values())
    yield f"database  {manifest.kind} at {manifest.schema}, {manifest.database.size} bytes, {rows} rows"
    yield f"verified  {manifest.verified}"
    yield f"objects   {manifest.object_count} with {manifest.object_bytes} bytes: {tally.words}"
    if not manifest.included:
        listed = folder / manifest.objects.name
        yield f"objects   are not in this backup: copy the store now; {listed} names what the database needs"
    yield from _fault_lines(tally)
    yield f"finished  {folder}, of {manifest.begun}"


def _restore_lines(restored: Restored) -> Iterator[str]:
    manifest = restored.manifest
    yield f"database  {manifest.kind} at {manifest.schema}, {sum(manifest.rows.values())} rows, of {manifest.begun}"
    if restored.former:
        yield f"database  {restored.former}"
    yield f"objects   {manifest.object_count} with {manifest.object_bytes} bytes: {restored.objects.words}"
    yield from _fault_lines(restored.objects)
    younger = restored.younger
    if younger.count:
        yield (
            f"younger   {younger.count} objects with {younger.size} bytes, the last of {younger.newest}, are in the "
            "store and not in this database: what was uploaded since the backup is not lost, but nothing refers to it"
        )
    yield "next      repository migrate"
    yield "next      repository index rebuild --anew"
    yield "next      repository doctor, then start the servers"


def _fault_lines(tally: Tally) -> Iterator[str]:
    for key, fate in list(tally.bad.items())[:MOST_NAMED]:
        yield f"FAULT     object {key} is {fate.value}"
    if len(tally.bad) > MOST_NAMED:
        yield f"FAULT     and {len(tally.bad) - MOST_NAMED} more"
