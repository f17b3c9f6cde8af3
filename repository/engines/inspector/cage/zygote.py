"""The process that the house starts: it forks caged children and never looks into a file itself.

Its standard input is the socket on which the house sends names and sizes as JSON, with the child's line and, for files
of this machine, descriptors that can only read.  When the child has ended it answers how.  It ends when the house
closes the socket, or asks nothing for `IDLE_SECONDS`.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
from typing import Any, NoReturn

from repository.engines.inspector.cage import walls
from repository.engines.inspector.cage.lines import TOLD, as_bytes, send
from repository.engines.inspector.cage.look import look
from repository.engines.inspector.cage.parsers import PARSERS, load, load_encodings
from repository.engines.inspector.cage.reasons import NeedsParser, NoPreview, Reason
from repository.engines.inspector.cage.sources import RawSource, opened_source, served_source

IDLE_SECONDS = 60.0
PROCESSOR_SECONDS = 10
WALL_SECONDS = 60.0
MEMORY = 384 << 20
"""bytes that a child may have beside those of the libraries"""
MOST_ASKED = 64 << 10
MOST_FILES = 32
"""that one child may read: those of one depositor"""


def main() -> None:
    """Serve the house until it is done."""
    _into_an_empty_folder()
    walls.leave_network()
    load_encodings()
    gc.freeze()  # what is there now is not written to by the collector of a child, and so not copied
    house = socket.socket(fileno=0)
    house.sendall(as_bytes({"walls": _are_walls_high()}))
    while select.select([house], [], [], IDLE_SECONDS)[0]:
        message, descriptors, _, _ = socket.recv_fds(house, MOST_ASKED, MOST_FILES + 1)
        if not message:
            return
        house.sendall(as_bytes(_serve(house, json.loads(message), descriptors)))


def _into_an_empty_folder() -> None:
    """Work in a folder without a name: nothing can be made in it, nothing is left of it."""
    try:
        folder = tempfile.mkdtemp(prefix="repository-cage-")
    except OSError:  # a machine without a place for temporary files has none where a child could leave one
        return
    os.chdir(folder)
    os.rmdir(folder)


def _are_walls_high() -> bool:
    child = os.fork()
    if child == 0:
        walls.limit_resources(MEMORY, PROCESSOR_SECONDS)
        os._exit(42 if walls.raise_filter() and walls.are_high() else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


def _serve(house: socket.socket, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
    """Fork a child for the files, wait for its end, and return how it ended."""
    fault = _import(request.get("parser"))
    ended, ends = os.pipe()  # a child has an end of it for as long as it lives
    child = -1 if fault else os.fork()
    if child == 0:
        house.close()
        _in_the_cage(request, descriptors)
    for descriptor in (ends, *descriptors):
        os.close(descriptor)
    try:
        return {"fault": fault} if fault else {"ended": _end_of(child, ended)}
    finally:
        os.close(ended)


def _import(name: str | None) -> str:
    if name is None:
        return ""
    if name not in PARSERS:
        return Reason.CRASHED.value
    try:
        if name not in sys.modules:
            load(name)
            gc.freeze()
    except ImportError:
        return Reason.NO_LIBRARY.value
    return ""


def _end_of(child: int, ended: int) -> int | str:
    """Return the child's exit code, negative for a signal, or `TOO_SLOW` if it had to be ended."""
    in_time = bool(select.select([ended], [], [], WALL_SECONDS)[0])
    os.kill(child, signal.SIGKILL)  # nothing to one that has ended; another one has only let go of the pipe
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if in_time and code != -signal.SIGXCPU else Reason.TOO_SLOW.value


def _in_the_cage(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Read the files behind the walls, tell of each what was seen, and end, whatever happens."""
    code = 1
    try:
        line = socket.socket(fileno=descriptors[0])
        walls.limit_resources(MEMORY, PROCESSOR_SECONDS)
        if walls.raise_filter():
            for place, file in enumerate(request["files"]):
                send(line, TOLD, as_bytes(_told(_source(line, descriptors[1:], place, file["size"]), file["name"])))
            code = 0
    finally:
        os._exit(code)


def _source(line: socket.socket, opened: list[int], place: int, size: int) -> RawSource:
    return opened_source(opened[place], size) if opened else served_source(line, size)


def _told(source: RawSource, name: str) -> dict[str, Any]:
    try:
        return look(source, name)
    except NeedsParser as need:
        return {"needs": need.name}
    except NoPreview as refusal:
        return {"reason": refusal.reason.value}
    except MemoryError:
        return {"reason": Reason.TOO_MUCH_MEMORY.value}


if __name__ == "__main__":
    main()
    sys.exit(0)
