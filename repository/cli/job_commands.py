"""``repository jobs``."""

from collections.abc import Sequence
from contextlib import closing

import click

from config.settings import read_settings
from repository.cli.command_services import cli_services
from repository.core.actor import SYSTEM
from repository.core.clock import iso
from workers.job_admin import backlog_state, job_with_fact, open_jobs, retry_jobs
from workers.jobs import Queue
from workers.model import Job, JobState


@click.group()
def jobs() -> None:
    """Work that follows publications and other facts."""


@jobs.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]))
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def list_jobs(state: str | None, limit: int) -> None:
    """Jobs that are not done, oldest first, with the cause of their last failure."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        listed = open_jobs(snapshot, JobState(state) if state else None, limit)
        for job in listed:
            line = f"{job.id}\t{job.state}\t{job.name}\t{job.subject}\tattempts {job.attempts}"
            click.echo(f"{line}\t{iso(job.run_after)}\t{job.cause}".rstrip())
        click.echo(f"{len(listed)} jobs.", err=True)


@jobs.command("show")
@click.argument("job_id", metavar="ID", type=int)
def show(job_id: int) -> None:
    """All about one job that is not done, and the fact that it follows from."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        job, fact = job_with_fact(snapshot, job_id)
        for name, value in [
            ("job", f"{job.id}, {job.name} of {job.subject}"),
            ("queue", job.queue),
            ("state", _state_of(job)),
            ("attempts", job.attempts),
            ("cause", job.cause or "-"),
            ("created", iso(job.created)),
            ("fact", f"{fact.id}, {fact.kind} of {fact.subject} by {fact.actor} at {iso(fact.at)}"),
            ("request", fact.request_id or "-"),
        ]:
            click.echo(f"{name:<9}{value}")


def _state_of(job: Job) -> str:
    moment = iso(job.run_after)
    return {
        JobState.WAITING: f"waiting, not before {moment}",
        JobState.QUEUED: f"queued, due again at {moment} if no worker has it by then",
        JobState.RUNNING: f"running, due again at {moment} unless its process renews that",
        JobState.FAILED: "failed, given up until it is retried",
    }[JobState(job.state)]


@jobs.command("retry")
@click.argument("ids", nargs=-1, type=int)
def retry(ids: tuple[int, ...]) -> None:
    """Run failed jobs again: those with IDS, or all of them."""
    with cli_services() as services, services.database.transaction(SYSTEM) as unit:
        count = retry_jobs(unit, ids)
    click.echo(f"{count} jobs will run again.")


@jobs.command("queues")
def queues() -> None:
    """How many jobs of each kind and state each queue has, how long the oldest has waited, and the calls in Redis."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        standing = backlog_state(snapshot)
    click.echo(f"facts\t{standing.facts} wait, the oldest for {standing.oldest_fact:.0f} s")
    for queue, age in standing.oldest_job.items():
        click.echo(f"{queue}\toldest due job {age:.0f} s")
        for (of_queue, kind, state), count in sorted(standing.jobs.items()):
            if of_queue == queue:
                click.echo(f"{queue}\t{kind}\t{state}\t{count}")
    for queue, waiting in _calls_waiting():
        click.echo(f"{queue}\t{waiting} calls wait in Redis")


def _calls_waiting() -> Sequence[tuple[Queue, int]]:
    url = read_settings().queue_url
    if url.startswith("embedded:"):
        return ()
    # imported here: a server needs no Redis
    from workers.rq_queue import RqQueue  # noqa: PLC0415

    with closing(RqQueue(url)) as calls:
        return [(queue, calls.waiting(queue)) for queue in Queue]
