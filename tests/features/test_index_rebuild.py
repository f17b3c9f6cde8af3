"""A rebuild of the index: interrupted, resumed, and told how far it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import pytest
from click.testing import CliRunner, Result

from repository.core.actor import SYSTEM
from repository.core.errors import Conflict, Unavailable
from repository.engines.search.port import DocumentKind, SearchEngine
from repository.engines.services import Services
from repository.records.model import Version
from repository.search.index import differences, index_rebuild, rebuild
from repository.search.progress import Pace
from tests.conftest import Deposits, a_dataset

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
index_command = import_module("repository.search.index_commands")


@pytest.fixture
def filled(deposits: Deposits, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two drafts and three records with a file each, two to a batch."""
    monkeypatch.setattr(index_rebuild, "BATCH", 2)
    for _ in range(2):
        deposits.open()
    ids = [int(deposits.published()["id"]) for _ in range(3)]
    settle()
    return ids


@dataclass
class Steps:
    """Told the progress; fails with `error` when so many documents are done."""

    until: int = -1
    error: BaseException = field(default_factory=KeyboardInterrupt)
    told: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, done: int, total: int) -> None:
        self.told.append((done, total))
        if done == self.until:
            raise self.error


@pytest.mark.usefixtures("filled")
def test_progress_says_how_many_of_how_many(services: Services) -> None:
    steps = Steps()
    rebuild(services, steps)
    assert steps.told == [(done, 8) for done in (0, 2, 4, 5, 7, 8)]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("error", "until", "then"),
    [
        (KeyboardInterrupt(), 0, [0, 2, 4, 5, 7, 8]),
        (Unavailable("The database is away."), 4, [4, 5, 7, 8]),
        (KeyboardInterrupt(), 7, [7, 8]),
        (Unavailable("The store is away."), 8, [8]),
    ],
)
def test_an_interrupted_rebuild_is_resumed_where_it_was(
    services: Services, error: BaseException, until: int, then: list[int]
) -> None:
    with pytest.raises(type(error)):
        rebuild(services, Steps(until, error))
    assert list(differences(services)) == []
    steps = Steps()
    rebuild(services, steps)
    assert steps.told == [(done, 8) for done in then]
    assert list(differences(services)) == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("error", "resume"), [(KeyboardInterrupt(), False), (RuntimeError("a fault of ours"), True)])
def test_a_rebuild_begins_anew_when_asked_to_and_after_a_fault_that_would_come_again(
    services: Services, error: BaseException, resume: bool
) -> None:
    with pytest.raises(type(error)):
        rebuild(services, Steps(4, error))
    steps = Steps()
    rebuild(services, steps, resume=resume)
    assert steps.told[0] == (0, 8)
    assert list(differences(services)) == []


def test_what_changed_between_interruption_and_resumption_is_right_after_it(
    filled: list[int], deposits: Deposits, services: Services, settle: Settle
) -> None:
    with pytest.raises(KeyboardInterrupt):
        rebuild(services, Steps(7))
    deposits.published(a_dataset(title="Arrived meanwhile"))
    settle()
    with services.database.transaction(SYSTEM) as unit:
        unit.session.get_one(Version, filled[0]).cache_version += 1  # what no job and no batch of the rebuild will see
    rebuild(services, Steps())
    assert list(differences(services)) == []


@pytest.mark.usefixtures("filled")
def test_a_rebuild_that_another_took_over_ends_and_leaves_the_other_alone(services: Services) -> None:
    other = Steps()

    def overtaken(done: int, _total: int) -> None:
        if done == 4:
            rebuild(services, other)

    with pytest.raises(Conflict):
        rebuild(services, overtaken)
    assert other.told[0] == (4, 8)
    assert list(differences(services)) == []


@dataclass
class Losing:
    """A search engine that loses some entries of its new index at the swap."""

    real: SearchEngine
    lost: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def begin_rebuild(self, resume: bool = False) -> Any:
        return _LosingRebuild(self.real.begin_rebuild(resume), self)


