"""``repository clock``."""

import click

from repository.cli.command_services import cli_services
from repository.core import clock as clocks
from repository.core.clock_watch import confirm_clock, newest_fact_from_the_future


@click.group()
def clock() -> None:
    """The clock, on which embargoes and removals depend."""


@clock.command("show")
def show_clock() -> None:
    """Say what the clock says, and whether it can be trusted."""
    with cli_services() as services:
        fault = services.clock_watch.fault(services.database)
        future = newest_fact_from_the_future(services.database)
    click.echo(f"{clocks.iso(clocks.now())}\t{fault or 'trusted'}")
    if future is not None:
        click.echo(f"The newest fact is dated {clocks.iso(future)}: it was written while the clock was ahead.")


@clock.command("confirm")
def confirm() -> None:
    """Say that the clock is right: embargoes end and removals go on at once."""
    with cli_services() as services:
        click.echo(f"{clocks.iso(confirm_clock(services.database))}\tconfirmed")
