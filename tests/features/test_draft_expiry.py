"""Drafts that nobody changes go, after two warnings; published versions and drafts at work stay."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.core.clock_watch import ClockWatch
from repository.deposits.model import Draft
from repository.deposits.rules import DraftLife
from repository.engines.services import Services
from repository.files.model import StoredFile, Upload
from repository.identifiers.model import Identifier
from repository.records.model import Concept
from tests.conftest import Caller, Deposits
from tests.features.steps import Json, base, begin, objects, read_draft, send
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
DAYS = 90
T0 = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"draft_days": DAYS})


def later(services: Services, days: float) -> None:
    """Let so many days go by for all drafts and uploads, as their rows tell it."""
    past = timedelta(days=days)
    with services.database.transaction(SYSTEM) as unit:
        for draft in unit.session.scalars(select(Draft)):
            draft.updated -= past
            for name in ("touched", "told_first", "told_last"):
                if (moment := getattr(draft, name)) is not None:
                    setattr(draft, name, moment - past)
        for upload in unit.session.scalars(select(Upload)):
            upload.expires -= past


def sweep(services: Services) -> int:
    report = run_now(services, "expired_drafts")
    assert report.faults == report.repaired
    return report.repaired


def days_left(caller: Caller, draft: Json) -> int:
    told = datetime.fromisoformat(read_draft(caller, draft["id"])["expires_at"])
    return round((told - datetime.now(UTC)) / timedelta(days=1))


def test_an_untouched_draft_goes_with_everything_after_two_warnings(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    assert author.post(f"/api/records/{draft['id']}/draft/pids/doi").status_code == 201
    assert (days_left(author, draft), sweep(services)) == (DAYS, 0)
    later(services, DAYS - 31)
    assert (days_left(author, draft), sweep(services)) == (31, 0)
    later(services, 1)
    assert [sweep(services), sweep(services)] == [1, 0], "it is told once"
    settle()
    later(services, 22)
    assert sweep(services) == 0
    later(services, 1)
    assert (days_left(author, draft), sweep(services)) == (7, 1)
    later(services, 6)
    assert (days_left(author, draft), sweep(services)) == (1, 0)
    settle()
    told = [(hit["kind"], hit["subject"]) for hit in author.get("/api/notifications").get_json()["hits"]["hits"]]
    assert told.count(("draft_expires", draft["id"])) == 2

    later(services, 1.1)
    assert sweep(services) == 1
    settle()
    assert author.get(f"/api/records/{draft['id']}/draft").status_code == 404
    with services.database.snapshot(SYSTEM) as snapshot:
        for table in (Draft, Concept, StoredFile, Identifier):
            assert snapshot.session.scalars(select(table)).all() == [], table
    assert objects(services) == 0
    assert author.get("/api/user/quota").get_json()["drafts"]["used"] == 0


def test_drafts_of_before_the_setting_have_the_time_of_both_warnings(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()
    later(services, 1_000)
    assert (days_left(author, draft), sweep(services)) == (30, 1)
    later(services, 8)
    assert (days_left(author, draft), sweep(services)) == (22, 0)
    later(services, 1_000)
    assert (days_left(author, draft), sweep(services)) == (7, 1), (
        "the last warning comes before the end, whatever the delay"
    )
    later(services, 7.1)
    assert sweep(services) == 1


@pytest.mark.parametrize("how", ["saved", "sent", "named"])
def test_who_changes_a_draft_or_its_files_begins_its_life_anew(
    author: Caller, deposits: Deposits, services: Services, how: str
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "a.csv"})
    later(services, DAYS)
    assert sweep(services) == 1
    later(services, 24)
    assert sweep(services) == 1
    match how:
        case "saved":
            assert (
                author.patch(f"/api/records/{draft['id']}/draft", json={"metadata": {"title": "B"}}).status_code == 200
            )
        case "sent":
            assert send(author, draft, "a.csv", b"x").status_code == 200
        case _:
            assert begin(author, draft, {"key": "b.csv"}).status_code == 201
    assert days_left(author, draft) == DAYS
    later(services, 30)
    assert sweep(services) == 0
    later(services, DAYS - 60)
    assert sweep(services) == 1, "the warnings come anew"


def test_of_an_edit_the_edit_alone_goes(author: Caller, deposits: Deposits, services: Services, settle: Settle) -> None:
    record = deposits.published(None, **{"a.csv": b"1"})
    assert author.post(f"/api/records/{record['id']}/draft").status_code == 201
    for days in (DAYS, 25, 8):
        later(services, days)
        assert sweep(services) == 1
    settle()
    assert author.get(f"/api/records/{record['id']}/draft").status_code == 404
    assert author.get(f"/api/records/{record['id']}/files/a.csv/content").data == b"1"


def test_a_draft_whose_file_is_on_its_way_stays(author: Caller, deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    file = {"key": "a.bin", "size": 3, "transfer": {"type": "M", "parts": 1}}
    assert author.post(base(draft), json=[file]).status_code == 201
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Upload).values(expires=unit.now + timedelta(days=2_000)))
    later(services, DAYS)
    assert sweep(services) == 0
    later(services, 2_000)
    assert sweep(services) == 1


def test_nothing_expires_while_the_clock_is_in_doubt(
    deposits: Deposits, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposits.open()
    later(services, 1_000)
    monkeypatch.setattr(ClockWatch, "fault", lambda *_: "the clock jumped")
    assert run_now(services, "expired_drafts").repaired == 0


def test_limits_tell_how_long_a_draft_stays(anyone: Caller) -> None:
    assert anyone.get("/api/limits").get_json()["seconds"]["draft"] == DAYS * 86_400


class TestForEver:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"draft_days": 0})

    def test_without_the_setting_drafts_stay(self, author: Caller, deposits: Deposits, services: Services) -> None:
        draft = deposits.open()
        later(services, 10_000)
        assert sweep(services) == 0
        assert read_draft(author, draft["id"])["expires_at"] is None


def test_warnings_from_before_a_change_say_nothing() -> None:
    day = timedelta(days=1)
    life = DraftLife.of(T0, T0 + 5 * day, T0 + 4 * day, T0 + 6 * day)
    assert life == DraftLife(T0 + 5 * day, None, None)
    assert life.ends(DAYS, T0 + 6 * day) == T0 + 95 * day
    assert life.warning(DAYS, T0 + 64 * day) is None
    assert life.warning(DAYS, T0 + 65 * day) == timedelta(days=30)
