"""Harvests beside transactions that are still open: nothing shows up behind a harvest, nor between two of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from threading import Event

import pytest
from sqlalchemy import text

from repository.core.actor import SYSTEM
from repository.core.unit_of_work import UnitOfWork
from repository.engines.services import Services
from repository.records.change_tracking import touch
from repository.records.model import Version
from tests.conftest import Caller
from tests.features.harvesting import BEGIN, SECOND, ask, codes, correct, ids, pages, told

Many = Callable[..., list[str]]


@contextmanager
def being_corrected(services: Services, number: str) -> Iterator[UnitOfWork]:
    """A correction that is committed after the block."""
    with services.database.transaction(SYSTEM) as unit:
        touch(unit, unit.session.get_one(Version, int(number)))
        unit.session.flush()
        yield unit


def second_of(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.postgresql
def test_a_list_ends_before_what_an_open_transaction_may_still_commit(
    anyone: Caller, services: Services, many: Many
) -> None:
    old, slow, quick = many([BEGIN, BEGIN + SECOND])

    with being_corrected(services, slow) as unit:
        correct(services, quick)
        meanwhile = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", from_=second_of(unit.now))
        everything = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc")
    after = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", from_=told(meanwhile, "responseDate")[0])

    assert codes(meanwhile) == ["noRecordsMatch"]
    assert ids(everything) == [old, slow, quick]  # as they were, and as it is, at their old places
    assert told(meanwhile, "responseDate") == [second_of(unit.now)]
    assert ids(after) == [slow, quick]


@pytest.mark.postgresql
def test_what_an_open_transaction_publishes_comes_in_its_turn(
    anyone: Caller, services: Services, many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repository.faces.oai.verbs.HEADERS_PAGE", 2)
    published = many([BEGIN + SECOND * n for n in range(3)])
    harvest = pages(anyone, "ListIdentifiers")
    seen = ids(next(harvest))
    with services.database.transaction(SYSTEM) as slow:
        add_version(slow, 5001, like=int(published[0]))
        with services.database.transaction(SYSTEM) as quick:
            add_version(quick, 5002, like=int(published[0]))
        seen += ids(next(harvest))
    assert seen == published
    with_both = [number for answer in pages(anyone, "ListIdentifiers") for number in ids(answer)]
    assert with_both == [*published, "5001", "5002"]


@pytest.mark.postgresql
def test_an_open_transaction_that_dates_nothing_holds_nobody_back(
    anyone: Caller, services: Services, many: Many
) -> None:
    (number, _) = many([BEGIN])
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(text("SELECT 1 FROM concept FOR SHARE"))
        correct(services, "1000")
        from_ = told(ask(anyone, "Identify"), "responseDate")[0]
        assert from_ >= second_of(unit.now)
        assert ids(ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc")) == [number, "1000"]


@pytest.mark.postgresql
def test_a_transaction_that_was_rolled_back_holds_nobody_back(anyone: Caller, services: Services, many: Many) -> None:
    first, second = many([BEGIN])
    with pytest.raises(ZeroDivisionError), being_corrected(services, first):
        _ = 1 / 0
    correct(services, second)
    after = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", from_=second_of(BEGIN + SECOND))
    assert ids(after) == [second]


@pytest.mark.postgresql
def test_locks_for_other_ends_hold_nobody_back(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        before = services.database.safe_until()
        unit.session.execute(text("SELECT pg_advisory_xact_lock(1 << 20), pg_advisory_xact_lock(161 << 20, 5)"))
        assert services.database.safe_until() > before
        announced = unit.event_time()
        assert services.database.safe_until() <= announced
        assert services.database.safe_until() > before


@pytest.mark.embedded("a server's writers work side by side")
def test_a_harvester_of_a_file_waits_for_the_writer(anyone: Caller, services: Services, many: Many) -> None:
    first, second = many([BEGIN])
    open_, may_end = Event(), Event()

    def write() -> datetime:
        with being_corrected(services, second) as unit:
            open_.set()
            may_end.wait(60)
        return unit.now

    with ThreadPoolExecutor(2) as beside:
        writing = beside.submit(write)
        open_.wait(60)
        asking = beside.submit(ask, anyone, "ListIdentifiers", metadataPrefix="oai_dc")
        assert not wait([asking], timeout=0.2).done
        may_end.set()
        answer, written = asking.result(), writing.result()

    assert ids(answer) == [first, second]
    assert told(answer, "datestamp")[1] == second_of(written)
    assert told(answer, "responseDate")[0] >= second_of(written)


def add_version(unit: UnitOfWork, number: int, like: int) -> None:
    """Publish one more version of the concept that `like` is of."""
    original = unit.session.get_one(Version, like)
    now = unit.event_time()
    values = {column.key: getattr(original, column.key) for column in Version.__table__.columns}
    moments = {"created": now, "updated": now, "datestamp": now}
    unit.session.add(Version(**{**values, **moments, "id": number, "index": number}))
    unit.session.flush()
