"""How far a run is: a bar for all and a line for each running file.

Where there is no terminal, plain lines now and then.
"""

import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
DRAWN_SECONDS = 0.25
PLAIN_SECONDS = 10.0
REMEMBERED_SECONDS = 20.0
"""what the present rate is taken from"""
MOST_SHOWN = 8
"""running files that have a line of their own"""
BAR = 24


@dataclass(eq=False)
class RunningFile:
    """A file on its way; `size` and `done` in bytes."""

    key: str
    size: int
    done: int = 0


@dataclass
class Progress:
    """Counts what was done; several threads tell it."""

    files: int = 0
    size: int = 0
    files_done: int = 0
    done: int = 0
    running: list[RunningFile] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, files: int, size: int) -> None:
        """Count `files` more, with `size` bytes together."""
        with self._lock:
            self.files += files
            self.size += size

    def begin(self, key: str, size: int) -> RunningFile:
        """Show a file until `end`."""
        file = RunningFile(key, size)
        with self._lock:
            self.running.append(file)
        return file

    def end(self, file: RunningFile, *, is_whole: bool) -> None:
        """Show the file no more; of one that is not whole nothing is counted."""
        with self._lock:
            self.running.remove(file)
            self.files_done += is_whole
            self.done += (file.size if is_whole else 0) - file.done

    def again(self, file: RunningFile, done: int = 0) -> None:
        """Count a file anew, from `done` bytes on."""
        self.advance(file, done - file.done)

    def advance(self, file: RunningFile, size: int) -> None:
        with self._lock:
            file.done += size
            self.done += size

    def shown(self) -> tuple[str, list[RunningFile]]:
        """Return counts as words, and the running files that are shown."""
        with self._lock:
            words = f"{self.files_done}/{self.files} files, {in_units(self.done)} of {in_units(self.size)}"
            return words, sorted(self.running, key=lambda file: -file.size)[:MOST_SHOWN]


@dataclass
class ProgressView:
    """Writes the state of `progress` to `stream` until its block ends; writes nothing without a stream."""

    progress: Progress
    stream: TextIO | None
    _ended: threading.Event = field(default_factory=threading.Event)
    _points: deque[tuple[float, int]] = field(default_factory=deque)
    _lines: int = 0

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        """Show the progress while the block runs."""
        if self.stream is None:
            yield self.progress
            return
        thread = threading.Thread(target=self._repeat, daemon=True)
        thread.start()
        try:
            yield self.progress
        finally:
            self._ended.set()
            thread.join()

    def _repeat(self) -> None:
        assert self.stream is not None
        is_drawn = self.stream.isatty()
        while not self._ended.wait(DRAWN_SECONDS if is_drawn else PLAIN_SECONDS):
            self._write(is_drawn)
        self._write(is_drawn, last=True)

    def _write(self, is_drawn: bool, *, last: bool = False) -> None:
        assert self.stream is not None
        rate = self._rate()
        words, running = self.progress.shown()
        head = f"{words}{self._pace(rate)}"
        if not is_drawn:
            self.stream.write(f"{head}\n")
        else:
            width = shutil.get_terminal_size().columns - 1
            share = self.progress.done / self.progress.size if self.progress.size else 1.0
            lines = [f"{_bar(share)} {head}", *(() if last else map(_line, running))]
            self.stream.write(f"\x1b[{self._lines}F" if self._lines else "")
            self.stream.write("".join(f"\x1b[2K{_cut(line, width)}\n" for line in lines) + "\x1b[0J")
            self._lines = len(lines)
        self.stream.flush()

    def _rate(self) -> float:
        """Return bytes in a second, of the last seconds."""
        now = time.monotonic()
        self._points.append((now, self.progress.done))
        while len(self._points) > 2 and now - self._points[0][0] > REMEMBERED_SECONDS:
            self._points.popleft()
        (begin, before), (end, after) = self._points[0], self._points[-1]
        return max(after - before, 0) / (end - begin) if end > begin else 0.0

    def _pace(self, rate: float) -> str:
        if not rate:
            return ""
        left = max(self.progress.size - self.progress.done, 0) / rate
        return f", {in_units(round(rate))}/s, {in_time(left)} left"


def in_units(size: int) -> str:
    """Return a number of bytes as people read it, ``12.3 MB``, in powers of 1000."""
    number, unit = float(size), 0
    while number >= 999.5 and unit + 1 < len(UNITS):
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {UNITS[unit]}" if unit == 0 or number >= 100 else f"{number:.1f} {UNITS[unit]}"


def in_time(seconds: float) -> str:
    """Return a duration as ``0:42`` or ``3:05:00``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def plain(text: str) -> str:
    """Return a file's name without what could steer a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _line(file: RunningFile) -> str:
    share = file.done / file.size if file.size else 1.0
    return f"  {share:4.0%} of {in_units(file.size):>8}  {plain(file.key)}"


def _bar(share: float) -> str:
    filled = round(min(max(share, 0.0), 1.0) * BAR)
    return f"[{'#' * filled}{'.' * (BAR - filled)}]"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: max(width - 1, 1)]}…"
