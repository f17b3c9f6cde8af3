"""What a step costs does not grow with the number of files, counted in statements and in steps of SQLite's machine."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from repository.engines.services import Services
from tests.benchmarks.many_files import commit_all, key_of
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, base, statements
from tests.features.test_constant_costs import GROWTH, costs

pytestmark = [pytest.mark.slow, pytest.mark.embedded("PostgreSQL does not count its steps")]
FEW, MANY = 200, 2_000
BATCH = 1_000
GROWING = {"level": 1 + MANY // FEW}
"""What lies in the folders of a page is added up."""


def filled(services: Services, author: Caller, deposits: Deposits, count: int) -> Json:
    """A draft with so many committed files."""
    draft = deposits.open()
    for first in range(0, count, BATCH):
        names = [{"key": key_of(number)} for number in range(first, min(first + BATCH, count))]
        assert author.post(base(draft), json=names).status_code == 201
    commit_all(services, int(draft["id"]))
    return draft


def acts(author: Caller, draft: Json, count: int) -> Mapping[str, Callable[[], Any]]:
    """Each step of a draft's life that depositors take often; names that are used once are counted up."""
    files, numbers = base(draft), iter(range(count, count + 1_000))

    def checked(method: str, path: str, **options: Any) -> None:
        reply = author(method, path, **options)
        assert reply.status_code < 400, reply.text

    def deposit() -> None:
        key = key_of(next(numbers))
        checked("POST", files, json=[{"key": key}])
        checked("PUT", f"{files}/{key}/content", input_stream=io.BytesIO(b"1"))
        checked("POST", f"{files}/{key}/commit")
        checked("POST", f"{files}/{key}", json={"key": f"renamed/{key}"})
        checked("DELETE", f"{files}/renamed/{key}")

    return {
        "deposit": deposit,
        "first page": lambda: checked("GET", f"{files}?size=100"),
        "later page": lambda: checked("GET", f"{files}?size=100&after=data/part-48"),
        "level": lambda: checked("GET", f"{files}?prefix=data/"),
        "draft": lambda: checked("GET", f"/api/records/{draft['id']}/draft"),
        "selection": lambda: checked("DELETE", f"{files}?key={key_of(next(numbers) - count)}"),
    }


def test_what_a_step_costs_does_not_grow_with_the_files(services: Services, author: Caller, deposits: Deposits) -> None:
    drafts = {count: filled(services, author, deposits, count) for count in (FEW, MANY)}
    told = {count: costs(acts(author, draft, count)) for count, draft in drafts.items()}
    few, many = ({name: steps.total() for name, steps in told[count].items()} for count in (FEW, MANY))
    grown = {name: (few[name], many[name]) for name in few if many[name] > GROWING.get(name, GROWTH) * few[name]}
    assert not grown
    assert all(few.values()), "steps are counted"


def test_statements_are_as_many_for_any_number_of_files(
    services: Services, author: Caller, anyone: Caller, deposits: Deposits
) -> None:
    def life(count: int) -> dict[str, int]:
        draft = filled(services, author, deposits, count)
        record, files = f"/api/records/{draft['id']}", base(draft)
        numbers: dict[str, int] = {}

        def counted(name: str, method: str, path: str, **options: Any) -> Json:
            with statements(services) as heard:
                reply = author(method, path, **options)
            assert reply.status_code < 400, (name, reply.text)
            numbers[name] = len(heard)
            return reply.get_json(silent=True) or {}

        counted("folder renamed", "POST", f"{files}/data/part-03/", json={"key": "moved/"})
        counted("folder removed", "DELETE", f"{files}?folder=data/part-05")
        counted("level", "GET", f"{files}?folder=data")
        counted("publish", "POST", f"{record}/draft/actions/publish")
        counted("record", "GET", record)
        counted("page", "GET", f"/records/{draft['id']}?path=data&page=2")
        edit = counted("edit", "POST", f"{record}/draft")
        counted("save", "PUT", f"{record}/draft", json={**a_dataset(), "id": edit["id"]})
        counted("discard", "DELETE", f"{record}/draft")
        version = counted("new version", "POST", f"{record}/versions")
        author.delete(f"/api/records/{version['id']}/draft")
        return numbers

    life(FEW)  # the first time, more is read
    few, many = life(FEW), life(MANY)
    assert not {name: (few[name], number) for name, number in many.items() if number > few[name]}
