"""An embargo that was lifted by mistake is closed again, everywhere."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.errors import Conflict, NotFound
from repository.engines.services import Services
from repository.publication.embargo import lift_embargoes, lifted_embargoes, restore_embargo
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.fixture
def until() -> date:
    return clock.today() + timedelta(days=90)


@pytest.fixture
def lifted(deposits: Deposits, services: Services, settle: Settle, until: date) -> dict[str, object]:
    """A published record whose embargo was lifted before its end."""
    embargo = {"active": True, "until": until.isoformat(), "reason": "A paper."}
    access = {"record": "restricted", "files": "restricted", "embargo": embargo}
    record = deposits.published(a_dataset() | {"access": access})
    assert lift_embargoes(services.database, until) == 1
    settle()
    return record


def restore(services: Services, record: dict[str, object]) -> None:
    with services.database.transaction(SYSTEM) as unit:
        restore_embargo(unit, int(str(record["id"])), services.site.today())


def test_it_is_as_before_for_readers_search_and_owner(
    lifted: dict[str, object], services: Services, anyone: Caller, author: Caller, settle: Settle, until: date
) -> None:
    path = f"/api/records/{lifted['id']}"
    assert anyone.get(path).status_code == 200
    assert anyone.get("/api/records?q=penguins").get_json()["hits"]["total"] == 1

    restore(services, lifted)
    settle()

    assert anyone.get(path).status_code == 403
    assert anyone.get("/api/records?q=penguins").get_json()["hits"]["total"] == 0
    assert author.get(path).get_json()["access"] == lifted["access"]
    assert lift_embargoes(services.database, until) == 1


def test_what_was_lifted_is_listed_with_its_day(lifted: dict[str, object], services: Services, until: date) -> None:
    with services.database.snapshot(SYSTEM) as snapshot:
        [version] = lifted_embargoes(snapshot, 10)

    assert (version.id, version.lifted_on) == (int(str(lifted["id"])), until)
    assert version.lifted_terms == {
        "record": "restricted",
        "files": "restricted",
        "until": until.isoformat(),
        "reason": "A paper.",
    }


def test_an_embargo_that_is_over_or_was_none_is_not_restored(
    lifted: dict[str, object], deposits: Deposits, services: Services, until: date
) -> None:
    other = deposits.published()
    with pytest.raises(NotFound):
        restore(services, other)
    with time_machine.travel(datetime.combine(until, time(), UTC)), pytest.raises(Conflict):
        restore(services, lifted)
