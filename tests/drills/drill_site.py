"""A site that a drill may destroy: the embedded engines of a folder, or places of its own on the servers."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from config.settings import read_settings
from repository.bootstrap import open_services
from repository.engines.services import Services
from tests.engines import ELASTICSEARCH, EMBEDDED, POSTGRESQL, REDIS, S3, SERVERS
from tests.engines.addresses import (
    answer_of,
    elasticsearch_client,
    elasticsearch_server,
    on_server,
    postgresql_server,
    redis_address,
    redis_client,
    s3_client,
    s3_options,
)
from tests.engines.places import remove_bucket, reserved_redis
from tests.support.people import tokens_of_new_people
from tests.support.web_server import HOST, Client, Process, Program, Server, command, free_port

CLOCK = Path(__file__).parent / "clock"
BESIDE = ("worker", "relay", "scheduler")
"""what runs beside the server where Redis is"""
STOP_SECONDS = 60


class DrillFailed(Exception):
    """A step did not come to its end."""


@dataclass
class DrillSite:
    """The site's processes and its places; `settings` without their prefix, `days` is how far its clock is ahead."""

    folder: Path
    installation: str
    settings: Mapping[str, str]
    days: int = 0
    port: int = field(default_factory=free_port)
    running: list[Program] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def in_environment(self) -> Mapping[str, str]:
        """Settings of each process; with another clock they find ``sitecustomize.py`` of the folder `CLOCK`."""
        return {"BASE_URL": self.base_url, **self.settings}

    def start(self) -> None:
        """Start the server, and what runs beside it; return when every engine answers."""
        web = Server(self.folder, self.in_environment, self.port)
        self.running.append(web)
        with self._clock():
            web.start()
            for name in BESIDE if self.has_queue else ():
                beside = Process(name, self.folder, self.in_environment)
                self.running.append(beside)
                beside.start()

    @property
    def has_queue(self) -> bool:
        return "QUEUE_URL" in self.settings

    def kill(self) -> None:
        """End all processes at this very instruction."""
        while self.running:
            self.running.pop().kill()

    def stop(self) -> None:
        """Ask all processes to end, and wait for them."""
        while self.running:
            self.running.pop().stop()

    def run(self, *arguments: str, accept: int = 0) -> str:
        """Return what a `repository` command printed; raises `DrillFailed` for another exit status."""
        with self._clock():
            environment = Server(self.folder, self.in_environment, self.port).environment
            done = command(environment, *arguments, timeout=STOP_SECONDS * 2)
        if done.returncode != accept:
            raise DrillFailed(f"repository {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    @contextmanager
    def services(self) -> Iterator[Services]:
        """The same data in this process."""
        chosen = {name.lower(): value for name, value in self.settings.items() if name.endswith("_URL")}
        with closing(open_services(read_settings(base_url=self.base_url, **chosen))) as opened:
            yield opened

    def depositors(self, count: int) -> list[Client]:
        """Return the clients of new people."""
        with self.services() as services:
            return [Client(self.port, token) for token in tokens_of_new_people(services, count)]

    def destroy(self) -> None:
        """Remove database, store, index and queue, with all that they remember."""
        for path in self.folder.glob("repository.db*"):
            path.unlink()
        for path in self.folder.glob("search.db*"):
            path.unlink()
        shutil.rmtree(self.folder / "store", ignore_errors=True)
        if self.installation == SERVERS:
            remove_places(self.name)
            on_server(f"CREATE DATABASE {self.name}")
            with redis_client(int(self.settings["QUEUE_URL"].rpartition("/")[2])) as queue:
                queue.flushdb()

    @property
    def name(self) -> str:
        """The name of the site's places on servers."""
        return self.folder.name.replace("-", "_")

    @property
    def log(self) -> str:
        """The end of what the processes said."""
        return "\n".join(f"--- {path.name}\n{path.read_text()[-3000:]}" for path in self.folder.glob("*.log"))

    @contextmanager
    def _clock(self) -> Iterator[None]:
        """Let processes that begin in the block have the site's clock."""
        inherited = {name: os.environ.get(name) for name in ("PYTHONPATH", "DRILL_DAYS")}
        if self.days:
            paths = filter(None, (str(CLOCK), inherited["PYTHONPATH"]))
            os.environ.update({"PYTHONPATH": os.pathsep.join(paths), "DRILL_DAYS": str(self.days)})
        try:
            yield
        finally:
            for name, value in inherited.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def silent_servers() -> list[str]:
    """Return the servers of an installation that do not answer."""
    return [engine for engine in (POSTGRESQL, S3, ELASTICSEARCH, REDIS) if answer_of(engine).trouble]


@contextmanager
def new_site(installation: str) -> Iterator[DrillSite]:
    """A site of the drill's own, gone after the block."""
    with ExitStack() as stack:
        # The name of a bucket ends in a letter or digit; what `mkdtemp` adds may end in "_".
        folder = Path(tempfile.mkdtemp(prefix=f"repository-drill-{uuid.uuid4().hex[:6]}-", suffix="d"))
        folder = folder.rename(folder.with_name(folder.name.lower()))
        stack.callback(shutil.rmtree, folder)
        settings = {"LOG_LEVEL": "WARNING", "WEB_PROCESSES": "2", "DOWNLOADS": "stream"}
        settings |= {"DATABASE_URL": f"sqlite:///{folder}/repository.db", "STORE_URL": f"file://{folder}/store"}
        settings |= {"SEARCH_URL": f"embedded:{folder}/search.db"}
        if installation != EMBEDDED:
            number = stack.enter_context(reserved_redis())
            name = folder.name.replace("-", "_")
            stack.callback(remove_places, name)
            on_server(f"CREATE DATABASE {name}")
            settings |= _on_servers(name, number)
        site = DrillSite(folder, installation, settings)
        stack.callback(site.kill)
        yield site


def _on_servers(name: str, number: int) -> Mapping[str, str]:
    return {
        "DATABASE_URL": postgresql_server().url.set(database=name).render_as_string(hide_password=False),
        "STORE_URL": f"s3://{name.replace('_', '-')}?{urlencode(s3_options())}",
        "SEARCH_URL": f"{elasticsearch_server()[0]}/{name}",
        "QUEUE_URL": redis_address(number),
    }


def remove_places(name: str) -> None:
    """Remove database, bucket and indices of this name, as far as they are there."""
    on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server = elasticsearch_client()
    if indices := list(server.indices.get(index=f"{name}-*", expand_wildcards="all")):
        server.indices.delete(index=indices)
    bucket = name.replace("_", "-")
    if bucket in {entry["Name"] for entry in s3_client().list_buckets()["Buckets"]}:
        remove_bucket(s3_client(), bucket)
