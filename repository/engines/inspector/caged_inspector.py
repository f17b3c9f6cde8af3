"""Look into files by a process in a cage, which is started when it is needed.

The process gets a few files of one depositor at a time: open descriptors that can only read, or the ranges that it asks
for, as far as a budget goes.  It has no environment, no other descriptor of ours, and no way to us but what it tells
(`findings`).  A file of which nothing is told, because its child has ended, is looked into once more by itself: then
how the child ended is the reason.
"""

import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from repository.core.errors import NotFound, RepositoryError
from repository.engines.inspector.cage.lines import Broken
from repository.engines.inspector.cage.reasons import Reason
from repository.engines.inspector.cage_process import ANSWER_SECONDS, BEGIN, CageProcess, Lost
from repository.engines.inspector.findings import GARBAGE, REASONS, Distrusted, finding_of, needed_parser, told_by
from repository.engines.inspector.port import FileToInspect, Finding
from repository.engines.inspector.served_ranges import told_of
from repository.engines.store.port import ByteStore

MOST_TOGETHER, BYTES_TOGETHER = 32, 8 << 20
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Group:
    """Files for one child, by their places among all, and the library that they need."""

    places: tuple[int, ...]
    parser: str = ""


@dataclass(slots=True)
class Heard:
    """What one child told of its first files; `ending` is why it told no more."""

    report: list[Mapping[str, Any]] = field(default_factory=list)
    ending: Finding = GARBAGE


class CagedInspector:
    """An inspector with one process; threads wait for each other."""

    is_looking = True

    def __init__(self, begin: str = BEGIN) -> None:
        self._begin = begin
        self._lock = threading.Lock()
        self._cage: CageProcess | None = None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._forget()

    def inspect(self, store: ByteStore, files: Sequence[FileToInspect]) -> Sequence[Finding]:
        """Return what is in the files (see the port)."""
        findings: dict[int, Finding] = {}
        waiting = deque(_groups(files))
        while waiting:
            group = waiting.popleft()
            with self._lock:
                heard = self._look(store, [files[place] for place in group.places], group.parser)
            waiting.extend(_take(group, heard, findings))
        return [findings[place] for place in range(len(files))]

    def _look(self, store: ByteStore, files: Sequence[FileToInspect], parser: str) -> Heard:
        """Have a child look into files; a process that had ended before the question is replaced."""
        for _ in range(2):
            cage = self._running()
            if cage is None:
                break
            ours, theirs = socket.socketpair()
            ours.settimeout(ANSWER_SECONDS)
            with ours:
                try:
                    with theirs:
                        _ask(cage, store, files, parser, theirs)
                except Lost:
                    self._forget()
                    continue
                except FileNotFoundError:
                    return Heard(ending=_of_machine(Reason.UNREADABLE))
                return self._hear(cage, ours, store, files)
        return Heard(ending=_of_machine(Reason.NO_CAGE))

    def _hear(self, cage: CageProcess, line: socket.socket, store: ByteStore, files: Sequence[FileToInspect]) -> Heard:
        """Hear a child until it has told of all files, or has ended."""
        heard = Heard()
        try:
            for payload in told_of(line, store, files):
                heard.report.append(told_by(payload))
            self._end_of_child(cage)
        except (Broken, Distrusted):
            line.close()  # a child that waits for us ends
            heard.ending = self._end_of_child(cage)
        except TimeoutError:
            self._forget()
            heard.ending = Finding(reason=Reason.TOO_SLOW.value)
        except NotFound:
            self._forget()
            heard.ending = _of_machine(Reason.UNREADABLE)
        except RepositoryError:
            self._forget()
            raise
        return heard

    def _end_of_child(self, cage: CageProcess) -> Finding:
        """Return why a child that told too little has ended."""
        try:
            answer = cage.answer()
        except Lost:
            self._forget()
            return GARBAGE
        reason = answer.get("fault") or answer.get("ended")
        return Finding(reason=reason) if isinstance(reason, str) and reason in REASONS else GARBAGE

    def _running(self) -> CageProcess | None:
        """Return the process, None if this machine cannot build the cage."""
        if self._cage is not None and self._cage.has_ended:
            self._forget()
        if self._cage is None:
            try:
                self._cage = CageProcess.start(self._begin)
            except Lost:
                log.error("the cage for files does not begin")
                return None
        if not self._cage.is_safe:
            log.error("this machine cannot build the cage: nothing looks into files")
            return None
        return self._cage

    def _forget(self) -> None:
        if self._cage is not None:
            self._cage.end()
            self._cage = None


def _groups(files: Sequence[FileToInspect]) -> Iterator[Group]:
    """Yield small files together and large ones alone."""
    places: list[int] = []
    total = 0
    for place, file in enumerate(files):
        if places and (len(places) == MOST_TOGETHER or total + file.size > BYTES_TOGETHER):
            yield Group(tuple(places))
            places, total = [], 0
        places.append(place)
        total += file.size
    if places:
        yield Group(tuple(places))


def _take(group: Group, heard: Heard, findings: dict[int, Finding]) -> Iterator[Group]:
    """Keep what was heard of a group, and yield what has to be looked into again."""
    by_parser: dict[str, list[int]] = {}
    for place, report in zip(group.places, heard.report, strict=False):
        parser = needed_parser(report)
        if parser and not group.parser:
            by_parser.setdefault(parser, []).append(place)
        else:
            findings[place] = _believed(report)
    rest = group.places[len(heard.report) :]
    if len(rest) == 1 and len(group.places) == 1:
        findings[rest[0]] = heard.ending
    elif rest:
        yield Group(rest[:1], group.parser)
        if rest[1:]:
            yield Group(rest[1:], group.parser)
    for parser, places in by_parser.items():
        yield Group(tuple(places), parser)


def _believed(report: Mapping[str, Any]) -> Finding:
    try:
        return finding_of(report)
    except Distrusted:
        log.warning("the cage told what no reader tells")
        return GARBAGE


def _of_machine(reason: Reason) -> Finding:
    return Finding(reason=reason.value, is_final=False)


def _ask(cage: CageProcess, store: ByteStore, files: Sequence[FileToInspect], parser: str, line: socket.socket) -> None:
    """Ask for files, with open descriptors if they are on this machine."""
    named = [{"name": file.name[-200:], "size": file.size} for file in files]
    paths = [path for file in files if (path := store.local_path(file.object_key)) is not None]
    cage.ask({"files": named, "parser": parser or None}, line, paths)
