"""``repository demo``: real datasets through a real server, to the verified download.

The server is a process of its own with its data in a temporary folder.  Everything after the token goes over HTTP and
follows the server's links.  Without ``--keep`` nothing stays behind.
"""

import html
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeVar

import click

from config.settings import Settings
from repository.cli.api_client import ApiClient, ApiError, digests_of_file, link, recorded_sha256
from repository.cli.demo_datasets import DEFAULT_DATA, DatasetsUnreadable, DemoDataset, read_datasets

T = TypeVar("T")

HOST = "127.0.0.1"
OWN_ADDRESS = Settings.model_fields["base_url"].default
"""Where `make serve` answers, unless a setting names another address."""
EMAIL = "depositor@example.org"
ABSENT_WORD = "量子"
"""A word of no dataset: a search that returns everything must fail the demo."""
STYLES = {"APA": "apa", "GB/T 7714": "gb-t-7714"}
PAUSE_SECONDS = 0.1
START_SECONDS = 60.0
FINDABLE_SECONDS = 30.0
STOP_SECONDS = 15.0
LOG_LINES = 40
_PAUSE = threading.Event()  # never set: a reply over HTTP cannot wake us


class DemoFailed(Exception):
    """The server did not behave as the demo expects; the text is for people."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs ``repository …`` with the settings of the throw-away deployment."""

    environment: Mapping[str, str]
    log: Path

    def run(self, *arguments: str) -> str:
        """Run the command and return its output; raise `DemoFailed` if it failed."""
        done = subprocess.run(
            self._line(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr or done.stdout).strip()
            raise DemoFailed(f"`repository {' '.join(arguments)}` failed: {reason}")
        return done.stdout.strip()

    @contextmanager
    def running(self, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a process for the length of the block; its output goes to the log."""
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C reaches the demo alone, which then ends the server.
            process = subprocess.Popen(
                self._line(*arguments),
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            _stop(process)

    @staticmethod
    def _line(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "repository", *arguments]


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=DEFAULT_DATA,
    show_default="tests/data of the project",
    help="Folder of datasets: one folder each, with metadata.json beside its files.",
)
@click.option("--keep", is_flag=True, help="Keep the temporary folder with database, files and log.")
def demo(data: Path, keep: bool) -> None:
    """Deposit, publish, find, cite and download real datasets on a throw-away server."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        datasets = read_datasets(data)
        with workplace(keep) as folder, server(folder) as client:
            show(client, datasets)
        click.echo(f"Its pages in a browser, with more datasets: `make serve SAMPLES=1`, then {OWN_ADDRESS}/")
    except (DemoFailed, DatasetsUnreadable, ApiError) as error:
        click.echo(f"demo failed: {error}", err=True)
        sys.exit(1)
    finally:
        signal.signal(signal.SIGTERM, before)


def show(client: ApiClient, datasets: Sequence[DemoDataset]) -> None:
    """Run the whole story; raise `DemoFailed` or `ApiError` at the first fault."""
    click.echo(f"A new repository at {client.base_url}")
    unfinished = client.create_draft({"metadata": {"title": "Not finished yet"}}, complete=False)
    identifiers = {dataset.name: _publish(client, dataset) for dataset in datasets}
    public = client.anonymous()
    for dataset in datasets:
        _show_record(public, dataset, identifiers[dataset.name])
    _show_search(public, datasets, identifiers)
    _show_invisible(public, unfinished)
    files = sum(len(dataset.files) for dataset in datasets)
    click.echo(f"\nAll is well: {len(datasets)} datasets, {files} files, every byte as deposited.")


def _publish(client: ApiClient, dataset: DemoDataset) -> str:
    """Deposit and publish a dataset; return the id of its record."""
    body = {"access": dataset.access, "files": {"enabled": True}, "metadata": dataset.metadata}
    draft = client.reserve_doi(client.create_draft(body))
    client.upload(draft, dataset.files)
    record = client.publish(draft)
    if _pid(record, "doi") != _pid(draft, "doi"):
        raise DemoFailed(f"{dataset.name}: published under another DOI than the reserved one")
    return str(record["id"])


def _show_record(public: ApiClient, dataset: DemoDataset, identifier: str) -> None:
    """Show the record as the public sees it, checked against the deposited dataset."""
    wait_for(
        f"search for id:{identifier}",
        FINDABLE_SECONDS,
        lambda: [hit for hit in public.search(f"id:{identifier}") if hit["id"] == identifier],
    )
    record = public.record(identifier)
    click.echo(f"\n{dataset.title}")
    _line("record", _landing_page(public, dataset, record))
    _line("DOI", _pid(record, "doi"))
    _line("CSTR", _pid(record, "cstr"))
    for name, style in STYLES.items():
        _line(name, " ".join(public.citation(record, style).split()))
    _show_files(public, dataset, record)


def _pid(record: Mapping[str, Any], scheme: str) -> str:
    identifier = record.get("pids", {}).get(scheme, {}).get("identifier")
    if not isinstance(identifier, str) or not identifier:
        raise DemoFailed(f"record {record.get('id')} has no {scheme.upper()}")
    return identifier


def _landing_page(public: ApiClient, dataset: DemoDataset, record: Mapping[str, Any]) -> str:
    url = link(record, "self_html")
    page = public.get(url, accept="text/html")
    if page.status != 200 or page.content_type != "text/html":
        raise DemoFailed(f"{url} answered {page.status} {page.content_type}, not a page")
    if dataset.title not in html.unescape(page.text):
        raise DemoFailed(f"{url} does not show the title")
    return url


def _show_files(public: ApiClient, dataset: DemoDataset, record: Mapping[str, Any]) -> None:
    entries = {entry["key"]: entry for entry in public.files(record)}
    if entries.keys() != dataset.files.keys():
        raise DemoFailed(f"{dataset.name}: other files than deposited: {sorted(entries)}")
    for key, path in dataset.files.items():
        deposited = digests_of_file(path).sha256
        recorded, arrived = recorded_sha256(entries[key]), public.download(entries[key])
        if not deposited == recorded == arrived.sha256:
            digests = f"{deposited} deposited, {recorded} recorded, {arrived.sha256} downloaded"
            raise DemoFailed(f"{key}: sha256 {digests}")
        _line("file", f"{key} ({arrived.size:,} bytes)")
        _line("sha256", f"{deposited} deposited = recorded = downloaded")


def _show_search(public: ApiClient, datasets: Sequence[DemoDataset], identifiers: Mapping[str, str]) -> None:
    click.echo("\nSearch")
    for dataset in datasets:
        for word in dataset.words:
            hits = {hit["id"] for hit in public.search(word)}
            if identifiers[dataset.name] not in hits:
                raise DemoFailed(f"“{word}” does not find {dataset.name}")
            _line(word, f"{len(hits)} found, among them record {identifiers[dataset.name]}")
    if public.search(ABSENT_WORD):
        raise DemoFailed(f"“{ABSENT_WORD}” is in no dataset, yet the search finds some")
    _line(ABSENT_WORD, "nothing found, as it should be")


def _show_invisible(public: ApiClient, draft: Mapping[str, Any]) -> None:
    """Check that the public sees nothing of a draft: no draft, no record, no hit."""
    identifier = draft["id"]
    addresses = (link(draft, "self"), f"{public.base_url}/api/records/{identifier}")
    for url in addresses:
        if public.get(url).status not in (403, 404):
            raise DemoFailed(f"an unfinished draft is open to the public at {url}")
    if public.search(f"id:{identifier}"):
        raise DemoFailed("an unfinished draft is found by the public")
    click.echo(f"\nDraft {identifier} is unfinished: the public cannot read or find it.")


def wait_for(what: str, seconds: float, answer: Callable[[], T]) -> T:
    """Call `answer` until it returns something true, and return that; raise `DemoFailed` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := answer()):
        if time.monotonic() > deadline:
            raise DemoFailed(f"{what}: no success within {seconds:.0f} seconds")
        _PAUSE.wait(PAUSE_SECONDS)
    return result


@contextmanager
def workplace(keep: bool) -> Iterator[Path]:
    """A folder for the length of the block; with `keep` it stays."""
    if keep:
        folder = Path(tempfile.mkdtemp(prefix="repository-demo-"))
        click.echo(f"Everything is kept in {folder}")
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="repository-demo-") as name:
        yield Path(name)


@contextmanager
def server(folder: Path, **settings: str) -> Iterator[ApiClient]:
    """Run a server with these `settings` more for the length of the block, and yield a depositor's client of it."""
    port = _free_port()
    base_url = f"http://{HOST}:{port}"
    commands = Commands(_environment(folder, base_url) | settings, folder / "server.log")
    commands.run("migrate")
    commands.run("user", "create", EMAIL, "--name", "Demo Depositor")
    client = ApiClient(base_url, commands.run("token", "create", EMAIL))
    with commands.running("serve", "--host", HOST, "--port", str(port)) as process:
        try:
            wait_for("start of the server", START_SECONDS, lambda: _is_ready(process, client))
            yield client
        except (DemoFailed, ApiError):
            _show_log(commands.log)
            raise


def _environment(folder: Path, base_url: str) -> dict[str, str]:
    """Return this process's environment with the settings of the demo and no other settings."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("REPOSITORY_")}
    no_settings = folder / "empty.env"
    no_settings.touch()
    return inherited | {
        "REPOSITORY_ENV_FILE": str(no_settings),
        "REPOSITORY_BASE_URL": base_url,
        "REPOSITORY_DATABASE_URL": f"sqlite:///{folder}/repository.db",
        "REPOSITORY_STORE_URL": f"file://{folder}/store",
        "REPOSITORY_SEARCH_URL": f"embedded:{folder}/search.db",
        "REPOSITORY_QUEUE_URL": "embedded:",
        "REPOSITORY_MAIL_URL": f"embedded:{folder}/mail",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_ready(process: "subprocess.Popen[bytes]", client: ApiClient) -> bool:
    if process.poll() is not None:
        raise DemoFailed(f"the server ended by itself with status {process.returncode}")
    try:
        return client.anonymous().get(f"{client.base_url}/health/ready").status == 200
    except ApiError:
        return False  # the server does not listen yet; `wait_for` asks again until its deadline


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end; after `STOP_SECONDS` kill it and everything it started."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        click.echo(f"the server did not end within {STOP_SECONDS:.0f} seconds: killed", err=True)
    finally:  # also when this wait itself is interrupted
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _show_log(log: Path) -> None:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    click.echo("\n".join(["last lines of the server's log:", *lines[-LOG_LINES:]]), err=True)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    # The default would end this process at once and leave the server and the folder behind.
    sys.exit(128 + number)


def _line(name: str, value: str) -> None:
    # A Chinese character is two columns wide.
    width = sum(2 if ord(character) > 0x2E7F else 1 for character in name)
    click.echo(f"  {name}{' ' * max(1, 14 - width)}{value}")
