"""One file is downloaded: large ones by several ranges at once, each from where an earlier run ended.

The bytes gather in a ``.part`` file; beside it stands what is known of them: the tag of the bytes (RFC 9110, 8.8.3),
so that a range is only joined to bytes of the same file (``If-Range``), and which ranges are there.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from repository.client.api_session import ApiSession, refusal
from repository.client.client_errors import ClientError, ConnectionLost, FileFault, Stopped
from repository.client.connections import ApiAnswer, BrokenConnection
from repository.client.crew import Crew
from repository.client.files_here import BLOCK_BYTES, digest_of
from repository.client.remote_files import RemoteFile
from repository.client.transfer_progress import Progress, RunningFile

RANGE_BYTES = 16 << 20
"""Files that are larger come by ranges of this size."""
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class OtherBytes(FileFault):
    """What arrived is not the file of the record, or cannot be joined to what is here."""


class CutBody(BrokenConnection):
    """The body ended before its end; `position` is where in the file."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


@dataclass
class _Span:
    """Bytes to fetch, from `begin` to `end`; `is_first` of the request that learns what the server can do."""

    begin: int
    end: int
    is_first: bool = False


@dataclass(eq=False)
class FileFetch:
    """The download of one file into `part`; `ended` is told whether its bytes are right, or why they are not."""

    session: ApiSession
    url: str
    remote: RemoteFile
    part: Path
    running: RunningFile
    progress: Progress
    crew: Crew
    ended: Callable[["FileFetch", ClientError | None], None]
    is_resumed: bool = False
    _etag: str = ""
    _done: set[int] = field(default_factory=set)
    _left: set[int] = field(default_factory=set)
    _is_ended: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size(self) -> int:
        return self.remote.size or 0

    def begin(self) -> None:
        """Fetch what is missing; other tasks take the other ranges, if the server has ranges."""
        self._guarded(self._begin)

    def _begin(self) -> None:
        self._remember()
        if not self.part.exists():
            self.part.touch()
        ranges = range(max(-(-self.size // RANGE_BYTES), 1))
        self._left = {number for number in ranges if number not in self._done}
        here = self.part.stat().st_size if len(ranges) == 1 else 0
        if not self._left or here == self.size:
            self._check()
        else:
            self._fetch_range(min(self._left), here, is_first=True)

    def _fetch_range(self, number: int, here: int = 0, *, is_first: bool = False) -> None:
        """Fetch a range, of which the first bytes may be `here`; the last one to end compares the whole."""
        begin = number * RANGE_BYTES
        self._fetch(_Span(begin + min(here, self.size), min(begin + RANGE_BYTES, self.size), is_first))
        with self._lock:
            self._done.add(number)
            self._left.discard(number)
            is_last = not self._left
            self._save()
        if is_last:
            self._check()

    def _fetch(self, span: _Span) -> None:
        """Bring the bytes of a span; after a break go on where it was, as long as something new comes."""
        patience, attempt, furthest = self.session.patience, 0, span.begin
        while span.begin < span.end:
            try:
                self._receive(span)
            except CutBody as error:
                attempt = attempt + 1 if error.position <= furthest else 1
                furthest = span.begin = max(error.position, 0)
                if attempt > patience.tries:
                    raise ConnectionLost(f"Download {self.remote.key}: {error}") from error
                patience.pause(attempt)

    def _receive(self, span: _Span) -> None:
        headers = {"Accept": "*/*"}
        if span.begin or span.end < self.size:
            headers["Range"] = f"bytes={span.begin}-{span.end - 1}"
            if self._etag:
                headers["If-Range"] = self._etag
        answer = self.session.open(f"Download {self.remote.key}", self.url, headers)
        if answer.status == 200:
            self._take_whole(answer, span)
        elif answer.status == 206:
            self._require_range(answer, span)
        elif answer.status == 416:
            answer.done()
            raise OtherBytes(f"{self.remote.key}: the server does not have these bytes any more")
        else:
            raise refusal(f"Download {self.remote.key}", answer.status, answer.read_all())
        self._write(answer, span)

    def _take_whole(self, answer: ApiAnswer, span: _Span) -> None:
        """Take all bytes from a server that has no ranges, or has another file now."""
        if not span.is_first:
            answer.done()
            raise OtherBytes(f"{self.remote.key}: the server sends the whole file instead of a part")
        with self._lock:
            self._etag, self._done, self._left = _strong(answer), set(), {0}
            self._save()
        self.progress.again(self.running)
        span.begin, span.end = 0, self.size

    def _require_range(self, answer: ApiAnswer, span: _Span) -> None:
        range_told = _CONTENT_RANGE.fullmatch(answer.header("Content-Range"))
        tag = _strong(answer)
        with self._lock:
            self._etag, is_same = self._etag or tag, tag in ("", self._etag or tag)
        if range_told is None or int(range_told[1]) != span.begin or range_told[3] not in ("*", str(self.size)):
            is_same = False
        if not is_same:
            answer.done()
            raise OtherBytes(f"{self.remote.key}: the file is another one now")
        if span.is_first:
            span.is_first = False
            self._share(span)

    def _share(self, span: _Span) -> None:
        """Let others fetch the other ranges."""
        with self._lock:
            self._save()
            others = sorted(self._left - {span.begin // RANGE_BYTES}, reverse=True)
        for number in others:
            self.crew.add(partial(self._guarded, partial(self._fetch_range, number)), urgent=True)

    def _write(self, answer: ApiAnswer, span: _Span) -> None:
        """Write the body; raises `CutBody`, and Stopped when another range has failed."""
        with self.part.open("r+b") as stream:
            stream.seek(span.begin)
            while span.begin < span.end:
                self.session.patience.wait(0)
                if self._is_ended:
                    answer.done()
                    raise Stopped
                try:
                    block = answer.read(min(BLOCK_BYTES, span.end - span.begin))
                except BrokenConnection as error:
                    raise CutBody(span.begin, str(error)) from error
                if not block:
                    answer.done()
                    raise CutBody(span.begin, "the body ended too early")
                stream.write(block)
                span.begin += len(block)
                self.progress.advance(self.running, len(block))
        answer.done()

    def _check(self) -> None:
        """Compare the bytes with the digest that the record tells, and end."""
        algorithm = self.remote.algorithm
        actual = self.part.stat().st_size
        if algorithm and actual == self.size:
            with self.part.open("rb") as stream:
                digest = digest_of(iter(partial(stream.read, BLOCK_BYTES), b""), algorithm)
            fault = "" if digest == self.remote.digests[algorithm] else f"{algorithm}:{digest} arrived"
        else:
            fault = "" if actual == self.size else f"{actual} bytes arrived"
        if fault:
            raise OtherBytes(f"{self.remote.key}: the bytes are not those of the record: {fault}")
        self._state.unlink(missing_ok=True)
        self._end(None)

    def _guarded(self, task: Callable[[], None]) -> None:
        """Run a part of the download; the first fault ends it for all parts."""
        if self._is_ended:
            return
        try:
            task()
        except OSError as error:
            self._end(FileFault(f"{self.remote.key}: {error.strerror or error}"))
        except OtherBytes as error:
            self._forget()
            self._end(error)
        except ClientError as error:
            self._end(error)

    def _end(self, error: ClientError | None) -> None:
        with self._lock:
            if self._is_ended:
                return
            self._is_ended = True
        self.ended(self, error)

    @property
    def _state(self) -> Path:
        return self.part.with_suffix(".json")

    def _remember(self) -> None:
        """Take over what an earlier run has left of these very bytes; remove anything else."""
        try:
            state = json.loads(self._state.read_text("utf-8"))
            if state["file"] != self._identity or not self.part.exists():
                raise ValueError
            self._etag, self._done = str(state["etag"]), {int(number) for number in state["done"]}
            self.is_resumed = True
        except (OSError, ValueError, KeyError, TypeError):
            self._forget()
            self._save()
            return
        is_one = self.size <= RANGE_BYTES
        self.progress.again(
            self.running, self.part.stat().st_size if is_one else sum(map(self._range_size, self._done))
        )

    def _range_size(self, number: int) -> int:
        return max(min(RANGE_BYTES, self.size - number * RANGE_BYTES), 0)

    @property
    def _identity(self) -> list[object]:
        return [self.remote.key, self.remote.size, dict(self.remote.digests)]

    def _save(self) -> None:
        state = {"file": self._identity, "etag": self._etag, "done": sorted(self._done)}
        new = self._state.with_suffix(".new")
        new.write_text(json.dumps(state), "utf-8")
        new.replace(self._state)

    def _forget(self) -> None:
        with self._lock:
            self.part.unlink(missing_ok=True)
            self._state.unlink(missing_ok=True)
            self._etag, self._done = "", set()


def _strong(answer: ApiAnswer) -> str:
    """Return the strong tag of a reply, empty without one; a weak one does not tell bytes apart."""
    tag = answer.header("ETag")
    return "" if tag.startswith("W/") else tag
