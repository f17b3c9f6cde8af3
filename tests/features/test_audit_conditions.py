"""Health asks whether the audit trail is whole: each mishap is told in words."""

from datetime import timedelta

import pytest
import time_machine

from repository.audit.audit_condition import TAIL
from repository.audit.sealing import BATCH, seal_next
from repository.audit.store_memory import remember_head
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.deposits.facts import DraftSaved
from repository.engines.services import Services
from tests.features.provoked import DEGRADED, FAILED, WELL, condition_of
from tests.features.sealed import seal, tamper, tell

pytestmark = pytest.mark.slow


def test_a_trail_that_was_changed_is_told(services: Services) -> None:
    ids = tell(services, "a", "b", "c")
    seal(services)
    assert condition_of(services, "audit").state is WELL
    tamper(services, "UPDATE fact SET actor = 'person:1' WHERE id = :id", id=ids[1])

    told = condition_of(services, "audit")

    assert (told.state, told.stops) == (FAILED, False)
    assert told.problem == f"The audit trail does not fit: seal 2: the row of fact {ids[1]} was changed."


def test_an_end_that_is_missing_is_told(services: Services) -> None:
    tell(services, "a", "b")
    seal(services)
    remember_head(services.database, services.store.marks)
    tamper(services, "DELETE FROM audit_seal WHERE number = 2")

    told = condition_of(services, "audit")

    assert told.state is FAILED
    assert "the store remembers seal 2, and the last one is 1" in told.problem


def test_only_the_end_is_looked_at(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        for revision in range(TAIL + 2):
            unit.emit(DraftSaved(9, revision))
    seal(services)
    tamper(services, "UPDATE fact SET subject = 8 WHERE id = (SELECT fact_id FROM audit_seal WHERE number = 1)")
    assert condition_of(services, "audit").state is WELL
    tamper(services, "UPDATE audit_seal SET number = 100000 WHERE number = 202")

    assert condition_of(services, "audit").problem == "The audit trail does not fit: seal 202 is missing."


def test_facts_that_nobody_seals_are_told_and_an_upgrade_has_its_time(services: Services) -> None:
    with (
        time_machine.travel(clock.now() - timedelta(days=9)),
        services.database.transaction(SYSTEM) as unit,
    ):
        for revision in range(BATCH + 1):
            unit.emit(DraftSaved(9, revision))
    assert condition_of(services, "audit").state is DEGRADED
    assert seal_next(services.database, services.kinds) == BATCH

    assert condition_of(services, "audit").state is WELL, "the rest is on its way"
