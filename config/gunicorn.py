"""How the server runs, for ``gunicorn -c python:config.gunicorn repository.wsgi:application`` and `repository serve`.

gunicorn reads every name here that is one of its settings and ignores the rest.
"""

import os
import resource
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from config.gc_tuning import collect_rarely
from config.logging import JsonLines, configure_logging
from config.settings import read_settings

METRICS = "PROMETHEUS_MULTIPROC_DIR"

_settings = read_settings()
_made_for_metrics = ""


class JsonLog(Logger):  # type: ignore[misc]
    """gunicorn's logger, whose lines have the form of all others of the process (`config.logging`)."""

    def setup(self, cfg: Any) -> None:
        """Set up the outlets; gunicorn calls it at start and at each reload."""
        configure_logging(cfg.loglevel.upper())
        super().setup(cfg)
        # its own outlet: the outlet of libraries drops lines below WARNING, and gunicorn's starts and refusals are INFO
        self.error_log.handlers = [JsonLines()]
        self.error_log.propagate = False


bind = "127.0.0.1:5000"
proc_name = "repository"

# One process per core, and threads because a request mostly waits for its database or store.  No thread waits for a
# client: why this server, and how it does that, is told in the worker.
workers = _settings.web_processes
worker_class = "repository.core.web.gunicorn_worker.JsonErrorWorker"
threads = _settings.web_threads
# Slow clients are cheap: each is a socket and what it has yet to take.
worker_connections = 4000
# Each process opens its own connections and, with the embedded queue, starts its own threads: no connection and no
# thread may exist before the fork.
preload_app = False
# Never replace a process: one that needs it has a leak to be found, and its replacement cuts connections.
max_requests = 0

# Seconds that a process may be silent to its parent.  It does not limit a request: a transfer of hours is fine.
# Each process reports every second, so one that is silent for so long is stuck; its start counts too.
timeout = 120
# Seconds after SIGTERM for the requests under way; no new connection is accepted.  Then they are cut, which loses
# nothing that was acknowledged.  The supervisor that stops the server must wait a little longer (deploy/).
graceful_timeout = 30
# Seconds, longer than a proxy keeps an idle connection to us (deploy/nginx.conf).  The sender of requests must be the
# one that closes, or a request could meet a connection that is just being closed.
keepalive = 30
backlog = 1024

# The most bytes that gunicorn reads of a request's first line; a longer one gets 414 in JSON.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

# Processes report by writing to a file; on a disk that write hangs as long as the disk hangs.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# The control socket would be a file in the home folder, which a service does not have.
control_socket_disable = True

# The application writes a line for each request itself, with ids that gunicorn does not know.
accesslog = None
logger_class = JsonLog
loglevel = _settings.log_level.lower()


def on_starting(_server: Any) -> None:
    """Create or empty the folder in which the processes count their metrics together.

    `METRICS` names it, else it is a new temporary one.  The variable must be set before prometheus_client is imported,
    and each process imports that later, with the application.
    """
    global _made_for_metrics
    _allow_many_files()
    named = os.environ.get(METRICS)
    if named is None:
        _made_for_metrics = os.environ[METRICS] = tempfile.mkdtemp(prefix="repository-metrics-")
        return
    Path(named).mkdir(parents=True, exist_ok=True)
    for old_counts in Path(named).glob("*.db"):
        old_counts.unlink()


def post_fork(_server: Any, worker: Any) -> None:
    """Tell a process what the settings say of its clients."""
    worker.transfers = _settings.web_transfers
    worker.client_seconds = float(_settings.client_seconds)
    worker.proxies = type(worker.proxies).of(_settings.trusted_proxies)


def post_worker_init(_worker: Any) -> None:
    """Tune the collector: the application is imported, so nearly all lasting objects exist."""
    collect_rarely()


def child_exit(_server: Any, worker: Any) -> None:
    """Remove a dead process from the gauges of living processes."""
    # imported here: it reads METRICS when it is imported
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _allow_many_files() -> None:
    """Raise the limit of open files: each connection is one, and its download a second one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 3 * worker_connections
    if soft != resource.RLIM_INFINITY and soft < enough:
        most = enough if hard == resource.RLIM_INFINITY else min(enough, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def on_exit(_server: Any) -> None:
    """Remove the folder that was made for this run."""
    if _made_for_metrics:
        shutil.rmtree(_made_for_metrics)
