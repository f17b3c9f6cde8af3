"""The drill is worth nothing where it sees no loss: each thing that a restore can lose is a line that differs.

`make drill` runs it, as `.ci/run` does; here are its pieces.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.architecture.house import ROOT
from tests.drills.drill_load import Acknowledged
from tests.drills.drill_table import DrillTable
from tests.drills.site_reading import Comparison, DepositReading, against_acknowledged, against_reading
from tests.faults.ledger import Deposit, Stage

DIGEST, OTHER = "0f" * 32, "f0" * 32
DOI, CONCEPT_DOI = {"doi": "10.5072/data.2"}, {"doi": "10.5072/data.1"}
PUBLISHED = Deposit(
    "2", "Bills", 0, Stage.PUBLISHED, files={"a": DIGEST}, identifiers=DOI, concept_identifiers=CONCEPT_DOI
)
DRAFT = Deposit("4", "Flippers", 0, files={"b": DIGEST})
LATER = Deposit("6", "Later", 0, Stage.PUBLISHED, files={"c": DIGEST, "d": DIGEST}, identifiers={"doi": "10.5072/6"})
KNOWN = [Acknowledged(deposit, deposit.stage, dict(deposit.files)) for deposit in (PUBLISHED, DRAFT)]


def reading_of(deposit: Deposit) -> DepositReading:
    files = dict(deposit.files)
    metadata = {"title": deposit.title, "publisher": "Polar Data Centre"}
    concept = deposit.concept_identifiers
    return DepositReading(deposit.stage, metadata, deposit.identifiers, concept, 1, files, files, [])


WHOLE = {deposit.id: reading_of(deposit) for deposit in (PUBLISHED, DRAFT, LATER)}


def differences(shown: dict[str, DepositReading]) -> dict[str, list[str]]:
    compared = against_acknowledged(KNOWN, WHOLE, shown, [PUBLISHED, DRAFT, LATER])
    return {comparison.subject: comparison.differences for comparison in compared}


def changed(deposit: Deposit, **values: Any) -> dict[str, DepositReading]:
    return {**WHOLE, deposit.id: replace(WHOLE[deposit.id], **values)}


def without(deposit: Deposit) -> dict[str, DepositReading]:
    return {key: reading for key, reading in WHOLE.items() if key != deposit.id}


def test_a_whole_site_differs_in_nothing_and_what_came_after_the_backup_may_be_gone() -> None:
    assert not any(differences(WHOLE).values())
    assert not any(differences(without(LATER)).values())
    corrected = {"title": "Bills, corrected", "publisher": "Polar Data Centre"}
    assert not any(differences(changed(PUBLISHED, metadata=corrected)).values())


@pytest.mark.parametrize(
    ("shown", "subject"),
    [
        (without(PUBLISHED), "publications and drafts"),
        (without(DRAFT), "publications and drafts"),
        (changed(PUBLISHED, stage=Stage.DRAFT), "publications and drafts"),
        (changed(PUBLISHED, metadata={"title": "Bills"}), "metadata"),
        (changed(PUBLISHED, metadata={"title": "B", "publisher": "Polar Data Centre"}), "metadata"),
        (changed(PUBLISHED, identifiers={"doi": "10.5072/data.9"}), "DOI and CSTR"),
        (changed(PUBLISHED, concept_identifiers={}), "DOI and CSTR"),
        (changed(PUBLISHED, version=2), "positions"),
        (changed(PUBLISHED, files={"a": OTHER}), "files"),
        (changed(DRAFT, files={}), "files"),
        (changed(LATER, files={"c": DIGEST}, checksums={"c": DIGEST}), "everything else"),
        (changed(LATER, files={"c": DIGEST, "d": OTHER}), "everything else"),
        (changed(LATER, identifiers={"doi": "10.5072/9"}), "everything else"),
        (changed(DRAFT, checksums={"b": OTHER}), "everything else"),
    ],
)
def test_each_loss_differs(shown: dict[str, DepositReading], subject: str) -> None:
    assert any(subject in line and named for line, named in differences(shown).items())


@pytest.mark.parametrize("change", [lambda: without(DRAFT), lambda: changed(PUBLISHED, unfinished=["x"])])
def test_a_second_reading_differs_where_anything_does(change: Callable[[], dict[str, DepositReading]]) -> None:
    assert against_reading(WHOLE, WHOLE).differences == []
    assert len(against_reading(WHOLE, change()).differences) == 1


def test_the_table_names_what_differs_and_the_drill_ends_with_it() -> None:
    printed = io.StringIO()
    table = DrillTable(printed)
    table.begin("embedded")
    table.tell("restored", Comparison("files", 3))
    assert not table.differs
    table.tell("restored", Comparison("metadata", 3, ["2 is another"]))
    table.tell("published on", Comparison("files", 3))
    table.end(1.0)
    assert table.differs
    assert "DIFFERS  2 is another" in printed.getvalue()
    assert "something differs, 1 seconds" in printed.getvalue()


def test_what_decides_runs_the_drill() -> None:
    assert 'make PYTHON="$python" drill' in (ROOT / ".ci" / "run").read_text("utf-8")
