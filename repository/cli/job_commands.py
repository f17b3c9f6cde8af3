"""``repository jobs`` and ``repository reactions``."""

from collections.abc import Sequence
from contextlib import closing

import click

from config.settings import read_settings
from repository.cli.command_services import cli_services
from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.feature import Queue
from repository.features import REACTIONS
from repository.operation.model import Job, JobState
from repository.operation.open_jobs import backlog_state, job_with_fact, open_jobs, retry_jobs
from workers.unknown_kinds import unknown_kinds


@click.group()
def jobs() -> None:
    """Work that follows publications and other facts."""


@jobs.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]))
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def list_jobs(state: str | None, limit: int) -> None:
    """List jobs that are not done, oldest first, with the cause of their last failure."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        rows = open_jobs(snapshot, JobState(state) if state else None, limit)
        for job in rows:
            line = f"{job.id}\t{job.state}\t{job.name}\t{job.subject}\tattempts {job.attempts}"
            click.echo(f"{line}\t{iso(job.run_after)}\t{job.cause}".rstrip())
        click.echo(f"{len(rows)} jobs.", err=True)


@jobs.command("show")
@click.argument("job_id", metavar="ID", type=int)
def show(job_id: int) -> None:
    """Show one job that is not done, and the fact that started it."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        job, fact = job_with_fact(snapshot, job_id, services.kinds)
        for name, value in [
            ("job", f"{job.id}, {job.name} of {job.subject}"),
            ("queue", job.queue),
            ("state", _state_of(job)),
            ("attempts", job.attempts),
            ("cause", job.cause or "-"),
            ("created", iso(job.created)),
            ("fact", f"{fact.id}, {fact.kind} at {iso(fact.at)}: {fact.actor} {fact.phrase}"),
            ("request", fact.request_id or "-"),
        ]:
            click.echo(f"{name:<9}{value}")


def _state_of(job: Job) -> str:
    moment = iso(job.run_after)
    meanings = {
        JobState.WAITING.value: f"waiting, not before {moment}",
        JobState.QUEUED.value: f"queued, due again at {moment} if no worker has it by then",
        JobState.RUNNING.value: f"running, due again at {moment} unless its process renews that",
        JobState.FAILED.value: "failed, given up until it is retried",
        JobState.UNKNOWN.value: "unknown, waits for a release that knows its kind",
    }
    return meanings.get(job.state, job.state)  # a newer release may have more states


@jobs.command("retry")
@click.argument("ids", nargs=-1, type=int)
def retry(ids: tuple[int, ...]) -> None:
    """Run failed jobs again: those with IDS, or all of them."""
    with cli_services() as services, services.database.transaction(SYSTEM) as unit:
        count = retry_jobs(unit, ids)
    click.echo(f"{count} jobs will run again.")


@jobs.command("queues")
def queues() -> None:
    """Count the jobs of each queue by kind and state, and the calls in Redis."""
    with cli_services() as services, services.database.snapshot(SYSTEM) as snapshot:
        state, unknown = backlog_state(snapshot), unknown_kinds(snapshot)
    click.echo(f"facts\t{state.facts} wait, the oldest for {state.oldest_fact:.0f} s")
    for line in unknown.lines:
        click.echo(f"unknown\t{line}")
    for queue, age in state.oldest_job.items():
        click.echo(f"{queue}\toldest due job {age:.0f} s")
        for (of_queue, kind, job_state), count in sorted(state.jobs.items()):
            if of_queue == queue:
                click.echo(f"{queue}\t{kind}\t{job_state}\t{count}")
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


@click.command()
def reactions() -> None:
    """Print every kind of fact with the jobs that follow from it."""
    width = max(map(len, REACTIONS))
    for kind, followers in sorted(REACTIONS.items()):
        click.echo(f"{kind:<{width}}  {', '.join(reaction.job for reaction in followers) or '-'}")
