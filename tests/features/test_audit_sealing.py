"""Each fact is sealed once, whoever seals and whatever dies meanwhile."""

import threading
from typing import Any

import pytest
from sqlalchemy import event, select

from repository.audit.audit_keeper import REMEMBER_SECONDS, AuditKeeper
from repository.audit.model import AuditSeal
from repository.audit.sealing import BATCH, seal_next, seal_overtaken
from repository.audit.store_memory import remembered_head
from repository.core.actor import SYSTEM
from repository.deposits.facts import DraftSaved
from repository.engines.services import Services
from tests.features.sealed import faults, head, seal, tamper, tell

pytestmark = pytest.mark.slow


def numbers(services: Services) -> list[int]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(AuditSeal.number).order_by(AuditSeal.number)))


def test_more_than_a_batch_is_sealed_and_walked(services: Services) -> None:
    count = 2 * BATCH + 50
    with services.database.transaction(SYSTEM) as unit:
        for revision in range(count):
            unit.emit(DraftSaved(9, revision))

    assert seal(services) == count
    assert numbers(services) == list(range(1, count + 1))
    assert faults(services) == []
    tamper(services, "UPDATE fact SET subject = 8 WHERE id = (SELECT max(id) FROM fact)")
    assert len(faults(services)) == 1


def test_a_sealer_that_dies_in_the_middle_leaves_nothing_half_done(services: Services) -> None:
    tell(services, "a", "b", "c")

    def die(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO audit_seal" in statement:
            raise RuntimeError("killed")

    event.listen(services.database.engine, "after_cursor_execute", die)
    with pytest.raises(RuntimeError):
        seal_next(services.database, services.kinds)
    event.remove(services.database.engine, "after_cursor_execute", die)

    assert numbers(services) == []
    assert seal(services) == 3
    assert faults(services) == []


def test_two_sealers_at_once_seal_each_fact_once(services: Services) -> None:
    ids = tell(services, *"abcdefghij")
    begin = threading.Barrier(4)

    def run() -> None:
        begin.wait()
        seal(services)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal(services)

    with services.database.snapshot(SYSTEM) as snapshot:
        sealed = snapshot.session.scalars(select(AuditSeal.fact_id).order_by(AuditSeal.number)).all()
    assert sealed == ids
    assert faults(services) == []


@pytest.mark.postgresql
def test_a_fact_that_commits_after_later_ones_is_sealed_too(services: Services) -> None:
    with services.database.transaction(SYSTEM) as slow:
        slow.emit(DraftSaved(9, 1))
        (later,) = tell(services, "later")
        assert seal(services) == 1

    assert seal(services) == 0
    assert seal_overtaken(services.database, services.kinds) == 1
    assert seal_overtaken(services.database, services.kinds) == 0

    with services.database.snapshot(SYSTEM) as snapshot:
        sealed = snapshot.session.scalars(select(AuditSeal.fact_id).order_by(AuditSeal.number)).all()
    assert sealed == [later, later - 1]
    assert faults(services) == []


def test_the_keeper_seals_and_lets_the_store_remember_at_times(services: Services) -> None:
    seconds = [100.0]
    keeper = AuditKeeper(services, lambda: seconds[0])
    tell(services, "a")

    assert (keeper.round(), keeper.round()) == (1, 0)
    assert remembered_head(services.store.marks) == head(services, 1)
    tell(services, "b")
    seconds[0] += 2
    assert keeper.round() == 1
    assert remembered_head(services.store.marks) == head(services, 1), "not so soon"
    seconds[0] += REMEMBER_SECONDS
    keeper.round()
    assert remembered_head(services.store.marks) == head(services, 2)
