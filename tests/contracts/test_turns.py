"""Writers of one SQLite file take turns, threads and processes alike, and a dead one holds nobody up."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from repository.core.file_lock import FileLock

HOLD = """
import sys
from pathlib import Path
from repository.core.file_lock import FileLock
with FileLock(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def holder(path: Path) -> "subprocess.Popen[str]":
    """A process that has the turn until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    return process


def test_threads_never_have_the_turn_together(tmp_path: Path) -> None:
    turn, inside, most = FileLock(tmp_path / "turn"), [0], []

    def write() -> None:
        for _ in range(200):
            with turn:
                inside[0] += 1
                most.append(inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turn.close()
    assert len(most) == 800
    assert max(most) == 1


@pytest.mark.process
@pytest.mark.parametrize("end", ["done", "killed"])
def test_another_process_waits_until_the_holder_is_done_or_dead(tmp_path: Path, end: str) -> None:
    path = tmp_path / "turn"
    other, turn, got = holder(path), FileLock(path), threading.Event()

    def take() -> None:
        with turn:
            got.set()

    waiting = threading.Thread(target=take)
    waiting.start()
    early = got.wait(0.2)
    if end == "killed":
        other.kill()
    other.communicate()
    waiting.join(30)
    turn.close()
    assert not early
    assert got.is_set()


def test_a_block_that_fails_gives_its_turn_back(tmp_path: Path) -> None:
    turn = FileLock(tmp_path / "turn")
    with pytest.raises(KeyError), turn:
        raise KeyError
    with turn:
        assert (tmp_path / "turn").exists()
    turn.close()
