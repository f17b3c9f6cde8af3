"""``repository deposit``, ``upload``, ``download`` and ``verify``."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from repository.cli.client_command import ClientCall, client_command
from repository.client.api_session import ApiSession, faults_in
from repository.client.client_errors import ExitStatus, UsageFault
from repository.client.copy_check import CopyCheck
from repository.client.deposit_steps import open_draft, publish, read_draft, save_draft
from repository.client.download_run import DownloadRun
from repository.client.files_here import Selection, selected
from repository.client.metadata_files import read_description
from repository.client.record_names import record_id, server_of
from repository.client.remote_files import RemoteFile, remote_file
from repository.client.transfer_progress import Progress, ProgressView, in_units, plain
from repository.client.upload_run import FileOutcome, UploadOptions, UploadRun

MIB = 1 << 20
PLACE = click.Path(path_type=Path)
Decorated = Callable[..., Any]

jobs_option = click.option(
    "--jobs", "-j", default=4, show_default=True, type=click.IntRange(1, 64), help="Files and parts at the same time."
)


def _upload_options(command: Decorated) -> Decorated:
    for option in (
        click.option(
            "--wait",
            default=3600,
            show_default=True,
            type=click.IntRange(0),
            help="Seconds for the server to verify large files; 0 does not wait.",
        ),
        click.option("--part-size", default=16, show_default=True, type=click.IntRange(5, 5120), help="MiB of a part."),
        click.option(
            "--parts-above",
            default=64,
            show_default=True,
            type=click.IntRange(5),
            help="MiB from which a file has parts.",
        ),
        click.option("--prefix", default="", help="Folder in the record that the files go into."),
        click.option("--hidden", is_flag=True, help="Send files and folders whose names begin with a dot, too."),
        jobs_option,
    ):
        command = option(command)
    return command


@click.argument("record")
@click.argument("paths", nargs=-1, required=True, type=PLACE, metavar="PATH...")
@_upload_options
def _upload(call: ClientCall, record: str, paths: Sequence[Path], **options: Any) -> None:
    """Send files into the draft of RECORD; of a folder all that it holds.

    What the draft has already, by checksum, is not sent again; the same command goes on after an interruption.
    """
    files = _selected(call, paths, options)
    session = call.session(server_of(record))
    name = record_id(session, record)
    read_draft(session, name)
    _send(call, session, name, files, options)


@click.argument("metadata", type=PLACE)
@click.argument("paths", nargs=-1, type=PLACE, metavar="[PATH]...")
@click.option("--record", help="Go on with this draft instead of opening one.")
@click.option("--publish", "is_published", is_flag=True, help="Publish at the end.")
@click.option("--publisher", help="The publisher, where METADATA does not name one.")
@_upload_options
def _deposit(
    call: ClientCall,
    metadata: Path,
    paths: Sequence[Path],
    record: str | None,
    is_published: bool,
    publisher: str | None,
    **options: Any,
) -> None:
    """Open a draft with the description in METADATA, and send files into it.

    METADATA is JSON or YAML of the InvenioRDM form, a CITATION.cff, or an ro-crate-metadata.json.
    """
    body = read_description(metadata)
    if publisher:
        body["metadata"].setdefault("publisher", publisher)
    files = _selected(call, paths, options)
    session = call.session()
    if record is None:
        body.setdefault("files", {"enabled": bool(files.files) or not is_published})
        draft = open_draft(session, body)
    else:
        draft = save_draft(session, record_id(session, record), body)
    name = str(draft["id"])
    errors = list(faults_in(draft))
    links = draft.get("links") or {}
    call.outcome.document |= {"record": name, "errors": errors, "published": False, "url": links.get("self_html")}
    call.outcome.lines.append(f"Draft {name}: {links.get('self_html') or session.server}")
    call.tell(f"Draft {name}; to go on after an interruption: --record {name}")
    for fault in errors:
        call.tell(f"  {fault['field']}: {' '.join(fault['messages'])}")
    if files.files:
        _send(call, session, name, files, options)
    if is_published and call.outcome.status is ExitStatus.DONE:
        _publish(call, session, name)


def _publish(call: ClientCall, session: ApiSession, name: str) -> None:
    published = publish(session, name)
    identifiers = {
        scheme: pid["identifier"]
        for scheme, pid in (published.get("pids") or {}).items()
        if isinstance(pid, dict) and pid.get("identifier")
    }
    call.outcome.document |= {
        "published": True,
        "errors": [],
        "pids": identifiers,
        "url": (published.get("links") or {}).get("self_html"),
    }
    words = ", ".join(f"{scheme.upper()} {identifier}" for scheme, identifier in identifiers.items())
    call.outcome.lines.append(f"Published as {name}{f': {words}' if words else ''}")


@click.argument("record", metavar="ID|DOI|CSTR|URL")
@click.argument("folder", type=PLACE, metavar="DEST")
@click.option("--draft", is_flag=True, help="The draft instead of the published record.")
@click.option("--overwrite", is_flag=True, help="Replace files that are others here.")
@jobs_option
def _download(call: ClientCall, record: str, folder: Path, draft: bool, overwrite: bool, jobs: int) -> None:
    """Download all files of a record into the folder DEST, and compare their checksums.

    The same command goes on after an interruption.
    """
    session = call.session(server_of(record))
    name = record_id(session, record)
    if folder.exists() and not folder.is_dir():
        raise UsageFault(f"{folder} is no folder.")
    files = _listed(session, name, draft=draft)
    progress = Progress()
    run = DownloadRun(session, name, folder, jobs, progress, draft=draft, replaces=overwrite)
    with _reported(call, session, name, run.outcomes), ProgressView(progress, call.screen).shown():
        run.run(files)
    if run.failed:
        call.outcome.status = ExitStatus.FILES_FAILED


@click.argument("record", metavar="ID|DOI|CSTR|URL")
@click.argument("folder", type=PLACE, metavar="DIR")
@click.option("--draft", is_flag=True, help="The draft instead of the published record.")
@click.option("--allow-extra", is_flag=True, help="Files that the record does not have are no fault.")
@jobs_option
def _verify(call: ClientCall, record: str, folder: Path, draft: bool, allow_extra: bool, jobs: int) -> None:
    """Compare sizes and checksums of the files in DIR with those of a record."""
    if not folder.is_dir():
        raise UsageFault(f"{folder} is no folder.")
    session = call.session(server_of(record))
    name = record_id(session, record)
    check, progress = CopyCheck(), Progress()
    with ProgressView(progress, call.screen).shown():
        check.compare(_listed(session, name, draft=draft), folder, jobs, progress, session.patience.stop)
    call.outcome.document = {"record": name, "server": session.server, **vars(check)}
    faults = [
        *(f"missing    {key}" for key in check.missing),
        *(f"different  {key}  ({fault})" for key, fault in sorted(check.different.items())),
        *(f"extra      {key}" for key in check.extra),
        *(f"unsure     {key}  (the record tells no checksum)" for key in check.unsure),
    ]
    call.outcome.lines = [plain(line) for line in faults]
    call.outcome.lines.append(f"{len(check.same)} files are the same.")
    if check.missing or check.different or (check.extra and not allow_extra):
        call.outcome.status = ExitStatus.FILES_FAILED


def _listed(session: ApiSession, name: str, *, draft: bool) -> list[RemoteFile]:
    return list(map(remote_file, session.file_pages(f"List the files of {name}", name, draft=draft)))


def _selected(call: ClientCall, paths: Sequence[Path], options: dict[str, Any]) -> Selection:
    prefix = options.pop("prefix").strip("/")
    selection = selected(paths, hidden=options.pop("hidden"), prefix=f"{prefix}/" if prefix else "")
    if selection.hidden:
        call.tell(f"Left out because their names begin with a dot: {selection.hidden}; --hidden sends them.")
    if paths and not selection.files:
        raise UsageFault("There is no file to send.")
    return selection


def _send(call: ClientCall, session: ApiSession, name: str, files: Selection, options: dict[str, Any]) -> None:
    progress = Progress()
    chosen = UploadOptions(options["jobs"], options["parts_above"] * MIB, options["part_size"] * MIB, options["wait"])
    run = UploadRun(session, name, chosen, progress)
    with _reported(call, session, name, run.outcomes), ProgressView(progress, call.screen).shown():
        run.run(files.files)
    if run.failed:
        call.outcome.status = ExitStatus.FILES_FAILED


@contextmanager
def _reported(call: ClientCall, session: ApiSession, name: str, outcomes: dict[str, FileOutcome]) -> Iterator[None]:
    """Tell at the end what became of each file, also when the block ends by an error."""
    begin = time.monotonic()
    try:
        yield
    finally:
        files = sorted(outcomes.values(), key=lambda outcome: outcome.key)
        states = {
            state: [file for file in files if file.state == state] for state in ("sent", "fetched", "skipped", "failed")
        }
        counts = {state: len(members) for state, members in states.items() if members}
        call.outcome.document |= {
            "server": session.server,
            "record": name,
            "counts": counts,
            "bytes": sum(file.size for state in ("sent", "fetched") for file in states[state]),
            "seconds": round(time.monotonic() - begin, 3),
            "files": [file.json() for file in files],
        }
        call.outcome.lines += [plain(f"failed  {file.key}: {file.reason}") for file in states["failed"]]
        words = ", ".join(f"{count} {state}" for state, count in counts.items()) or "no files"
        call.outcome.lines.append(f"{name}: {words}, {in_units(call.outcome.document['bytes'])}")


upload, deposit = client_command(_upload), client_command(_deposit)
download, verify = client_command(_download), client_command(_verify)
upload.name, deposit.name, download.name, verify.name = "upload", "deposit", "download", "verify"
