"""How long an embargo may last, on which day it ends, and what may become of one that holds."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from config.settings import Settings
from repository.access.embargo_rules import UNTIL, EmbargoLimit, PublishedEmbargo
from repository.core.actor import SYSTEM
from repository.core.clock import now, today
from repository.core.clock_watch import confirm_clock
from repository.core.facts import FactRow
from repository.core.registration_accounts import RegistrationAccounts
from repository.core.site import Site
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, faults
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

MOST = 100
SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime.combine(today(SHANGHAI) + timedelta(days=50), time(), SHANGHAI)
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Pacific/Apia", "Asia/Beirut")
TODAY = date(2026, 6, 15)
LIMIT = EmbargoLimit(TODAY - timedelta(days=10), 30)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"time_zone": "Asia/Shanghai", "embargo_days_max": MOST})


def embargoed(until: date) -> Json:
    embargo = {"active": True, "until": until.isoformat(), "reason": None}
    return a_dataset() | {"access": {"record": "public", "files": "restricted", "embargo": embargo}}


def moved(author: Caller, record: Json, until: date | None) -> Any:
    """The reply to the publication of a correction that moves the end of the embargo."""
    author.post(record["links"]["draft"])
    access = embargoed(until)["access"] if until else {"record": "public", "files": "public"}
    assert author.put(record["links"]["draft"], json=a_dataset() | {"access": access}).status_code == 200
    return author.post(f"{record['links']['draft']}/actions/publish")


@given(zone=st.sampled_from(ZONES), day=st.dates(date(1980, 1, 1), date(2060, 1, 1)))
def test_a_day_is_over_when_the_next_one_begins_there(zone: str, day: date) -> None:
    site = Site("", "", RegistrationAccounts([], "", {}), 0, 0, zone=ZoneInfo(zone))
    over = site.end_of(day)
    assert site.day_of(over - timedelta(microseconds=1)) <= day < site.day_of(over)


def test_an_embargo_may_end_earlier_and_later_only_before_its_end_and_within_the_limit() -> None:
    days = [TODAY + timedelta(days=far) for far in (-40, -1, 0, 1, 19, 20, 21, 400)]
    for before, after, lifted_on in product([None, *days], [None, *days], [None, TODAY - timedelta(days=3)]):
        refused = [*PublishedEmbargo(before, lifted_on).faults_of(after, TODAY, LIMIT)]
        closes_longer = after is not None and after > TODAY and (before is None or after > before)
        ended = lifted_on is not None if before is None else before <= TODAY or lifted_on is not None
        assert bool(refused) == (closes_longer and (ended or after > LIMIT.latest)), (before, after, lifted_on)
    assert EmbargoLimit(TODAY, 0).fault(date.max) is None


def test_a_draft_is_warned_of_an_embargo_that_is_too_long_and_its_publication_names_the_field(
    deposits: Deposits, author: Caller, services: Services
) -> None:
    last = services.site.today() + timedelta(days=MOST)
    draft = deposits.open(embargoed(last + timedelta(days=1)))
    deposits.upload(draft["id"])
    reason = f"An embargo lasts {MOST} days at most: until {last}."
    assert draft["errors"] == [
        {"field": UNTIL, "messages": [reason], "code": "embargo_lasts_days_at_most", "severity": "warning"}
    ]
    assert draft["access"]["embargo"]["until"] == (last + timedelta(days=1)).isoformat()
    refused = author.post(draft["links"]["publish"])
    assert (refused.status_code, faults(refused.get_json())) == (400, {UNTIL: [reason]})

    saved = author.put(draft["links"]["self"], json=embargoed(last)).get_json()
    assert saved["errors"] == []
    deposits.publish(draft["id"])


def test_the_end_of_a_published_embargo_moves_within_the_limit_and_leaves_facts(
    deposits: Deposits, author: Caller, services: Services
) -> None:
    first = services.site.today()
    until = first + timedelta(days=50)
    record = deposits.published(embargoed(until))
    with time_machine.travel(now() + timedelta(days=10)):
        late = moved(author, record, first + timedelta(days=MOST + 1))
        assert (late.status_code, list(faults(late.get_json()))) == (400, [UNTIL])
        ways = [first + timedelta(days=MOST), first + timedelta(days=20), None]
        for day in ways:
            assert moved(author, record, day).status_code == 202
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow).where(FactRow.kind == "EmbargoChanged").order_by(FactRow.id))
        changes = [(row.details["before"], row.details["after"]) for row in rows]
    shown = [day.isoformat() if day else None for day in [until, *ways]]
    assert changes == list(pairwise(shown))


def test_an_embargo_ends_when_its_day_begins_in_the_zone_of_the_site(
    deposits: Deposits, author: Caller, anyone: Caller, services: Services, settle: Callable[[], None]
) -> None:
    record = deposits.published(embargoed(MIDNIGHT.date()))
    author.post(record["links"]["draft"])
    doors = record["links"]["self"], record["links"]["files"]
    for moment, before_sweep, after_sweep in (
        (MIDNIGHT - timedelta(seconds=1), "embargoed", "embargoed"),
        (MIDNIGHT + timedelta(seconds=1), "embargoed", "open"),  # all doors open at once: with the sweep
    ):
        with time_machine.travel(moment, tick=False):
            confirm_clock(services.database)
            for status in (before_sweep, after_sweep):
                body, files = map(anyone.get, doors)
                assert body.get_json()["access"]["status"] == status
                assert files.status_code == (200 if status == "open" else 403)
                run_now(services, "embargoes")
                settle()
    with time_machine.travel(MIDNIGHT + timedelta(hours=1)):
        # a correction that waited since before the end closes nothing again, and nothing begins anew
        assert deposits.publish(record["id"])["access"]["status"] == "open"
        again = moved(author, record, MIDNIGHT.date() + timedelta(days=9))
        assert (again.status_code, list(faults(again.get_json()))) == (400, [UNTIL])
    assert MIDNIGHT.astimezone(UTC).date() < MIDNIGHT.date(), "the day begins there while it is yesterday in UTC"
