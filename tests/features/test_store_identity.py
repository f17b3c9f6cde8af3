"""The store's id: an unmounted folder, another bucket and a foreign database are refused, and take no bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from config.settings import Settings
from repository.bootstrap import open_services
from repository.cli.restore_marks import adopt_store
from repository.core.errors import Unavailable, Unsuitable
from repository.engines.services import Services
from repository.engines.store.port import StoreMarks
from repository.engines.store_identity import ANOTHER, BEGUN, FOREIGN, MISSING, STORE_ID, StoreIdentity
from tests.conftest import Caller, Deposits, create_app

pytestmark = pytest.mark.slow


@dataclass
class Site:
    """One site whose store can be exchanged under it."""

    services: Services
    carried: bytes | None = None

    def unmount(self) -> None:
        self.carried = self.services.store.marks.read(STORE_ID)
        self.services.store.marks.remove(STORE_ID)

    def exchange(self) -> None:
        self.services.store.marks.write(STORE_ID, b"another")

    def forget(self) -> None:
        with self.services.database.engine.begin() as connection:
            connection.execute(text("DELETE FROM site_mark"))


@pytest.fixture
def site(services: Services) -> Site:
    services.store.prepare()
    return Site(services)


def opened(settings: Settings, request: pytest.FixtureRequest) -> Services:
    """A process of the same site that begins now."""
    services = open_services(settings)
    request.addfinalizer(services.close)
    return services


def known(services: Services) -> str | None:
    with services.database.connection() as connection:
        return connection.scalar(text("SELECT value FROM site_mark WHERE name = 'store-id'"))


def test_a_new_site_gives_store_and_database_one_id_and_keeps_it(
    site: Site, settings: Settings, request: pytest.FixtureRequest
) -> None:
    first = known(site.services)
    assert first
    assert (site.services.store.marks.read(STORE_ID) or b"").decode() == first
    opened(settings, request).store.prepare()
    assert known(site.services) == first


def test_a_site_of_an_earlier_release_gets_its_id_by_its_first_upload(services: Services, deposits: Deposits) -> None:
    deposits.published()
    assert known(services) == (services.store.marks.read(STORE_ID) or b"").decode()


def test_whoever_looks_while_another_gives_both_their_id_is_not_refused(services: Services) -> None:
    """The store is looked at before the id comes, and the database after it."""
    marks = services.store.marks
    another = StoreIdentity(services.database, marks, 0.0)

    class Overtaken:
        reads = 0

        def read(self, name: str) -> bytes | None:
            mark = marks.read(name)
            self.reads += 1
            if self.reads == 1:
                another.bind()
            return mark

    for look in (StoreIdentity.require, StoreIdentity.check):
        overtaken = Overtaken()
        look(StoreIdentity(services.database, cast(StoreMarks, overtaken), 0.0))
        assert overtaken.reads <= 2
        assert known(services) == (marks.read(STORE_ID) or b"").decode()
        marks.remove(STORE_ID)
        with services.database.engine.begin() as connection:
            connection.execute(text("DELETE FROM site_mark"))
        another = StoreIdentity(services.database, marks, 0.0)


@pytest.mark.parametrize("has_mark", [True, False])
def test_a_kill_between_the_two_halves_makes_no_strangers(
    site: Site, has_mark: bool, settings: Settings, request: pytest.FixtureRequest
) -> None:
    store_id = known(site.services)
    with site.services.database.engine.begin() as connection:
        connection.execute(text("UPDATE site_mark SET value = :value"), {"value": f"{BEGUN}{store_id}"})
    if not has_mark:
        site.unmount()
    process = opened(settings, request)
    process.store.prepare()
    process.store.write("a", BytesIO(b"x"), limit=9)
    assert known(process) == store_id == (process.store.marks.read(STORE_ID) or b"").decode()


@pytest.mark.parametrize(
    ("mishap", "reason"), [(Site.unmount, MISSING), (Site.exchange, ANOTHER), (Site.forget, FOREIGN)]
)
def test_a_store_of_another_site_is_refused_at_start_by_health_and_by_uploads(
    mishap: Callable[[Site], None],
    reason: str,
    site: Site,
    settings: Settings,
    register: Callable[..., Caller],
    request: pytest.FixtureRequest,
) -> None:
    author = register("another@example.org")
    draft = Deposits(author).open()
    mishap(site)
    process = opened(settings, request)
    with pytest.raises(Unsuitable) as refused:
        process.store.prepare()
    assert refused.value.reason == reason

    caller = Caller(create_app(process).test_client(), author.token)
    ready = caller.get("/health/ready")
    assert (ready.status_code, ready.get_json()["engines"]["store"]) == (503, reason)
    files = f"/api/records/{draft['id']}/draft/files"
    assert caller.post(files, json=[{"key": "a.csv"}]).status_code == 201
    sent = caller.put(f"{files}/a.csv/content", data=b"x", headers={"Accept-Language": "en"})
    assert (sent.status_code, sent.get_json()["message"]) == (503, reason)
    for act in (
        process.store.clear_abandoned,
        lambda _: process.store.remove(["a"]),
        lambda _: list(process.store.objects()),
    ):
        with pytest.raises(Unavailable):
            act(settings)  # type: ignore[arg-type]


@pytest.mark.embedded("a folder can be unmounted under a process; the bucket of a process stays")
def test_a_folder_that_is_unmounted_under_a_process_takes_no_bytes(
    site: Site, deposits: Deposits, tmp_path: Path
) -> None:
    deposits.published()
    draft = deposits.open()
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    for folder in ("objects", "incoming", "uploads"):
        (tmp_path / "store" / folder).mkdir(parents=True)
    files = f"/api/records/{draft['id']}/draft/files"
    assert deposits.caller.post(files, json=[{"key": "a.csv"}]).status_code == 201
    sent = deposits.caller.put(f"{files}/a.csv/content", data=b"x")
    assert (sent.status_code, sent.get_json()["message"]) == (503, MISSING)
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []

    for path in sorted((tmp_path / "store").rglob("*"), reverse=True):
        path.rmdir()
    (tmp_path / "store").rmdir()
    (tmp_path / "elsewhere").rename(tmp_path / "store")
    assert deposits.caller.put(f"{files}/a.csv/content", data=b"x").status_code == 200


def test_a_restored_database_adopts_its_store_by_a_command(
    site: Site, settings: Settings, request: pytest.FixtureRequest
) -> None:
    site.forget()
    process = opened(settings, request)
    adopt_store(process)
    process.store.prepare()
    assert known(process) == (process.store.marks.read(STORE_ID) or b"").decode()


def test_a_store_without_a_mark_is_not_adopted(site: Site, settings: Settings, request: pytest.FixtureRequest) -> None:
    site.unmount()
    with pytest.raises(Unsuitable, match="nothing to adopt"):
        adopt_store(opened(settings, request))
