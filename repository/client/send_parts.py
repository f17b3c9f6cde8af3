"""A large file in parts, several at a time, straight to where the server wants them (the contract's transfer ``M``).

What the server has of an earlier run is not sent again.  An address that does not work any more is asked for anew.
"""

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit, urlunsplit

from repository.client.api_session import BYTES, ApiSession, is_signed, refusal
from repository.client.client_errors import ConnectionLost, ContractBroken, FileFault, Refused, Stopped
from repository.client.connections import ApiAnswer, SentBody
from repository.client.crew import Crew
from repository.client.files_here import LocalFile, digest_of
from repository.client.remote_files import RemoteFile, remote_file
from repository.client.transfer_progress import Progress, RunningFile


class NoParts(Exception):
    """The server does not take files in parts."""


@dataclass(eq=False)
class FileInParts:
    """The upload of one file; `finished` is called when all parts are there, `failed` when it cannot go on."""

    session: ApiSession
    record: str
    file: LocalFile
    running: RunningFile
    progress: Progress
    crew: Crew
    finished: Callable[["FileInParts"], None]
    failed: Callable[["FileInParts", Exception], None]
    part_size: int = 0
    _left: set[int] = field(default_factory=set)
    _urls: dict[int, str] = field(default_factory=dict)
    _digests: dict[int, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_failed: bool = False

    def begin(self, there: RemoteFile | None, part_size: int) -> None:
        """Name the file, or go on with one that was begun, and add a task for each part; raise `NoParts`."""
        entry = self._name(part_size) if there is None else self._asked()
        if not self._go_on(entry):
            self.crew.add(partial(self.finished, self), urgent=True)

    def send_again(self) -> bool:
        """Add tasks for parts that the server says are missing; tell whether there are any."""
        return self._go_on(self._asked())

    def _name(self, part_size: int) -> RemoteFile:
        self.part_size = part_size
        parts = -(-self.file.size // self.part_size)
        transfer = {"type": "M", "parts": parts, "part_size": self.part_size}
        declaration = [{"key": self.file.key, "size": self.file.size, "transfer": transfer}]
        try:
            reply = self.session.ask(
                f"Name {self.file.key}", "POST", self.session.files_url(self.record, draft=True), declaration
            )
        except Refused as error:
            if any("transfer" in fault["field"] for fault in error.errors):
                raise NoParts from error
            raise
        entries = [entry for entry in (reply or {}).get("entries", ()) if entry.get("key") == self.file.key]
        return remote_file(entries[0]) if entries else self._asked()

    def _asked(self) -> RemoteFile:
        url = self.session.file_url(self.record, self.file.key, draft=True)
        return remote_file(self.session.ask(f"Ask for the parts of {self.file.key}", "GET", url))

    def _go_on(self, entry: RemoteFile) -> bool:
        size = entry.transfer.get("part_size")
        self.part_size = size if isinstance(size, int) and size > 0 else self.part_size
        if not self.part_size:
            raise ContractBroken(f"{self.file.key}: the server does not tell the size of parts")
        count = -(-self.file.size // self.part_size)
        urls = dict(self._addresses(entry))
        with self._lock:
            self._urls = urls
            self._left = {number for number in range(1, count + 1) if number in urls}
            left = sorted(self._left)
        self.progress.again(self.running, self.file.size - sum(map(self._size, left)))
        for number in reversed(left):
            self.crew.add(partial(self._send, number), urgent=True)
        return bool(left)

    def _addresses(self, entry: RemoteFile) -> Iterator[tuple[int, str]]:
        """Yield addresses by the numbers of parts; our server names only those that are not there yet."""
        parts = entry.links.get("parts")
        for part in parts if isinstance(parts, list) else ():
            number, url = part.get("part"), part.get("url")
            if isinstance(number, int) and isinstance(url, str):
                yield number, self._known_address(url, entry)

    def _known_address(self, url: str, entry: RemoteFile) -> str:
        """Return an address of the API by the name that we know the server by."""
        target, own = urlsplit(url), urlsplit(str(entry.links.get("self") or self.session.server))
        if is_signed(url) or (target.scheme, target.netloc) != (own.scheme, own.netloc):
            return url
        home = urlsplit(self.session.server)
        return urlunsplit((home.scheme, home.netloc, target.path, target.query, ""))

    def _size(self, number: int) -> int:
        return min(self.part_size, self.file.size - (number - 1) * self.part_size)

    def _send(self, number: int) -> None:
        if self._is_failed:
            return
        try:
            self._send_part(number)
        except Stopped:
            raise
        except (Refused, FileFault, ContractBroken, ConnectionLost) as error:
            with self._lock:
                is_first, self._is_failed = not self._is_failed, True
            if is_first:
                self.failed(self, error)
            return
        with self._lock:
            self._left.discard(number)
            is_last = not self._left
        if is_last:
            self.finished(self)

    def _send_part(self, number: int) -> None:
        """Send one part; an address that is refused is asked for anew, as it may have grown old."""
        act = f"Send part {number} of {self.file.key}"
        patience = self.session.patience
        for attempt in range(1, patience.tries + 1):
            sent = _Counted(self, number)
            answer = patience.ask(act, partial(self._put, number, sent))
            content = answer.read_all()
            if 200 <= answer.status < 300:
                return
            sent.reset()
            if answer.status in (401, 404, 413) or attempt == patience.tries:
                raise refusal(act, answer.status, content)
            patience.pause(attempt)
            urls = dict(self._addresses(self._asked()))
            if number not in urls:
                self.progress.advance(self.running, self._size(number))
                return
            self._urls[number] = urls[number]

    def _put(self, number: int, sent: "_Counted") -> ApiAnswer:
        url = self._urls[number]
        body = SentBody(self._size(number), sent.blocks)
        kind = {} if is_signed(url) else {"Content-Type": BYTES}
        return self.session.send("PUT", url, {**kind, "Content-MD5": self._md5(number)}, body)

    def _md5(self, number: int) -> str:
        """Return the value of ``Content-MD5`` (RFC 1864), without which some stores keep a part that was cut.

        It is no ``x-amz-…`` header, and so need not be among those that the address signs.
        """
        if number not in self._digests:
            blocks = self.file.blocks((number - 1) * self.part_size, self._size(number))
            self._digests[number] = base64.b64encode(bytes.fromhex(digest_of(blocks, "md5"))).decode()
        return self._digests[number]


@dataclass
class _Counted:
    """The bytes of one part, counted as they go; a second try counts anew."""

    upload: FileInParts
    number: int
    sent: int = 0

    def blocks(self) -> Iterator[bytes]:
        """Yield the part's bytes."""
        self.reset()
        upload = self.upload
        for block in upload.file.blocks((self.number - 1) * upload.part_size, upload._size(self.number)):
            upload.session.patience.wait(0)
            yield block
            self.sent += len(block)
            upload.progress.advance(upload.running, len(block))

    def reset(self) -> None:
        self.upload.progress.advance(self.upload.running, -self.sent)
        self.sent = 0
