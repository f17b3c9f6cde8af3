"""Facts are typed, can be told to people, and are read whatever release wrote them."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

import repository
from repository.core.actor import SYSTEM
from repository.core.facts import Fact, FactPhrase, FactRow, fact_of, read_fact
from repository.engines.services import Services
from repository.features import FACTS, REACTIONS, UNFOLLOWED
from repository.files.facts import FileReceived
from repository.people.facts import TokenIssued
from repository.publication.facts import VersionPublished, VersionWithdrawn
from repository.sharing.facts import LinkRevoked
from tests.conftest import Caller, Deposits
from tests.features.steps import questions, statements
from workers.relay import relay

PUBLISHED = VersionPublished(7, 5, (6,), 2, 3)


def subclasses(kind: type[Fact]) -> Iterator[type[Fact]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def facts_of(services: Services) -> list[FactRow]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(FactRow).order_by(FactRow.id)))


def test_every_fact_of_the_source_is_contributed_by_a_feature() -> None:
    for module in pkgutil.walk_packages(repository.__path__, "repository."):
        if module.name.endswith(".facts"):
            importlib.import_module(module.name)

    source = [fact for fact in subclasses(Fact) if fact.__module__.startswith("repository.")]
    written = {fact.__name__ for fact in source if hasattr(fact, "words")}

    assert written == set(FACTS)
    assert len(written) > 20


def test_members_keep_the_names_that_the_first_release_gave_them() -> None:
    withdrawn = VersionWithdrawn(7, 5, [6], "spam", "Not data.")

    assert PUBLISHED.kind == "VersionPublished"
    assert PUBLISHED.subject == 7
    assert PUBLISHED.details == {"concept": 5, "others": (6,), "index": 2, "revision": 3}
    assert withdrawn.details == {"concept": 5, "others": [6], "reason": "spam", "note": "Not data."}
    assert TokenIssued(1, 2, ["user:read"]).details == {"person": 2, "scopes": ["user:read"], "limited_to": None}


def test_a_fact_is_told_to_people_in_both_languages() -> None:
    assert PUBLISHED.phrase() == "published version 2"
    assert PUBLISHED.phrase("zh") == "发布版本 2"
    assert PUBLISHED.phrase("fr") == "published version 2"
    assert VersionPublished(7).phrase() == "published version"


def test_a_text_that_a_language_lacks_is_the_english_one() -> None:
    assert FactPhrase("saved", "").text("zh") == "saved"


@pytest.mark.parametrize("kind", FACTS.values(), ids=lambda kind: kind.__name__)
def test_every_fact_has_phrases_of_its_own_fields_and_can_be_read_from_its_subject_alone(kind: type[Fact]) -> None:
    fact = read_fact(FACTS, kind.__name__, 12, {})

    assert fact == kind(12)  # type: ignore[call-arg]
    assert fact is not None
    assert fact.subject == 12
    assert fact.phrase("en")
    assert fact.phrase("zh") != fact.phrase("en")
    assert not {field.name for field in fields(kind)} & {"kind", "subject", "details"}


def test_a_row_is_read_back_into_the_fact_that_was_emitted(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(PUBLISHED)
        unit.emit(FileReceived(3, "温度.csv", "ab"))

    assert [fact_of(row, FACTS) for row in facts_of(services)] == [PUBLISHED, FileReceived(3, "温度.csv", "ab")]


def test_members_of_a_newer_release_are_ignored_and_missing_ones_have_defaults() -> None:
    newer = {"concept": 5, "others": [6], "index": 2, "revision": 3, "weather": "rain"}
    older = {"concept": 5, "others": None}

    assert read_fact(FACTS, "VersionPublished", 7, newer) == PUBLISHED
    assert read_fact(FACTS, "VersionPublished", 7, older) == VersionPublished(7, 5)


def test_a_kind_that_no_feature_contributes_is_no_fact() -> None:
    row = FactRow(kind="VolcanoErupted", subject=1, details={}, actor="system", at=datetime.now(UTC))

    assert fact_of(row, FACTS) is None


def test_a_fact_from_which_nothing_follows_is_written_once_and_never_read_by_the_relay(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    while relay(services.database):
        pass
    with services.database.transaction(SYSTEM) as unit, statements(services) as before:
        unit.emit(LinkRevoked(3))
        now = unit.now

    with statements(services) as told:
        assert relay(services.database) == 0

    assert facts_of(services)[-1].relayed_at == now
    assert [statement.split()[0] for statement in before if "fact" in statement] == ["INSERT"]
    assert questions(told) == 1, "it only looked whether something waits"
    assert {"LinkRevoked", "TokenIssued", "EditBegun"} <= UNFOLLOWED
    assert not any(REACTIONS[kind] for kind in UNFOLLOWED)


def test_a_fact_from_which_something_follows_waits_for_the_relay(deposits: Deposits, services: Services) -> None:
    deposits.published()

    waiting = [row.kind for row in facts_of(services) if row.relayed_at is None]

    assert waiting == ["DraftOpened", "FileReceived", "VersionPublished"]
