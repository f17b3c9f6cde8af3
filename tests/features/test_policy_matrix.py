"""The page of the policy: what `repository policy` prints, and it says what the policy says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import repository.access
from repository.access.policy import POLICY, Action, Relation, Rule, _any
from repository.access.policy_command import policy
from repository.access.policy_matrix import COLUMNS, matrix

PAGE = Path(repository.access.__file__).parent / "MATRIX.md"


def cells(page: str, title: str, action: str) -> dict[str, bool]:
    """What a table of the page says of an action, by column."""
    table = page.split(f"## {title}\n")[1].split("\n## ")[0].strip().splitlines()
    columns = [cell.strip() for cell in table[0].strip("|").split("|")]
    [row] = [line for line in table if line.startswith(f"| {action} |")]
    values = [cell.strip() for cell in re.split(r"\|", row)[1:-1]]
    return {name: value == "•" for name, value in zip(columns, values, strict=True) if name in COLUMNS}


def test_the_page_in_the_source_is_the_one_of_this_policy() -> None:
    assert PAGE.read_text("utf-8") == CliRunner().invoke(policy).output, "run: repository policy > MATRIX.md"


def test_every_action_stands_on_the_page() -> None:
    page = matrix()
    assert [action for action in Action if f"| {action.replace('_', ' ')} |" not in page] == []


def test_it_tells_who_reads_closed_files_and_who_withdraws() -> None:
    page = PAGE.read_text("utf-8")
    files = cells(page, "A public record whose files are restricted or under embargo", "read files")
    assert {name for name, is_allowed in files.items() if not is_allowed} == {"public", "signed in"}
    late = cells(page, "A public record, more than 30 days after publication", "withdraw")
    assert {name for name, is_allowed in late.items() if is_allowed} == {"curator", "administrator"}


def test_another_rule_gives_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = matrix()
    monkeypatch.setitem(POLICY, Action.SHARE, Rule(POLICY[Action.SHARE].scope, _any(Relation.EDITOR)))
    assert cells(matrix(), "A draft", "share")["edit"]
    assert not cells(before, "A draft", "share")["edit"]