@dataclass
class _LosingRebuild:
    rebuild: Any
    engine: Losing

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rebuild, name)

    def finish(self) -> None:
        self.rebuild.finish()
        self.engine.real.drop_files(self.engine.lost)


def test_a_rebuild_ends_by_comparing_and_repairs_what_differs(filled: list[int], services: Services) -> None:
    rebuild(replace(services, search=Losing(services.search, filled[1])), Steps())
    assert list(differences(services)) == []
    assert [each.record_id for each in services.search.file_entries()] == filled


# what the command says


@dataclass
class Clock:
    """Seconds, as the test sets them."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def paced(terminal: bool, *steps: tuple[float, int]) -> None:
    clock = Clock()
    pace = Pace("documents", terminal=terminal, clock=clock)
    for clock.now, done in steps:
        pace(done, 20_000)
    pace.end()
    assert pace.done == steps[-1][1]


def test_without_a_terminal_a_line_is_said_every_few_seconds_and_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paced(False, (100, 4_000), (101, 5_000), (106, 10_000), (107, 11_000), (108, 20_000))
    assert capsys.readouterr().out.splitlines() == [
        "4,000 of 20,000 documents",
        "10,000 of 20,000 documents, 1,000 a second, 0:00:10 left",
        "20,000 of 20,000 documents, 2,000 a second, 0:00:00 left",
    ]


def test_on_a_terminal_one_line_is_written_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    paced(True, (100, 0), (100.1, 1_000), (101, 5_000))
    said = capsys.readouterr().out
    assert said.count("\r") == 2
    assert said.rstrip(" \n").endswith("5,000 of 20,000 documents, 5,000 a second, 0:00:03 left")
    assert said.endswith("\n")


@pytest.fixture
def command(filled: list[int], services: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``repository index …`` on the services of the test."""

    @contextmanager
    def opened() -> Iterator[Services]:
        yield services

    return lambda *arguments: CliRunner().invoke(index_command.index, arguments, obj=opened)


Command = Callable[..., Result]


def test_the_command_goes_on_with_an_interrupted_rebuild(command: Command, services: Services) -> None:
    with pytest.raises(KeyboardInterrupt):
        rebuild(services, Steps(4))
    done = command("rebuild")
    assert done.exit_code == 0
    assert done.stdout.startswith("4 of 8 documents\n")
    assert done.stdout.endswith("\n8 documents indexed.\n")


def test_the_command_forgets_an_interrupted_rebuild_when_told_to(command: Command, services: Services) -> None:
    with pytest.raises(KeyboardInterrupt):
        rebuild(services, Steps(4))
    assert command("rebuild", "--anew").stdout.startswith("0 of 8 documents\n")


def test_an_interrupted_command_says_that_what_is_built_is_kept(
    command: Command, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_command, "Pace", lambda *_, **__: PaceOf(4))
    stopped = command("rebuild")
    assert stopped.exit_code == 1
    assert "The finished part is kept" in stopped.stdout
    monkeypatch.undo()
    steps = Steps()
    rebuild(services, steps)
    assert steps.told[0] == (4, 8)


class PaceOf(Steps):
    def end(self) -> None:
        """Nothing was said."""


def test_the_check_repairs_when_told_to(command: Command, filled: list[int], services: Services) -> None:
    services.search.drop(DocumentKind.RECORD, filled[:1])
    only_named = command("check")
    assert only_named.exit_code == 1
    assert only_named.stdout.splitlines() == [
        f"record {filled[0]}: missing",
        f"files of record {filled[0]}: missing",
        "2 differences, 8 documents expected.",
    ]
    mended = command("check", "--repair")
    assert mended.exit_code == 0
    assert mended.stdout.splitlines()[-1] == "2 differences repaired, 0 are there now."
    assert command("check").stdout == "0 differences, 8 documents expected.\n"
