"""Read ROR's published dump, a JSON list of some hundred megabytes or a ZIP with one, in bounded memory."""

import codecs
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from repository.core.errors import Invalid

CHUNK = 1 << 18
LONGEST_ENTRY = 1 << 22
"""characters: the longest entries of ROR have some ten thousand"""
MOST_BYTES = 4 << 30
"""of JSON, so that no small ZIP fills the database"""
_VERSION_2 = "_schema_v2.json"
_DAMAGED = "The file is damaged or not complete."


@contextmanager
def opened_dump(path: Path) -> Iterator[IO[bytes]]:
    """Open the JSON of a dump; raise `Invalid` for a ZIP without JSON of version 2."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(_member(archive)) as stream:
                yield stream
        else:
            with path.open("rb") as stream:
                yield stream
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise Invalid(_DAMAGED) from error
    except OSError as error:
        raise Invalid(f"The file cannot be read: {error.strerror}.") from error


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    names = [info for info in archive.infolist() if info.filename.endswith(".json")]
    chosen = [info for info in names if info.filename.endswith(_VERSION_2)] or names
    if len(chosen) != 1:
        raise Invalid("The ZIP must have one file of ROR's schema, version 2.")
    if chosen[0].file_size > MOST_BYTES:
        raise Invalid(f"The list may have at most {MOST_BYTES} bytes.")
    return chosen[0]


def items_of(stream: IO[bytes]) -> Iterator[Any]:
    """Yield the items of a JSON list one by one; raise `Invalid` where it is none, or damaged."""
    try:
        yield from _ListReader(stream).items()
    except (UnicodeDecodeError, RecursionError) as error:
        raise Invalid(_DAMAGED) from error


class _ListReader:
    """Reads a list piece by piece; the buffer holds what is not read yet."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._text = codecs.getincrementaldecoder("utf-8-sig")()
        self._buffer = ""
        self._place = 0
        self._decoder = json.JSONDecoder()

    def items(self) -> Iterator[Any]:
        if self._mark() != "[":
            raise Invalid("The file is no list of organisations.")
        if self._peek() == "]":
            self._mark()
        else:
            mark = ","
            while mark == ",":
                yield self._item()
                mark = self._mark()
            if mark != "]":
                raise Invalid(_DAMAGED)
        if self._peek():
            raise Invalid(_DAMAGED)

    def _item(self) -> Any:
        self._peek()
        while True:
            try:
                item, self._place = self._decoder.raw_decode(self._buffer, self._place)
            except json.JSONDecodeError as error:
                if len(self._buffer) - self._place > LONGEST_ENTRY or not self._read():
                    raise Invalid(_DAMAGED) from error
            else:
                return item

    def _mark(self) -> str:
        mark = self._peek()
        self._place += len(mark)
        return mark

    def _peek(self) -> str:
        """Return the next character that is no blank, empty at the end."""
        while True:
            while self._place < len(self._buffer):
                character = self._buffer[self._place]
                if character not in " \t\r\n":
                    return character
                self._place += 1
            if not self._read():
                return ""

    def _read(self) -> bool:
        """Read on; return whether there was more."""
        more = self._stream.read(CHUNK)
        self._buffer, self._place = self._buffer[self._place :] + self._text.decode(more, final=not more), 0
        return bool(more)
