"""Whatever lies in the place of the embedded index: the server starts, says 503, and one command makes it whole."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.settings import Settings, SettingsError, read_settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.cli.serve import bring_up_to_date
from repository.engines.services import Services
from repository.search.index import differences
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.index_places import command, total

pytestmark = [pytest.mark.slow, pytest.mark.embedded("the index is a file only there")]

Settle = Callable[[], None]
Spoil = Callable[[Path], None]
EVERYTHING = 3


@pytest.fixture
def place(settings: Settings, services: Services, deposits: Deposits, settle: Settle) -> Path:
    """The index's file, with three datasets in it; the process that wrote it goes on."""
    for number in range(EVERYTHING):
        deposits.published(a_dataset(title=f"Albatross {number}"))
    settle()
    return Path(urlsplit(settings.search_url).path)


def remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)


def a_folder(path: Path) -> None:
    remove(path)
    path.mkdir()
    (path / "thesis.tex").write_text("mine")


def a_text(path: Path) -> None:
    remove(path)
    path.write_text("A letter to my mother. " * 400)


def a_link_to_nothing(path: Path) -> None:
    remove(path)
    path.symlink_to(path.parent / "unmounted" / "search.db")


def another_program(path: Path) -> None:
    remove(path)
    with closing(sqlite3.connect(path)) as file:
        file.executescript("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('Yesterday');")


def another_program_of_our_version(path: Path) -> None:
    another_program(path)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 3")


def lacking_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        (number,) = file.execute("SELECT number FROM generations WHERE live = 1").fetchone()
        file.execute(f"DROP TABLE fts_{number}")


def cut_short(path: Path) -> None:
    _into_one_file(path)
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    _into_one_file(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 8192))


def a_log_of_another_file(path: Path) -> None:
    _into_one_file(path)
    path.with_name(f"{path.name}-wal").mkdir()


def _into_one_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    remove(path)
    copy.rename(path)


SPOILED = [
    a_folder,
    a_text,
    a_link_to_nothing,
    another_program,
    another_program_of_our_version,
    lacking_tables,
    cut_short,
    overwritten,
    a_log_of_another_file,
]


def expect_words(caller: Caller) -> None:
    refused = caller.get("/api/records?q=albatross")
    assert refused.status_code == 503
    assert "`repository index rebuild --anew`" in refused.get_json()["message"]
    chinese = caller.get("/api/records?q=albatross", headers={"Accept-Language": "zh"})
    assert "检索索引无法使用" in chinese.get_json()["message"]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_server_starts_with_it_and_is_whole_after_a_rebuild_beside_it(
    spoil: Spoil, place: Path, settings: Settings, anyone: Caller
) -> None:
    assert total(anyone) == EVERYTHING
    spoil(place)
    with closing(open_services(settings)) as begun:
        bring_up_to_date(begun, with_samples=False)
        reader = Caller(create_app(begun).test_client())
        expect_words(reader)
        expect_words(anyone)  # the process that was there before
        assert reader.get("/health/ready").status_code == 200

        status, words = command(settings, "index", "rebuild", "--anew")

        assert status == 0, words
        assert "kept as search.db.set-aside-" in words
        assert (total(reader), total(anyone)) == (EVERYTHING, EVERYTHING)
        assert list(differences(begun)) == []


def test_what_was_there_is_kept(place: Path, settings: Settings) -> None:
    a_folder(place)
    assert command(settings, "index", "rebuild", "--anew")[0] == 0
    (aside,) = place.parent.glob("search.db.set-aside-*")
    assert (aside / "thesis.tex").read_text() == "mine"


def test_a_process_that_runs_beside_it_writes_into_the_new_file(
    place: Path, settings: Settings, anyone: Caller, deposits: Deposits, settle: Settle
) -> None:
    overwritten(place)
    assert command(settings, "index", "rebuild", "--anew")[0] == 0
    deposits.published(a_dataset(title="Albatross 4"))
    settle()
    assert total(anyone) == EVERYTHING + 1
    with closing(sqlite3.connect(place)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_searches_are_refused_until_the_new_file_is_full(
    place: Path, settings: Settings, anyone: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    overwritten(place)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("repository.search.index.index_rebuild._fill", interrupt)
        assert command(settings, "index", "rebuild", "--anew")[0] != 0
    assert anyone.get("/api/records").status_code == 503
    assert command(settings, "index", "rebuild")[0] == 0
    assert total(anyone) == EVERYTHING


def test_a_whole_index_answers_all_the_time(place: Path, settings: Settings, anyone: Caller) -> None:
    status, words = command(settings, "index", "rebuild", "--anew")
    assert (status, "set-aside" in words, total(anyone)) == (0, False, EVERYTHING)


def test_the_database_itself_is_no_place_for_the_index(settings: Settings) -> None:
    path = settings.database_url.removeprefix("sqlite:///")
    with pytest.raises(SettingsError, match="is the database"):
        open_services(
            read_settings(
                inspection="off",
                base_url=settings.base_url,
                database_url=settings.database_url,
                store_url=settings.store_url,
                search_url=f"embedded:{path}",
            )
        )
