"""An older copy of the database comes back under a store that knows more: nothing is minted twice."""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from config.settings import Settings
from repository.bootstrap import open_services
from repository.cli.prepare import prepare_engines, secure_numbers
from repository.cli.restore_marks import advance_numbers
from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.engines.minted_numbers import OLDER, PROGRESS, STEP, MintedNumbers
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, create_app
from tests.engines import EMBEDDED
from workers.relay import relay

pytestmark = [pytest.mark.slow, pytest.mark.process]

Copy = Callable[[], None]
MANY = STEP
"""drafts; each takes two numbers"""


class Restarted:
    """One process of the site after another, on the same engines."""

    def __init__(self, settings: Settings, token: str | None) -> None:
        self.settings, self.token = settings, token
        self.services = self.start()

    def start(self) -> Services:
        """Begin anew, as `serve` does."""
        self.services = open_services(self.settings)
        prepare_engines(self.services)
        secure_numbers(self.services)
        self.deposits = Deposits(Caller(create_app(self.services).test_client(), self.token))
        return self.services

    def end(self) -> None:
        """Relay what waits, as the threads do; the end itself tells the store nothing, like that by kill -9."""
        while relay(self.services.database):
            pass
        assert self.services.numbers is not None
        self.services.numbers.note_progress(self.services.database, 1)
        self.kill()

    def kill(self) -> None:
        self.services.close()

    def minted(self, count: int = 1) -> set[str]:
        """Identifiers of new records and of their concepts."""
        records = [self.deposits.published() for _ in range(count)]
        pids = [pids for record in records for pids in (record["pids"], record["parent"]["pids"])]
        values = [each[scheme]["identifier"] for each in pids for scheme in ("doi", "cstr")]
        assert len(values) == len(set(values)) == 4 * count
        return set(values)

    def refusal(self) -> str:
        reply = self.deposits.caller.post("/api/records", json={}, headers={"Accept-Language": "en"})
        assert reply.status_code == 503, reply.text
        return str(reply.get_json()["message"])


@pytest.fixture
def site(settings: Settings, author: Caller, services: Services) -> Iterator[Restarted]:
    services.close()
    site = Restarted(settings, author.token)
    yield site
    site.kill()


def _dump(url: str, *command: str) -> list[str]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return [command[0], f"--dbname={address}", *command[1:]]


@pytest.fixture
def copy(settings: Settings, installation: str, tmp_path: Path) -> tuple[Copy, Copy]:
    """What takes a copy of the database, and what puts it back."""
    saved = tmp_path / "saved"
    if installation == EMBEDDED:
        path = str(make_url(settings.database_url).database)

        def take() -> None:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(saved)) as target:
                source.backup(target)

        def restore() -> None:
            for name in (path, f"{path}-wal", f"{path}-shm"):
                Path(name).unlink(missing_ok=True)
            Path(path).write_bytes(saved.read_bytes())

        return take, restore
    url = settings.database_url

    def dump() -> None:
        subprocess.run(_dump(url, "pg_dump", "-Fc", "-f", str(saved)), check=True)

    def put_back() -> None:
        subprocess.run(_dump(url, "pg_restore", "--clean", "--if-exists", "--no-owner", str(saved)), check=True)

    return dump, put_back


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize("ends", [Restarted.end, Restarted.kill])
def test_after_an_older_copy_came_back_no_identifier_is_minted_again(
    count: int, ends: Callable[[Restarted], None], site: Restarted, copy: tuple[Copy, Copy]
) -> None:
    take, restore = copy
    minted = site.minted()
    take()
    minted |= site.minted(count)
    ends(site)
    restore()
    site.start()
    if count == MANY or ends is Restarted.end:
        assert site.refusal() == OLDER
        advance_numbers(site.services)
    again = site.minted(2)
    assert not again & minted
    site.kill()
    site.start()
    assert not site.minted() & (minted | again)


