"""A draft can be saved without end: what is kept of its saves is bounded."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from repository.core.actor import SYSTEM
from repository.core.database.engine import Base
from repository.core.facts import FactRow
from repository.deposits.draft_bodies import read_draft_body
from repository.deposits.drafts import save_draft
from repository.deposits.saves import FORGOTTEN_AT_ONCE, KEPT
from repository.engines.services import Services
from tests.conftest import Deposits, a_dataset
from tests.contracts.together import ADMINISTRATOR
from tests.features.steps import Json, read_draft
from workers.relay import relay

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
BOUND = KEPT + FORGOTTEN_AT_ONCE
STEP = 25


def save(services: Services, draft: Json, times: int, after: Callable[[], object]) -> None:
    """Save the draft so many times; do `after` every few times."""
    for number in range(times):
        body = read_draft_body(services.site, services.vocabularies, a_dataset(title=f"Title {number}"))
        with services.database.transaction(ADMINISTRATOR) as unit:
            save_draft(unit, services.site, int(draft["id"]), body)
        if number % STEP == STEP - 1:
            after()


def revisions(services: Services, draft: Json) -> list[int]:
    query = select(FactRow.details).where(FactRow.subject == int(draft["id"]), FactRow.kind == "DraftSaved")
    with services.database.snapshot(SYSTEM) as snapshot:
        return sorted(details["revision"] for details in snapshot.session.scalars(query))


def sizes(services: Services) -> dict[str, int]:
    """Rows of every table."""
    with services.database.snapshot(SYSTEM) as snapshot:
        return {
            name: snapshot.session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_five_hundred_saves_grow_no_table(services: Services, deposits: Deposits, settle: Settle) -> None:
    draft, other = deposits.open(), deposits.open()
    save(services, other, 2, settle)
    save(services, draft, BOUND, settle)
    before = sizes(services)
    save(services, draft, 500 - BOUND, settle)
    grown = {name: size - before[name] for name, size in sizes(services).items() if size > before[name]}
    assert grown.keys() <= {"fact"}
    assert grown.get("fact", 0) <= FORGOTTEN_AT_ONCE
    kept = revisions(services, draft)
    assert KEPT <= len(kept) <= BOUND
    assert kept == list(range(kept[0], 502)), "the newest, without a gap"
    assert revisions(services, other) == [2, 3]
    assert read_draft(deposits.caller, draft["id"])["metadata"]["title"] == f"Title {500 - BOUND - 1}"


def test_what_still_waits_is_not_forgotten(services: Services, deposits: Deposits, settle: Settle) -> None:
    draft = deposits.open()
    save(services, draft, BOUND, lambda: None)
    assert len(revisions(services, draft)) == BOUND, "nothing was relayed"
    relay(services.database)
    save(services, draft, FORGOTTEN_AT_ONCE, lambda: relay(services.database))
    assert len(revisions(services, draft)) == BOUND + FORGOTTEN_AT_ONCE, "jobs wait"
    settle()
    save(services, draft, FORGOTTEN_AT_ONCE, settle)
    assert len(revisions(services, draft)) <= BOUND
