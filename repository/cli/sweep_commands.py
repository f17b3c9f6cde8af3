"""``repository scheduler`` and ``repository sweeps``."""

import time
from collections.abc import Sequence

import click
import structlog

from config.log_outlet import OUTLET
from repository.cli.command_services import cli_services, require_database
from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.engines.services import Services
from repository.files import quarantine
from repository.operation.model import SweepRow
from repository.operation.sweep_runs import sweep_rows
from workers.job_metrics import serve_metrics
from workers.log_losses import lost_lines
from workers.loop import stop_on_signals
from workers.sweeps.schedule import run_now, start_sweeping
from workers.sweeps.sweep_table import SWEEPS

GRACE_SECONDS = 10.0
log = structlog.get_logger()


@click.command()
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Answer Prometheus on this port of 127.0.0.1.")
def scheduler(metrics_port: int | None) -> None:
    """Run the sweeps when they are due, until SIGTERM; several schedulers may run."""
    with cli_services() as services, stop_on_signals() as ending:
        require_database(services)
        OUTLET.when_lost(lost_lines.inc)
        if metrics_port is not None:
            serve_metrics(metrics_port)
        threads = start_sweeping(services, ending)
        log.info("scheduler begins")
        ending.wait()
        # A sweep can take hours.  One that is left in the middle runs again after its lease, in any scheduler.
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        log.info("scheduler ends", left=[thread.name for thread in threads if thread.is_alive()])


@click.group()
def sweeps() -> None:
    """Compare the truth with its copies."""


@sweeps.command("list")
def list_sweeps() -> None:
    """List every sweep, how often it is due, and what its last run found."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        rows = {row.name: row for row in sweep_rows(snapshot)}
        for sweep in SWEEPS:
            click.echo(f"{sweep.name}\tevery {sweep.every}\t{_last_run(rows.get(sweep.name))}")


@sweeps.command("run")
@click.argument("name", type=click.Choice([sweep.name for sweep in SWEEPS]))
def run(name: str) -> None:
    """Run the sweep NAME now, whenever it is due."""
    with cli_services() as services:
        report = run_now(services, name)
    for example in report.examples:
        click.echo(example)
    click.echo(f"{report.faults} found, {report.repaired} repaired.")


@sweeps.command("quarantine")
def list_quarantine() -> None:
    """List objects of the store without a file: size, first seen, and the last chance before a sweep removes them."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        for row in quarantine.orphans(snapshot):
            chance = "kept" if row.kept else f"last chance {iso(row.last_chance)}"
            click.echo(f"{row.key}\t{row.size}\tfirst seen {iso(row.first_seen)}\t{chance}")


_key = click.argument("key", required=False)
_all = click.option("--all", "every", is_flag=True, help="Every object that nobody keeps.")


@sweeps.command("release")
@_key
@_all
def release(key: str | None, every: bool) -> None:
    """Remove the object KEY in quarantine now."""
    with cli_services() as services:
        removed = quarantine.release(services.database, services.store, _chosen(services, key, every))
    click.echo(f"{len(removed)} objects removed.")


@sweeps.command("restore")
@_key
@_all
def restore(key: str | None, every: bool) -> None:
    """Take the object KEY out of the quarantine: no sweep removes it."""
    with cli_services() as services:
        keys = _chosen(services, key, every)
        with services.database.transaction(SYSTEM) as unit:
            count = quarantine.keep(unit, keys)
    click.echo(f"{count} objects are kept.")


def _chosen(services: Services, key: str | None, every: bool) -> Sequence[str]:
    if (key is None) != every:
        raise click.UsageError("Name one KEY, or say --all.")
    with services.database.snapshot(SYSTEM) as snapshot:
        return [quarantine.require_orphan(snapshot, key)] if key else list(quarantine.keys_of(snapshot))


def _last_run(row: SweepRow | None) -> str:
    if row is None or row.finished is None:
        return "never ended"
    line = f"{iso(row.finished)}\t{row.seconds:.1f} s\t{row.faults} found, {row.repaired} repaired\tdue {iso(row.due)}"
    return f"{line}\tFAILED: {row.cause}" if row.cause else line
