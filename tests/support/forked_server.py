"""The real server, forked from a process that has imported it already, so that a test can kill it again and again.

A start from nothing takes seconds of computing, which no test of what follows a death needs twenty times.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess

from gunicorn.app.wsgiapp import run

import repository.app  # noqa: F401
import workers.embedded_jobs  # noqa: F401  (what a server imports, and what takes its time)
from tests.support.web_server import HOST, STOP_SECONDS, Server, until


def become_server(environment: Mapping[str, str], address: str, log: str) -> None:
    """Serve as ``repository serve`` does, in a process group of our own, until somebody kills it."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    sys.argv = ["gunicorn", "--config", "python:config.gunicorn", "--bind", address, "repository.wsgi:application"]
    run()


@dataclass
class ForkedServer(Server):
    """A server whose database and engines are prepared before its first start."""

    _forked: ForkServerProcess | None = None

    @property
    def runs(self) -> bool:
        return self._forked is not None and self._forked.is_alive()

    def start(self) -> None:
        """Return when every engine answers."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        arguments = (self.environment, f"{HOST}:{self.port}", str(self.folder / "server.log"))
        self._forked = context.Process(target=become_server, args=arguments)
        self._forked.start()
        self.await_ready()

    def kill(self) -> None:
        """End the server and its children at this very instruction; return when its port is free."""
        assert self._forked is not None
        assert self._forked.pid is not None
        os.killpg(self._forked.pid, signal.SIGKILL)
        self._forked.join()
        until(self._is_silent, STOP_SECONDS, "the killed server is gone")
