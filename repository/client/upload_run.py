"""Brings files into a draft: what is there stays, the rest is sent, and at the end everything is compared."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from repository.client.api_session import ApiSession
from repository.client.client_errors import (
    ConnectionLost,
    ContractBroken,
    FileFault,
    Refused,
)
from repository.client.crew import Crew
from repository.client.files_here import LocalFile, digest_of
from repository.client.naming import name_files
from repository.client.remote_files import RemoteFile, difference, remote_file
from repository.client.send_bundles import SMALL, BundleSender
from repository.client.send_parts import FileInParts, NoParts
from repository.client.send_whole import WholeSender
from repository.client.server_limits import ServerLimits, server_limits
from repository.client.transfer_progress import Progress, RunningFile

CLOSED = frozenset({401, 403})
"""The server does not let us change this draft: the other files would be refused too."""
NO_BUNDLES = frozenset({404, 405, 415, 501})
"""The server takes no bundles, whatever it says of its limits."""
MOST_ROUNDS = 3
"""how often missing parts are sent again"""


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """`parts_above` and `part_size` in bytes; `wait_seconds` for the server to read large files, 0 not to wait."""

    jobs: int = 4
    parts_above: int = 64 << 20
    part_size: int = 16 << 20
    wait_seconds: float = 3600.0


@dataclass
class FileOutcome:
    """What became of a file: ``sent``, ``skipped`` (it was there) or ``failed``, with its reason."""

    key: str
    size: int
    state: str
    digests: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    def json(self) -> dict[str, Any]:
        """Return the outcome for a report."""
        known = {"checksums": self.digests, "error": self.reason}
        return {"key": self.key, "size": self.size, "state": self.state, **{k: v for k, v in known.items() if v}}


class _WantsNames(Exception):
    """The server takes no bytes of a file that was not named before."""


class UploadRun:
    """One upload; `run` once."""

    def __init__(self, session: ApiSession, record: str, options: UploadOptions, progress: Progress) -> None:
        self._session = session
        self._record = record
        self._options = options
        self._progress = progress
        self._crew = Crew(options.jobs, session.patience.stop)
        self._lock = threading.Lock()
        self._takes_parts = True
        self._limits = ServerLimits()
        self._one_call = True
        """whether a file that was never named is taken; the first one shows it"""
        self._sender = WholeSender(session, record, progress)
        self._rounds: dict[str, int] = {}
        self._bundler: BundleSender | None = None
        self.outcomes: dict[str, FileOutcome] = {}

    def run(self, files: Sequence[LocalFile]) -> None:
        """Send `files` and compare; `outcomes` tells of each.

        Raises `Refused` if the draft is closed to us, `ConnectionLost`, and `KeyboardInterrupt`.
        """
        self._progress.expect(len(files), sum(file.size for file in files))
        self._limits = server_limits(self._session)
        there = self._there()
        absent = [file for file in files if file.key not in there]
        for file in files:
            if file.key in there:
                self._crew.add(partial(self._compare, file, there[file.key]))
        large = [file for file in absent if self._goes_in_parts(file)]
        for file in large:
            self._crew.add(partial(self._begin_parts, file, None))
        self._add_whole([file for file in absent if not self._goes_in_parts(file)])
        self._crew.run()
        self._compare_all(files)

    def _there(self) -> dict[str, RemoteFile]:
        entries = self._session.file_pages("List the files", self._record, draft=True)
        return {file.key: file for file in map(remote_file, entries)}

    def _goes_in_parts(self, file: LocalFile) -> bool:
        return self._takes_parts and file.size > self._options.parts_above

    def _add_whole(self, files: Sequence[LocalFile]) -> None:
        """Add tasks that send files whole: small ones in bundles, where the server takes bundles."""
        small = [file for file in files if file.size < SMALL]
        if len(small) > 1 and (policy := self._limits.bundles):
            self._bundler = BundleSender(self._session, self._record, policy)
            for group in policy.groups(small):
                self._crew.add(partial(self._send_bundle, group))
            files = [file for file in files if file.size >= SMALL]
        if files:
            self._crew.add(partial(self._try_one_call, files))

    def _send_bundle(self, files: Sequence[LocalFile]) -> None:
        """Send files together; if the server refuses all of them, each by itself, so that each has its own reason."""
        if self._bundler is None:
            self._try_one_call(files)
            return
        running = [(file, self._progress.begin(file.key, file.size)) for file in files]
        try:
            digests = self._bundler.send(files, self._refused)
        except (Refused, ContractBroken) as error:
            for _, file_running in running:
                self._progress.end(file_running, is_whole=False)
            if isinstance(error, ContractBroken) or error.status in NO_BUNDLES:
                self._bundler = None
            self._try_one_call(files)
            return
        for file, file_running in running:
            self._progress.end(file_running, is_whole=file.key in digests)
            if file.key in digests:
                self._keep(FileOutcome(file.key, file.size, "sent", {"sha256": digests[file.key]}))

    def _try_one_call(self, files: Sequence[LocalFile]) -> None:
        """Send the first file by one request, and then the others, unless the server wants their names first."""
        if self._one_call:
            try:
                self._send(files[0], one_call=True)
            except _WantsNames:
                self._one_call = False
        if not self._one_call:
            self._name(files)
            return
        for file in files[1:]:
            self._crew.add(partial(self._send, file, one_call=True))

    def _name(self, files: Sequence[LocalFile]) -> None:
        """Name the next files, and add a task for each; the rest is named when these are on their way."""
        batch, rest = files[: self._limits.named], files[self._limits.named :]
        for file in name_files(self._session, self._record, batch, self._refused):
            self._crew.add(partial(self._send, file, one_call=False))
        if rest:
            self._crew.add(partial(self._name, rest))

    def _compare(self, file: LocalFile, there: RemoteFile) -> None:
        """Skip a file that is there, go on with one that was begun, replace one that is another."""
        try:
            if there.is_complete and not there.is_read and there.size == file.size:
                self._skip(file, {})
            elif there.is_complete and not difference(file, there, {}):
                self._skip(file, dict(there.digests))
            elif there.status == "pending" and there.transfer.get("type") == "M" and there.size == file.size:
                self._begin_parts(file, there)
            elif there.status == "pending" and not there.digests and there.size in (None, file.size):
                self._send(file, one_call=False)
            else:
                self._replace(file)
        except (Refused, FileFault, ContractBroken) as error:
            self._refused(file, error)

    def _replace(self, file: LocalFile) -> None:
        url = self._session.file_url(self._record, file.key, draft=True)
        self._session.ask(f"Remove the other {file.key}", "DELETE", url)
        if self._goes_in_parts(file):
            self._begin_parts(file, None)
        else:
            self._try_one_call([file])

    def _send(self, file: LocalFile, *, one_call: bool) -> None:
        running = self._progress.begin(file.key, file.size)
        try:
            known = self._sender.send(file, running, one_call=one_call)
        except Refused as error:
            self._progress.end(running, is_whole=False)
            if one_call and error.status == 404:
                raise _WantsNames from error
            self._refused(file, error)
            return
        except (FileFault, ContractBroken) as error:
            self._progress.end(running, is_whole=False)
            self._refused(file, error)
            return
        self._progress.end(running, is_whole=True)
        self._keep(FileOutcome(file.key, file.size, "sent", known))

    def _begin_parts(self, file: LocalFile, there: RemoteFile | None) -> None:
        running = self._progress.begin(file.key, file.size)
        upload = FileInParts(
            self._session, self._record, file, running, self._progress, self._crew, self._commit, self._parts_failed
        )
        self._keep(FileOutcome(file.key, file.size, "sent"))
        try:
            upload.begin(there, self._limits.part_size_for(file.size, self._options.part_size))
        except NoParts:
            self._takes_parts = False
            self._progress.end(running, is_whole=False)
            self._try_one_call([file])
        except (Refused, FileFault, ContractBroken) as error:
            self._parts_failed(upload, error)

    def _watched(self, file: LocalFile) -> Iterator[bytes]:
        for block in file.blocks():
            self._session.patience.wait(0)
            yield block

    def _commit(self, upload: FileInParts) -> None:
        try:
            upload.file.require_unchanged()
            self._sender.complete(upload.file.key)
        except Refused as error:
            rounds = self._rounds[upload.file.key] = self._rounds.get(upload.file.key, 0) + 1
            if error.status in CLOSED or rounds > MOST_ROUNDS or not upload.send_again():
                self._parts_failed(upload, error)
        except (FileFault, ContractBroken) as error:
            self._parts_failed(upload, error)
        else:
            self._progress.end(upload.running, is_whole=True)

    def _parts_failed(self, upload: FileInParts, error: Exception) -> None:
        self._progress.end(upload.running, is_whole=False)
        self._refused(upload.file, error)

    def _skip(self, file: LocalFile, digests: dict[str, str]) -> None:
        running: RunningFile = self._progress.begin(file.key, file.size)
        self._progress.end(running, is_whole=True)
        self._keep(FileOutcome(file.key, file.size, "skipped", digests))

    def _refused(self, file: LocalFile, error: Exception) -> None:
        """Keep the reason of one file; raise what would stop every other file too."""
        self._keep(FileOutcome(file.key, file.size, "failed", reason=str(error)))
        if isinstance(error, ConnectionLost) or (isinstance(error, Refused) and error.status in CLOSED):
            raise error

    def _keep(self, outcome: FileOutcome) -> None:
        with self._lock:
            self.outcomes[outcome.key] = outcome

    def _compare_all(self, files: Sequence[LocalFile]) -> None:
        """Compare every file with what the server tells of it now; wait for those that it still reads."""
        there = self._read_by_server(files)
        for file in files:
            outcome = self.outcomes[file.key]
            if outcome.state != "failed" and (fault := self._fault(file, there.get(file.key), outcome.digests)):
                self._keep(FileOutcome(file.key, file.size, "failed", outcome.digests, fault))

    def _fault(self, file: LocalFile, remote: RemoteFile | None, known: Mapping[str, str]) -> str:
        if remote is None:
            return "The draft does not have it any more."
        if not remote.is_complete:
            return remote.failure or f"The server says it is {remote.status}."
        if not remote.is_read:
            return "The server has not verified it yet." if self._options.wait_seconds else ""
        return difference(file, remote, known)

    def _read_by_server(self, files: Sequence[LocalFile]) -> dict[str, RemoteFile]:
        """Return the draft's files when the server has read all of ours, or the time is over."""
        end, attempt = time.monotonic() + self._options.wait_seconds, 1
        there = self._there()
        unread = [f for f in files if f.key in there and there[f.key].is_complete and not there[f.key].is_read]
        for file in unread if self._options.wait_seconds else ():
            # Here as there, at the same time: the server reads the bytes now.
            self.outcomes[file.key].digests["sha256"] = digest_of(self._watched(file), "sha256")
        waiting = [file.key for file in unread]
        while waiting and time.monotonic() < end:
            self._session.patience.wait(min(0.2 * 1.5**attempt, 10.0))
            attempt += 1
            for key in waiting:
                url = self._session.file_url(self._record, key, draft=True)
                there[key] = remote_file(self._session.ask(f"Ask for {key}", "GET", url))
            waiting = [key for key in waiting if there[key].is_complete and not there[key].is_read]
        return there

    @property
    def failed(self) -> list[FileOutcome]:
        """Files that are not there, or are others there."""
        return [outcome for outcome in self.outcomes.values() if outcome.state == "failed"]
