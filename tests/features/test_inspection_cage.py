"""The cage, from the inside: what somebody can do who has taken over a reader of files, and for how long."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from repository.engines.inspector.cage_process import CageProcess
from repository.engines.inspector.caged_inspector import CagedInspector
from repository.engines.inspector.findings import Distrusted, finding_of, told_by
from repository.engines.inspector.port import FileToInspect, Finding
from repository.engines.store.local_store import LocalStore

pytestmark = [pytest.mark.process, pytest.mark.slow]

EVIL = """
import sys; sys.path.insert(0, sys.argv[1])
import ctypes, json, mmap, os, resource, signal, socket
from repository.engines.inspector.cage import zygote
zygote.WALL_SECONDS = 1.0
libc = ctypes.CDLL(None, use_errno=True)
def refused_by_errno(result):
    if result == -1:
        raise PermissionError(ctypes.get_errno())
    return result
TRIES = {
    "a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "a pair of sockets": lambda: socket.socketpair(),
    "a file of the system": lambda: open("/etc/passwd").read(),
    "another object of the store": lambda: open(SECRET).read(),
    "the secrets of its parent": lambda: open("/proc/%d/environ" % os.getppid()).read(),
    "a look at a file": lambda: os.stat("/etc/passwd"),
    "a list of a folder": lambda: os.listdir("/"),
    "a new file": lambda: open("/tmp/made-by-a-parser", "w"),
    "a process": lambda: os.fork(),
    "a program": lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),
    "a signal to its parent": lambda: os.kill(os.getppid(), 0),
    "higher limits": lambda: refused_by_errno(libc.prctl(4, 1, 0, 0, 0)),
    "a trace of its parent": lambda: refused_by_errno(libc.ptrace(16, os.getppid(), 0, 0)),
    "memory that runs": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "a change of the object": lambda: os.write(DESCRIPTOR, b"x"),
    "a change of its mode": lambda: os.fchmod(DESCRIPTOR, 0o777),
}
def attempts(source):
    global DESCRIPTOR
    DESCRIPTOR = zygote_opened[-1]
    done = []
    for name, attempt in TRIES.items():
        try:
            attempt()
            done.append(name)
        except (OSError, ValueError):
            pass
    return done
def look(source, name):
    if name == "hangs":
        while True: pass
    if name == "dies": ctypes.string_at(0)
    if name == "ends": os._exit(0)
    if name == "eats": bytearray(1 << 40)
    if name == "lies": return {"format": "html5", "kind": "program", "body": {"x": 1}}
    if name == "floods": return {"format": "text", "kind": "text", "body": {"text": "x" * 5_000_000}}
    if name == "escapes":
        return {"format": "text", "kind": "text", "body": {"done": attempts(source), "tries": len(TRIES)}}
    return {"format": "text", "kind": "text", "body": {"environment": dict(os.environ), "descriptors": descriptors()}}
def descriptors():
    there = []
    for number in range(256):
        try:
            os.lseek(number, 0, os.SEEK_CUR)
            there.append(number)
        except OSError as error:
            if error.errno != 9:
                there.append(number)
    return there
zygote_opened = []
def opened_source(descriptor, size):
    zygote_opened.append(descriptor)
    return zygote.sources_opened(descriptor, size)
