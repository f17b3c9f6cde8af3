"""A file whose bytes go in one request.

Its name and its commit are requests of their own where the server does not take all in one.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from repository.client.api_session import BYTES, ApiSession
from repository.client.client_errors import FileFault, Refused
from repository.client.connections import SentBody, body_of
from repository.client.files_here import LocalFile, digest_of, repr_digest
from repository.client.remote_files import RemoteFile, difference, remote_file
from repository.client.transfer_progress import Progress, RunningFile

IN_MEMORY = 1 << 22
"""bytes of a file that is read once and sent from memory"""
CROSSED, MOST_CROSSED = 409, 5
"""the status of a request that another one crossed, and how often it is sent then"""
TYPE = {"Content-Type": BYTES}


@dataclass(frozen=True)
class WholeSender:
    """Sends files to the draft of `record`."""

    session: ApiSession
    record: str
    progress: Progress

    def send(self, file: LocalFile, running: RunningFile, *, one_call: bool) -> dict[str, str]:
        """Send a file, and return its digests here; raise `FileFault` if the server has other bytes at the end."""
        url = f"{self.session.file_url(self.record, file.key, draft=True)}/content"
        way = self._by_one_call if one_call else self._by_steps
        entry, known = self._undisturbed(lambda: way(file, running, url))
        file.require_unchanged()
        self._require_same(file, remote_file(entry), known)
        return known

    def _undisturbed(self, way: Callable[[], tuple[Any, dict[str, str]]]) -> tuple[Any, dict[str, str]]:
        """Go a way again that another request crossed, as one of an earlier run that the server still works at."""
        for attempt in range(1, MOST_CROSSED):
            try:
                return way()
            except Refused as error:
                if error.status != CROSSED:
                    raise
                self.session.patience.pause(attempt)
        return way()

    def _by_one_call(self, file: LocalFile, running: RunningFile, url: str) -> tuple[Any, dict[str, str]]:
        if file.size <= IN_MEMORY:
            content = b"".join(file.blocks())
            digest, body = hashlib.sha256(content).hexdigest(), body_of(content)
        else:
            digest = digest_of(self._watched(file), "sha256")
            body = SentBody(file.size, lambda: self._counted(file, running))
        headers = {**TYPE, "Repr-Digest": repr_digest("sha256", digest)}
        entry = self.session.put(f"Send {file.key}", url, body, headers)
        if isinstance(entry, dict) and entry.get("status") == "pending":
            entry = self.complete(file.key)  # it had a name already, and such a name waits for the commit
        return entry, {"sha256": digest}

    def _by_steps(self, file: LocalFile, running: RunningFile, url: str) -> tuple[Any, dict[str, str]]:
        known: dict[str, str] = {}
        body = SentBody(file.size, lambda: self._digested(file, running, known))
        self.session.put(f"Send {file.key}", url, body, TYPE)
        return self.complete(file.key), known

    def complete(self, key: str) -> Any:
        """Make the bytes that were sent the file; may be asked twice."""
        url = f"{self.session.file_url(self.record, key, draft=True)}/commit"
        return self.session.ask(f"Commit {key}", "POST", url)

    def _digested(self, file: LocalFile, running: RunningFile, known: dict[str, str]) -> Iterator[bytes]:
        digest = hashlib.md5(usedforsecurity=False)  # what servers tell that take no file by one request
        for block in self._counted(file, running):
            digest.update(block)
            yield block
        known["md5"] = digest.hexdigest()

    def _counted(self, file: LocalFile, running: RunningFile) -> Iterator[bytes]:
        self.progress.again(running)
        for block in self._watched(file):
            yield block
            self.progress.advance(running, len(block))

    def _watched(self, file: LocalFile) -> Iterator[bytes]:
        for block in file.blocks():
            self.session.patience.wait(0)
            yield block

    def _require_same(self, file: LocalFile, remote: RemoteFile, known: Mapping[str, str]) -> None:
        if not remote.is_complete:
            raise FileFault(f"{file.key}: the server says it is {remote.status}. {remote.failure}".rstrip())
        if remote.is_read and (fault := difference(file, remote, known)):
            raise FileFault(f"{file.key}: the server has other bytes than were sent: {fault}")