def test_an_older_site_reads_and_says_so_and_refuses_every_act_that_mints(
    site: Restarted, copy: tuple[Copy, Copy]
) -> None:
    take, restore = copy
    record = site.deposits.published()
    draft = site.deposits.open()
    site.deposits.upload(draft["id"])
    take()
    site.minted()
    site.end()
    restore()
    site.start()
    caller = site.deposits.caller
    assert caller.get(f"/api/records/{record['id']}").status_code == 200
    for path in (
        "",
        f"/{record['id']}/versions",
        f"/{draft['id']}/draft/pids/doi",
        f"/{draft['id']}/draft/actions/publish",
    ):
        refused = caller.post(f"/api/records{path}", json={} if not path else None)
        assert (refused.status_code, refused.get_json()["message"]) == (503, OLDER), path
    in_chinese = caller.post("/api/records", json={}, headers={"Accept-Language": "zh"})
    assert "repository restore --advance" in in_chinese.get_json()["message"]
    assert "数据库比存储旧" in in_chinese.get_json()["message"]
    ready = caller.get("/health/ready")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")
    assert ready.get_json()["engines"]["numbers"] == OLDER

    # what it writes meanwhile makes it no younger, also for the next process
    for number in range(12):
        changed = caller.put(f"/api/records/{draft['id']}/draft", json={"metadata": {"title": str(number)}})
        assert changed.status_code == 200, changed.text
    site.end()
    site.start()
    assert site.refusal() == OLDER

    advance_numbers(site.services)
    assert site.deposits.caller.get("/health/ready").get_json()["status"] == "ready"
    assert site.minted()


def test_a_draft_of_the_copy_gets_no_identifier_that_it_may_have_had_in_the_lost_time(
    site: Restarted, copy: tuple[Copy, Copy]
) -> None:
    take, restore = copy
    site.minted()
    draft = site.deposits.open(None)
    site.deposits.upload(draft["id"])
    take()
    lost = site.deposits.publish(draft["id"])
    site.end()
    restore()
    site.start()
    advance_numbers(site.services)
    again = site.deposits.publish(draft["id"])
    assert again["id"] == lost["id"]
    for scheme in ("doi", "cstr"):
        assert again["pids"][scheme]["identifier"] != lost["pids"][scheme]["identifier"]
    assert again["parent"]["pids"]["doi"]["identifier"] != lost["parent"]["pids"]["doi"]["identifier"]


def test_processes_that_run_while_an_older_copy_comes_back_refuse_to_mint(
    site: Restarted, copy: tuple[Copy, Copy], installation: str
) -> None:
    if installation == EMBEDDED:
        # SQLite has no restore under running processes; a sequence that was set back looks the same
        minted = site.minted(3)
        numbers = site.services.numbers
        assert numbers is not None
        numbers.committed(1_000)
        assert site.refusal() == OLDER
        assert minted
        return
    take, restore = copy
    minted = site.minted()
    take()
    other = Restarted(site.settings, site.token)
    minted |= site.minted(2) | other.minted()
    restore()
    for process in (site, other):
        process.services.numbers.note_progress(process.services.database, 1)  # type: ignore[union-attr]
    assert site.refusal() == OLDER
    assert other.refusal() == OLDER
    advance_numbers(other.services)
    assert not (other.minted() | site.minted()) & minted
    other.kill()


def test_an_ordinary_draft_writes_nothing_into_the_store(site: Restarted, monkeypatch: pytest.MonkeyPatch) -> None:
    site.minted()
    marks = site.services.store.marks

    def refuse(*_: object) -> None:
        raise Unavailable("The store is asked.")

    for name in ("create", "write", "read", "names", "remove"):
        monkeypatch.setattr(type(marks), name, refuse)
    guard = site.services.numbers
    assert isinstance(guard, MintedNumbers)
    with site.services.database.transaction(SYSTEM) as unit:
        assert len(unit.new_numbers(2)) == 2


def test_the_marks_only_grow_and_old_ones_are_removed(site: Restarted) -> None:
    first, second = site, Restarted(site.settings, site.token)
    for process in (first, second, first):
        process.minted(STEP // 2)
    highs = [int(name.removeprefix("minted/")) for name in site.services.store.marks.names("minted/")]
    second.end()
    assert [int(name.removeprefix("minted/")) for name in site.services.store.marks.names("minted/")] == [max(highs)]
    progress = int(site.services.store.marks.read(PROGRESS) or 0)
    assert progress > 0
    assert first.minted()
