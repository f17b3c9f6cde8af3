"""Everything a site runs, on servers of its own: each server behind a proxy, and every process can be killed."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from config.settings import read_settings
from deploy import services
from repository.bootstrap import open_services
from repository.engines.services import Services
from tests.faults.proxy import Proxy, before
from tests.support.people import tokens_of_new_people
from tests.support.web_server import HOST, Client, Process, Program, Server, free_port

POSTGRESQL, REDIS, ELASTICSEARCH, S3 = "postgresql", "redis", "elasticsearch", "s3"
BUCKET = "repository"
WORKERS, RELAYS, SCHEDULERS = 2, 2, 1
LAST_WORDS = 4000


@dataclass
class Installation:
    """`servers` and `proxies` by the server's name; `web` is the server that people speak to."""

    folder: Path
    servers: Mapping[str, services.Service]
    proxies: Mapping[str, Proxy]
    web: Server
    processes: list[Process] = field(default_factory=list)

    @contextmanager
    def services(self) -> Iterator[Services]:
        """The same data, in this process and past the proxies."""
        urls = {name: _url(server, server.port) for name, server in self.servers.items()}
        chosen = {variable.lower(): urls[name] for variable, name in _SETTINGS.items()}
        with closing(open_services(read_settings(base_url=self.web.base_url, **chosen))) as opened:
            yield opened

    def depositors(self, count: int) -> list[Client]:
        """The clients of new people."""
        with self.services() as services:
            return [self.web.client(token) for token in tokens_of_new_people(services, count)]

    def bucket(self) -> Any:
        """Boto3's own client of the S3 server, past the proxy and the application."""
        return boto3.client(
            "s3",
            endpoint_url=f"http://{HOST}:{self.servers[S3].port}",
            region_name="us-east-1",
            config=Config(connect_timeout=5, read_timeout=30),
        )

    def logs(self) -> str:
        """The end of what each process said, for a failure's message."""
        return "\n".join(f"--- {each.name}\n{each.log[-LAST_WORDS:]}" for each in (self.web, *self.processes))


_SETTINGS = {"DATABASE_URL": POSTGRESQL, "STORE_URL": S3, "SEARCH_URL": ELASTICSEARCH, "QUEUE_URL": REDIS}


def programs_are_here() -> bool:
    """Whether `make services` has fetched what the servers run: no test downloads them."""
    programs = services.default_folder() / "programs"
    return all(any(programs.glob(f"{name}-*")) for name in ("elasticsearch", "versitygw"))


@contextmanager
def installed() -> Iterator[Installation]:
    """A whole installation, running; after the block all of it has ended and is gone, whatever happened."""
    with ExitStack() as stack:
        # not below pytest's folders: the servers run as a user whom those let nobody through to
        folder = Path(tempfile.mkdtemp(prefix="repository-faults-", dir="/var/tmp"))
        stack.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        ports = {name: free_port() for name in _SETTINGS.values()}
        servers = stack.enter_context(services.running(folder, ports))
        proxies = {name: stack.enter_context(before(port)) for name, port in ports.items()}
        settings = {variable: _url(servers[name], proxies[name].port) for variable, name in _SETTINGS.items()}
        web = Server(folder, {**settings, "WEB_PROCESSES": "2", "WEB_THREADS": "8", "DOWNLOADS": "stream"})
        made = Installation(folder, servers, proxies, web)
        _start(made, stack)
        yield made


def _start(made: Installation, stack: ExitStack) -> None:
    web = made.web
    web.set_up("migrate")
    web.run("prepare")
    _start_until_end(web, stack)
    counts = {"worker": WORKERS, "relay": RELAYS, "scheduler": SCHEDULERS}
    for kind, count in counts.items():
        for number in range(count):
            process = Process(f"{kind}-{number + 1}", made.folder, {"BASE_URL": web.base_url, **web.settings})
            _start_until_end(process, stack)
            made.processes.append(process)


def _start_until_end(program: Program, stack: ExitStack) -> None:
    """Its end is prepared before its beginning, which may fail half-way."""

    @stack.callback
    def end() -> None:
        if program.runs:
            program.stop()

    program.start()


def _url(server: services.Service, port: int) -> str:
    """The server's address at another port: its own, or its proxy's."""
    return server.url.replace(f"{HOST}:{server.port}", f"{HOST}:{port}")
