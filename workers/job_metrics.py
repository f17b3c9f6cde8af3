"""Counters of one process for Prometheus: the jobs and sweeps that it ran.

The state of the whole installation is read from the database by `workers.gauges`, in any process.
In a server that runs jobs in its own threads these counters are part of its ``/metrics``.
"""

from prometheus_client import Counter, Histogram, start_http_server

SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
"""Upper bounds of the histograms' buckets: from a registration to the fixity check of a large dataset."""

_done = Counter("repository_jobs_done", "Jobs that were done.", ("kind",))
_failed = Counter("repository_jobs_failed", "Attempts at jobs that failed.", ("kind",))
_job_seconds = Histogram("repository_job_seconds", "Time that a batch of jobs took.", ("kind",), buckets=SECONDS)
_sweeps = Counter("repository_sweeps_run", "Sweeps that this process ran, by outcome.", ("sweep", "outcome"))


def job_done(kind: str, seconds: float, count: int = 1) -> None:
    """Count jobs of one kind that were done together in `seconds`."""
    _done.labels(kind).inc(count)
    _job_seconds.labels(kind).observe(seconds)


def job_failed(kind: str) -> None:
    """Count a failed attempt at a job, whether or not another follows."""
    _failed.labels(kind).inc()


def sweep_run(name: str, success: bool) -> None:
    """Count a sweep that ended."""
    _sweeps.labels(name, "success" if success else "failure").inc()


def serve_metrics(port: int, host: str = "127.0.0.1") -> None:
    """Answer Prometheus at ``http://host:port/metrics`` from a daemon thread; raise `OSError` if the port is taken."""
    start_http_server(port, host)
