"""How the server runs, for ``gunicorn -c python:config.gunicorn repository.wsgi:application`` and `repository serve`.

gunicorn reads every name here that is one of its settings and leaves the rest alone.
"""

import os
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
    """Lines go where all others of the process go (`config.logging`)."""

    def setup(self, cfg: Any) -> None:
        """Called at start and at each reload."""
        configure_logging(cfg.loglevel.upper())
        super().setup(cfg)
        # its own outlet: that of the libraries lets nothing below a warning pass, and here starts and refusals count
        self.error_log.handlers = [JsonLines()]
        self.error_log.propagate = False


bind = "127.0.0.1:5000"
proc_name = "repository"

# A process a core, and threads because a request mostly waits for its database or store.  Threads are also what slow
# clients cost: a proxy in front of the server takes them over.
workers = _settings.web_processes
worker_class = "repository.core.web.gunicorn_worker.JsonErrorWorker"
threads = _settings.web_threads
# Each process opens its own connections and, with the embedded queue, starts its own threads: nothing may be opened
# before the fork.
preload_app = False
# Never: a process that must be replaced now and then has a leak to be found, and its replacement cuts connections.
max_requests = 0

# How long a process may be silent to its parent, not how long a request may take: a transfer of hours is no reason.
# Each process speaks up every second, so one that is silent for so long is stuck; starting counts too.
timeout = 120
# After SIGTERM nobody is accepted any more, and what is under way has so long to end; then it is cut, which loses
# nothing that was acknowledged.  Whoever stops the server must wait a little longer (deploy/).
graceful_timeout = 30
# Longer than a proxy keeps an idle connection to us (deploy/nginx.conf): the one who sends must be the one who closes,
# or a request could meet a connection that is just being closed.
keepalive = 30
backlog = 1024

# The most that gunicorn reads of a request's first line, whatever is set; a longer one is answered 414 in JSON.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

# Signs of life are written to a file; on a disk that write can hang as long as the disk does.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# It would be a file in the home folder, which a service does not have.
control_socket_disable = True

# The application writes its own line for each request, with the ids that gunicorn does not know.
accesslog = None
logger_class = JsonLog
loglevel = _settings.log_level.lower()


def on_starting(_server: Any) -> None:
    """Give the processes an empty folder in which they count together: the one that is named, or a new one.

    It must be known before prometheus_client is imported, which each process does with the application, later.
    """
    global _made_for_metrics
    named = os.environ.get(METRICS)
    if named is None:
        _made_for_metrics = os.environ[METRICS] = tempfile.mkdtemp(prefix="repository-metrics-")
        return
    Path(named).mkdir(parents=True, exist_ok=True)
    for counted_before in Path(named).glob("*.db"):
        counted_before.unlink()


def post_worker_init(_worker: Any) -> None:
    """The application is there, and so is nearly all that stays."""
    collect_rarely()


def child_exit(_server: Any, worker: Any) -> None:
    """A process that is gone no longer counts among the living."""
    # imported here: it reads METRICS when it is imported
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove the folder that was made for this run."""
    if _made_for_metrics:
        shutil.rmtree(_made_for_metrics)
