"""``repository files``: damaged files, and checks of stored bytes at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import click
from sqlalchemy import bindparam, select

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.core.errors import NotFound
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.feature import with_services
from repository.files.fixity_cycle import AGAIN, RUN, DueChecks, FixityCycle
from repository.files.known_faults import KnownFault, known_faults, unended_checks
from repository.files.queries import streamed_entries
from repository.files.reading_pace import ReadingPace
from repository.files.rules import is_fault_of_bytes
from repository.publication.fault_owners import records_of
from repository.records.model import Version

BATCH = 500


@click.group()
def files() -> None:
    """Stored files: their bytes against their digests."""


@files.command("faults")
@click.option("--limit", default=1_000, show_default=True, type=click.IntRange(1, 1_000_000))
@with_services
def list_faults(services: Services, limit: int) -> None:
    """List damaged files: record, name, object, what is wrong, since when, and what to do; exit status 1 if any."""
    after = shown = 0
    while shown < limit:
        with services.database.snapshot(SYSTEM) as snapshot:
            batch = known_faults(snapshot, min(BATCH, limit - shown), after)
            records = records_of(snapshot, batch)
        for known in batch:
            _show(known, records)
        if not batch:
            break
        after, shown = batch[-1].file.id, shown + len(batch)
    with services.database.snapshot(SYSTEM) as snapshot:
        unended = unended_checks(snapshot, clock.now() - AGAIN - timedelta(hours=1), limit)
    for file in unended:
        since = iso(file.checked or file.created)
        click.echo(f"file {file.id}\tobject {file.object_key}\tits check has not ended since {since}")
    if shown or unended:
        raise SystemExit(1)
    click.echo("No file is known to be damaged.")


def _show(known: KnownFault, records: Mapping[int, str]) -> None:
    names = "; ".join(f"{records.get(set_id, 'no record')}: {key!r}" for set_id, key in known.names) or "a staged file"
    since = iso(known.since) if known.since else "an earlier release"
    what = "replace" if is_fault_of_bytes(known.file.fault) else "put back"
    click.echo(
        f"file {known.file.id}\t{names}\tobject {known.file.object_key}\t{known.file.fault}\tsince {since}\t"
        f"{what} the object from a backup, then run `repository files check {_first(known, records)}`"
    )


def _first(known: KnownFault, records: Mapping[int, str]) -> str:
    owners = [records[set_id] for set_id, _ in known.names if set_id in records]
    return owners[0].split(",")[0].split()[-1] if owners else "--all"


@files.command("check")
@click.argument("record", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="Every file, those checked longest ago first.")
@with_services
def check_files(services: Services, record: int | None, every: bool) -> None:
    """Read the files of RECORD (a version or draft) now, compare them with their digests; exit status 1 for faults."""
    if (record is None) != every:
        raise click.UsageError("Name one RECORD, or say --all.")
    total = _Total()
    left = _check_all(services, total) if record is None else _check_record(services, record, total)
    click.echo(f"{total.checked} files checked, {total.damaged} damaged, {total.healed} whole again.")
    if left:
        click.echo(f"{left} files were not checked: another check reads them, or the store does not give them now.")
    if total.damaged:
        raise SystemExit(1)


@dataclass(slots=True)
class _Total:
    checked: int = 0
    damaged: int = 0
    healed: int = 0

    def add(self, cycle: FixityCycle) -> None:
        self.checked += len(cycle.checked)
        self.damaged += len(cycle.faults)
        self.healed += len(cycle.changes.healed)


def _new_cycle(services: Services) -> FixityCycle:
    rate = services.upkeep.fixity_rate
    pace = ReadingPace(rate, int(rate * RUN.total_seconds()))
    return FixityCycle(services.database, services.store, pace)


def _check_all(services: Services, total: _Total) -> int:
    """Check every file once, run by run, which keeps no more in mind than one run does."""
    due = DueChecks.everything()
    while True:
        cycle = _new_cycle(services)
        cycle.run(due)
        total.add(cycle)
        if not cycle.checked:
            return 0


_SET = [select(table.file_set_id).where(table.id == bindparam("id")) for table in (Draft, Version)]


def _check_record(services: Services, record: int, total: _Total) -> int:
    """Check the files of a version or draft; return how many could not be checked."""
    with services.database.snapshot(SYSTEM) as snapshot:
        sets = {set_id for statement in _SET for set_id in snapshot.session.scalars(statement, {"id": record})}
    if not sets:
        raise NotFound(f"There is no record or draft {record}.")
    left = 0
    for set_id in sets:
        for ids in _batches(services, set_id):
            cycle = _new_cycle(services)
            cycle.check(ids)
            total.add(cycle)
            left += len(ids) - len(cycle.checked)
    return left


def _batches(services: Services, set_id: int) -> Iterator[Sequence[int]]:
    entries = streamed_entries(services.database, set_id, hidden=True)
    ids = (entry.file_id for entry in entries if entry.file_id is not None)
    while batch := sorted(set(islice(ids, BATCH))):
        yield batch
