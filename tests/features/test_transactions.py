"""Two rights, two types: the type checker refuses a verb in a snapshot, and so does the database."""

import re
from contextlib import suppress

import pytest
from mypy import api
from sqlalchemy import update
from sqlalchemy.exc import InternalError

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.accounts import register_person
from repository.people.model import Person

PROGRAM = """
from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database
from repository.people.accounts import register_person
from repository.people.queries import person_by_email
from repository.people.model import Person

def read(database: Database) -> None:
    with database.snapshot(SYSTEM) as unit:
        person_by_email(unit, "a@b.test")
        register_person(unit, "a@b.test")
        unit.session.add(Person())
        unit.session.flush()

def write(database: Database) -> None:
    with database.transaction(SYSTEM) as unit:
        person_by_email(unit, "a@b.test")
        register_person(unit, "a@b.test")
        unit.session.add(Person())
        unit.session.flush()
"""


@pytest.mark.slow
def test_writing_in_a_snapshot_is_a_type_error() -> None:
    options = ["--config-file=", "--strict", "--ignore-missing-imports", "--follow-imports=silent"]
    out, err, _ = api.run([*options, "--no-error-summary", "-c", PROGRAM])
    assert not err
    refused = sorted({int(line) for line in re.findall(r"^<string>:(\d+): error:", out, re.MULTILINE)})
    lines = PROGRAM.splitlines()
    assert [lines[number - 1].strip() for number in refused] == [
        'register_person(unit, "a@b.test")',
        "unit.session.add(Person())",
        "unit.session.flush()",
    ]
    assert max(refused) < lines.index("def write(database: Database) -> None:")


def test_a_write_that_gets_past_the_type_checker_is_not_kept(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        person = register_person(unit, "a@b.test", "Before")
    rename = update(Person).values(name="After")
    with suppress(InternalError), services.database.snapshot(SYSTEM) as snapshot:
        snapshot.session.execute(rename)  # PostgreSQL refuses it, SQLite forgets it
    with pytest.raises(TypeError), services.database.snapshot(SYSTEM) as snapshot:
        snapshot.session.add(Person())  # type: ignore[misc]
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.get_one(Person, person.id).name == "Before"
