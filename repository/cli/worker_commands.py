"""``repository worker`` and ``repository relay``.

The commands themselves import the modules that connect to Redis: a server starts from this command line too and needs
no Redis.
"""

from collections.abc import Sequence
from contextlib import closing

import click
import structlog

from config.gc_tuning import collect_rarely
from config.log_outlet import OUTLET
from config.settings import SettingsError, read_settings
from repository.audit.audit_keeper import AuditKeeper
from repository.cli.command_services import cli_services, require_database
from repository.feature import Queue
from workers.job_metrics import serve_metrics
from workers.log_losses import lost_lines
from workers.loop import repeat_until, stop_on_signals

RELAY_SECONDS = 0.25
"""between two looks for facts to relay"""
log = structlog.get_logger()
_metrics_port = click.option(
    "--metrics-port", type=click.IntRange(1, 65535), help="Answer Prometheus on this port of 127.0.0.1."
)


@click.command()
@click.option(
    "--queue",
    "queues",
    multiple=True,
    type=click.Choice([queue.value for queue in Queue]),
    help="A queue to serve; repeatable, the most urgent first.  [default: all]",
)
@click.option("--burst", is_flag=True, help="Stop when no call waits.")
@_metrics_port
def worker(queues: Sequence[str], burst: bool, metrics_port: int | None) -> None:
    """Run jobs from Redis until SIGTERM, then finish the current job.

    Run at least one worker with `--queue soon`, so that jobs that people wait for never wait behind a job of hours,
    and at least one that serves `long` and `idle`.
    """
    # imported here: a server needs no Redis
    from workers.rq_worker import work_off  # noqa: PLC0415

    url = _redis_url()
    chosen = [Queue(queue) for queue in queues] or list(Queue)
    with cli_services() as services:
        require_database(services)
        _begin("worker", metrics_port, queues=chosen)
        work_off(services, url, chosen, burst)


@click.command()
@_metrics_port
def relay(metrics_port: int | None) -> None:
    """Turn facts into jobs and send due jobs to Redis, until SIGTERM; several relays may run."""
    # imported here: a server needs no Redis
    from workers import dispatch, rq_queue  # noqa: PLC0415

    url = _redis_url()
    with cli_services() as services, closing(rq_queue.RqQueue(url)) as queues, stop_on_signals() as ending:
        require_database(services)
        _begin("relay", metrics_port)
        audit = AuditKeeper(services)
        loop = dispatch.RelayLoop(services.database, queues, numbers=services.numbers, audit=audit)
        repeat_until(loop.round, ending, RELAY_SECONDS)


def _redis_url() -> str:
    url = read_settings().queue_url
    if url.startswith("embedded:"):
        raise SettingsError(f"REPOSITORY_QUEUE_URL is {url} which means that the server itself runs the jobs")
    return url


def _begin(process: str, metrics_port: int | None, **details: object) -> None:
    OUTLET.when_lost(lost_lines.inc)
    if metrics_port is not None:
        serve_metrics(metrics_port)
    collect_rarely()
    log.info(f"{process} begins", **details)
