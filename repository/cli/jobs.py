"""``repository jobs``."""

import click

from repository.cli.opening import open_facilities
from repository.foundation.actor import SYSTEM
from repository.foundation.clock import iso
from workers.desk import open_jobs, retry_jobs
from workers.model import JobState


@click.group()
def jobs() -> None:
    """Work that follows publications and other facts."""


@jobs.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]))
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def list_jobs(state: str | None, limit: int) -> None:
    """Jobs that are not done, oldest first, with the cause of their last failure."""
    with open_facilities() as facilities, facilities.works.reading(SYSTEM) as work:
        listed = open_jobs(work, JobState(state) if state else None, limit)
        for job in listed:
            line = f"{job.id}\t{job.state}\t{job.name}\t{job.subject}\tattempts {job.attempts}"
            click.echo(f"{line}\t{iso(job.run_after)}\t{job.cause}".rstrip())
        click.echo(f"{len(listed)} jobs.", err=True)


@jobs.command("retry")
@click.argument("ids", nargs=-1, type=int)
def retry(ids: tuple[int, ...]) -> None:
    """Run failed jobs again: those with IDS, or all of them."""
    with open_facilities() as facilities, facilities.works.writing(SYSTEM) as work:
        count = retry_jobs(work, ids)
    click.echo(f"{count} jobs will run again.")
