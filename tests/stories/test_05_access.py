"""Data that wait: embargoed, restricted, and opened when their time has come."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from repository.core.clock import today
from repository.core.clock_watch import confirm_clock
from repository.engines.services import Services
from repository.publication.embargo import lift_embargoes
from tests.conftest import Caller, Deposits, a_dataset
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Json = dict[str, Any]
Settle = Callable[[], None]


def embargoed(until: date, record: str = "public") -> Json:
    embargo = {"active": True, "until": until.isoformat(), "reason": "A paper is under review."}
    return a_dataset() | {"access": {"record": record, "files": "restricted", "embargo": embargo}}


@pytest.fixture
def until() -> date:
    return today() + timedelta(days=30)


def files_of(record: Json) -> list[str]:
    files = record["links"]["files"]
    return [files, f"{files}/data.csv", f"{files}/data.csv/content", record["links"]["archive"]]


def test_an_embargo_keeps_the_files_closed_and_opens_them_by_itself(
    anyone: Caller, author: Caller, deposits: Deposits, services: Services, settle: Settle, until: date
) -> None:
    record = deposits.published(embargoed(until))
    settle()
    assert record["access"]["status"] == "embargoed"
    assert record["access"]["embargo"] == {
        "active": True,
        "until": until.isoformat(),
        "reason": "A paper is under review.",
    }

    # the public reads the description and finds it, but has no file
    shown = anyone.get(record["links"]["self"]).get_json()
    assert shown["metadata"] == record["metadata"]
    assert shown["files"] == {"enabled": True}
    assert [anyone.get(path).status_code for path in files_of(record)] == [403] * 4
    assert [author.get(path).status_code for path in files_of(record)] == [200] * 4
    assert _statuses(anyone) == {"embargoed": 1}
    assert "under embargo" in anyone.get(record["links"]["self_html"]).text

    # the day before, nothing happens
    assert lift_embargoes(services.database, until - timedelta(days=1)) == 0
    assert anyone.get(files_of(record)[2]).status_code == 403

    # on the day, the schedule opens them
    with time_machine.travel(datetime(until.year, until.month, until.day, tzinfo=UTC)):
        confirm_clock(services.database)
        run_now(services, "embargoes")
        settle()
    opened = anyone.get(record["links"]["self"]).get_json()
    assert opened["access"]["status"] == "open"
    assert opened["access"]["embargo"]["active"] is False
    assert [anyone.get(path).status_code for path in files_of(record)] == [200] * 4
    assert _statuses(anyone) == {"open": 1}
    assert lift_embargoes(services.database, until + timedelta(days=1)) == 0


def _statuses(anyone: Caller) -> dict[str, int]:
    buckets = anyone.get("/api/records?q=penguins").get_json()["aggregations"]["access_status"]["buckets"]
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets}


def test_an_embargo_on_the_whole_record_hides_it_until_the_day(
    anyone: Caller, deposits: Deposits, services: Services, settle: Settle, until: date
) -> None:
    record = deposits.published(embargoed(until, record="restricted"))
    settle()
    assert anyone.get(record["links"]["self"]).status_code == 403
    assert anyone.get("/api/records?q=penguins").get_json()["hits"]["total"] == 0

    assert lift_embargoes(services.database, until) == 1
    settle()

    assert anyone.get(record["links"]["self"]).status_code == 200
    assert anyone.get("/api/records?q=penguins").get_json()["hits"]["total"] == 1


@pytest.mark.parametrize("days", [0, -1])
def test_an_embargo_ends_in_the_future(author: Caller, deposits: Deposits, days: int) -> None:
    draft = deposits.open(embargoed(today() + timedelta(days=days)))

    assert draft["errors"] == [
        {
            "field": "access.embargo.until",
            "messages": ["Embargo end date must be set to a future date."],
            "code": "embargo_end_not_in_future",
        },
    ]
    assert draft["access"]["files"] == "restricted"


@pytest.mark.parametrize(
    ("embargo", "field"),
    [
        ({"active": True}, "access.embargo.until"),
        ({"active": True, "until": "soon"}, "access.embargo.until"),
        ({"active": True, "until": 7}, "access.embargo.until"),
        ({"active": "yes"}, "access.embargo.active"),
        ({"active": False, "colour": 1}, "access.embargo.colour"),
        ([], "access.embargo"),
    ],
)
def test_a_malformed_embargo_names_its_field_and_opens_nothing(deposits: Deposits, embargo: Any, field: str) -> None:
    access = {"record": "public", "files": "restricted", "embargo": embargo}

    draft = deposits.open(a_dataset() | {"access": access})

    assert [error["field"] for error in draft["errors"]] == [field]
    assert draft["access"]["files"] == "restricted"


def test_an_embargo_needs_restricted_files(deposits: Deposits, until: date) -> None:
    body = embargoed(until)
    body["access"]["files"] = "public"

    draft = deposits.open(body)

    assert [error["field"] for error in draft["errors"]] == ["access.embargo.active"]
    assert draft["access"]["files"] == "public", "what was sent stays beside its error"
    deposits.upload(draft["id"])
    assert deposits.caller.post(draft["links"]["publish"]).status_code == 400


def test_an_embargo_that_ends_while_a_draft_waits_is_asked_about_again(
    author: Caller, anyone: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open(embargoed(today() + timedelta(days=1)))
    deposits.upload(draft["id"])

    with time_machine.travel(datetime.now(UTC) + timedelta(days=5)):
        record = deposits.publish(draft["id"])
        confirm_clock(services.database)
        run_now(services, "embargoes")
        settle()
        assert anyone.get(record["links"]["self"]).get_json()["access"]["status"] == "open"


def test_an_embargo_is_lengthened_by_a_correction(
    anyone: Caller, author: Caller, deposits: Deposits, services: Services, settle: Settle, until: date
) -> None:
    record = deposits.published(embargoed(until))
    author.post(record["links"]["draft"])
    later = until + timedelta(days=30)
    changed = author.patch(record["links"]["draft"], json={"access": {"embargo": {"until": later.isoformat()}}})
    assert changed.get_json()["errors"] == []
    deposits.publish(record["id"])

    assert lift_embargoes(services.database, until) == 0
    assert lift_embargoes(services.database, later) == 1


def test_a_correction_that_was_open_when_the_embargo_ended_does_not_close_the_files_again(
    anyone: Caller, author: Caller, deposits: Deposits, services: Services, settle: Settle, until: date
) -> None:
    record = deposits.published(embargoed(until))
    author.post(record["links"]["draft"])
    with time_machine.travel(datetime(until.year, until.month, until.day, 12, tzinfo=UTC)):
        confirm_clock(services.database)
        run_now(services, "embargoes")
        deposits.publish(record["id"])
        run_now(services, "embargoes")
    settle()

    assert anyone.get(record["links"]["self"]).get_json()["access"]["status"] == "open"
    assert anyone.get(files_of(record)[2]).status_code == 200


def test_a_restricted_record_is_for_its_owner_only_until_it_is_opened(
    anyone: Caller, author: Caller, deposits: Deposits, register: Callable[..., Caller], settle: Settle
) -> None:
    record = deposits.published(a_dataset() | {"access": {"record": "restricted", "files": "restricted"}})
    settle()
    stranger = register("someone.else@example.org")
    paths = [record["links"]["self"], *files_of(record), record["links"]["versions"], record["links"]["latest"]]
    for caller in (anyone, stranger):
        assert [caller.get(path).status_code for path in paths] == [403] * len(paths)
        assert caller.get("/api/records").get_json()["hits"]["total"] == 0
    assert author.get(record["links"]["self"]).status_code == 200
    assert author.get(record["links"]["latest"]).status_code == 301

    author.post(record["links"]["draft"])
    author.patch(record["links"]["draft"], json={"access": {"record": "public", "files": "public"}})
    deposits.publish(record["id"])
    settle()

    assert [anyone.get(path).status_code for path in files_of(record)] == [200] * 4
    assert anyone.get("/api/records").get_json()["hits"]["total"] == 1


def test_a_hidden_newest_version_does_not_betray_itself(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    author.patch(draft["links"]["self"], json={"access": {"record": "restricted", "files": "restricted"}})
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])
    settle()

    versions = anyone.get(first["links"]["versions"]).get_json()["hits"]
    assert (versions["total"], [hit["id"] for hit in versions["hits"]]) == (1, [first["id"]])
    assert anyone.get(second["links"]["self"]).status_code == 403
    assert author.get(first["links"]["versions"]).get_json()["hits"]["total"] == 2