zygote.sources_opened, zygote.opened_source = zygote.opened_source, opened_source
zygote.look = look
zygote.main()
"""
NAMES = ("fine", "hangs", "dies", "ends", "eats", "lies", "floods", "escapes")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    opened = LocalStore(tmp_path / "store")
    opened.write("secret", io.BytesIO(b"of another depositor"), limit=100)
    for name in NAMES:
        opened.write(name, io.BytesIO(b"x"), limit=100)
    return opened


@pytest.fixture
def taken_over(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[CagedInspector]:
    """A cage whose reader is in the hands of whoever wrote the file."""
    monkeypatch.setenv("REPOSITORY_DATABASE_URL", "postgresql://user:password@host/x")
    path = store.local_path("secret")
    with closing(CagedInspector(EVIL.replace("SECRET", repr(str(path))))) as inspector:
        yield inspector


def test_a_reader_that_was_taken_over_reaches_nothing_and_ends_in_time(
    taken_over: CagedInspector, store: LocalStore
) -> None:
    found = taken_over.inspect(store, [FileToInspect(name, 1, name) for name in NAMES])
    by_name = dict(zip(NAMES, found, strict=True))
    assert by_name["escapes"].body is not None
    assert by_name["escapes"].body["done"] == []
    assert by_name["escapes"].body["tries"] >= 16
    assert {name: finding.reason for name, finding in by_name.items()} == {
        "fine": "",
        "hangs": "too_slow",
        "dies": "crashed",
        "ends": "crashed",
        "eats": "too_much_memory",
        "lies": "crashed",
        "floods": "crashed",
        "escapes": "",
    }
    assert by_name["fine"].body is not None
    assert not any(
        "REPOSITORY" in name or "password" in text for name, text in by_name["fine"].body["environment"].items()
    )
    with store.open("escapes") as stored:
        assert stored.read() == b"x"


def test_a_process_that_was_killed_is_replaced_and_none_is_left_behind(
    taken_over: CagedInspector, store: LocalStore
) -> None:
    fine = [FileToInspect("fine", 1, "fine")]
    assert taken_over.inspect(store, fine)[0].kind == "text"
    process = taken_over._cage.process  # type: ignore[union-attr]
    process.kill()
    process.wait()
    assert taken_over.inspect(store, fine)[0].kind == "text"
    last = taken_over._cage.process  # type: ignore[union-attr]
    taken_over.close()
    assert last.poll() is not None


def test_a_machine_that_cannot_build_the_walls_looks_into_nothing(store: LocalStore) -> None:
    low = "import sys; sys.path.insert(0, sys.argv[1]); from repository.engines.inspector.cage import walls, zygote; "
    with closing(CagedInspector(f"{low} walls.raise_filter = lambda: True; zygote.main()")) as inspector:
        [finding] = inspector.inspect(store, [FileToInspect("fine", 1, "a.txt")])
    assert finding == Finding(reason="no_cage", is_final=False)


def test_the_process_has_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPOSITORY_STORE_URL", "s3://bucket")
    cage = CageProcess.start()
    try:
        environment = Path(f"/proc/{cage.process.pid}/environ").read_bytes()
        networks = Path(f"/proc/{cage.process.pid}/ns/net").readlink(), Path("/proc/self/ns/net").readlink()
        folder = Path(f"/proc/{cage.process.pid}/cwd").readlink()
        open_files = [link.readlink() for link in Path(f"/proc/{cage.process.pid}/fd").iterdir()]
    finally:
        cage.end()
    assert cage.is_safe
    assert b"REPOSITORY" not in environment
    assert b"HOME" not in environment
    assert str(folder).endswith("(deleted)"), "its folder is empty, and stays so"
    assert networks[0] != networks[1], "this machine allows a network of its own"
    assert all(str(link) == "/dev/null" or str(link).startswith("socket:") for link in open_files)


@pytest.mark.parametrize(
    "sent",
    [
        b"{",
        b"[]",
        b'{"format": "exe", "reason": "bomb"}',
        b'{"format": "text", "reason": "because"}',
        b'{"format": "text", "kind": "text", "body": []}',
        b'{"format": "text", "kind": "text", "body": {"text": "%s"}}' % (b"x" * 70_000),
        b'{"format": "text", "kind": "text", "body": {"a": %s}}' % (b"[" * 20 + b"]" * 20),
        b'{"format": "png", "kind": "image", "body": {"thumbnail": {"media_type": "image/svg+xml", "data": ""}}}',
        b'{"format": "png", "kind": "image", "body": {"thumbnail": {"media_type": "image/png", "data": "PHN2Zz4="}}}',
    ],
)
def test_what_no_reader_of_ours_tells_is_not_believed(sent: bytes) -> None:
    with pytest.raises(Distrusted):
        finding_of(told_by(sent))


def test_no_text_that_a_database_refuses_is_kept() -> None:
    found = finding_of(told_by(b'{"format": "text", "kind": "text", "body": {"te\\u0000xt": ["a\\u0000b"]}}'))
    assert found.body == {"text": ["ab"]}
