"""``repository serve``."""

from typing import Any
from wsgiref.types import WSGIApplication

import click
from gunicorn.app.base import BaseApplication

from config.logging import configure_logging
from config.settings import Settings, read_settings
from repository.app import create_app
from repository.bootstrap import facilities_of
from repository.cli.database import migrate_to
from workers.embedded import start_jobs

REQUEST_SECONDS = 300
"""A worker that does not even answer its arbiter for so long is replaced; long transfers do not count."""
KEEP_ALIVE_SECONDS = 30


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with a few processes of several threads; in each of them some threads run jobs."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Called in the worker process, where the threads must start."""
        configure_logging(self._settings.log_level)
        facilities = facilities_of(self._settings)
        start_jobs(facilities)
        return create_app(facilities)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Run the server; brings the database up to date first."""
    settings = read_settings()
    if "base_url" not in settings.model_fields_set:
        settings = read_settings(base_url=f"http://{host}:{port}")
    configure_logging(settings.log_level)
    facilities = facilities_of(settings)
    migrate_to(facilities.works.engine)
    facilities.close()
    click.echo(f"{settings.name} listens on http://{host}:{port} and calls itself {settings.base_url}")
    _Server(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": settings.web_processes,
            "worker_class": "gthread",
            "threads": settings.web_threads,
            "timeout": REQUEST_SECONDS,
            "graceful_timeout": 20,
            "keepalive": KEEP_ALIVE_SECONDS,
            "limit_request_line": 8190,
            "loglevel": "warning",
            "proc_name": "repository",
        },
    ).run()
