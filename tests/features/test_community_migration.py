"""Names of communities become rows and names again, with rows in every table, on every database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from repository.cli.database_commands import migrate_to
from repository.core.actor import SYSTEM
from repository.core.database.engine import open_database
from repository.core.errors import Conflict
from repository.engines.services import Services
from tests.conftest import Caller, Deposits
from tests.features.harvesting import correct

pytestmark = pytest.mark.slow

BEFORE, AFTER = "0006", "0007"
NOON = "2026-06-01 12:00:00"


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    opened = open_database(empty_database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def old(engine: Engine) -> Engine:
    return filled(engine)


def filled(engine: Engine) -> Engine:
    """Four datasets as they were before communities were rows, each with a published version that was changed."""
    migrate_to(engine, BEFORE)
    with engine.begin() as connection:
        execute(connection, PERSON)
        execute(connection, "INSERT INTO file_set (id, state, count, total_bytes) VALUES (1, 'frozen', 0, 0)")
        for number, slug in enumerate(("polar", "j00189", "polar", None), 1):
            connection.execute(
                text(
                    "INSERT INTO concept (id, owner_id, latest_id, versions, created, community)"
                    f" VALUES ({number}, 1, {number + 10}, 1, '{NOON}', :slug)"
                ),
                {"slug": slug},
            )
            execute(connection, VERSION.format(id=number + 10, concept=number))
            execute(connection, f"INSERT INTO past_datestamp VALUES (:noon, {number + 10}, :noon)")
    return engine


PERSON = (
    "INSERT INTO person (id, email, name, role, active, created) VALUES (1, 'a@b.org', 'A', 'depositor', true, :noon)"
)
VERSION = (
    'INSERT INTO version (id, concept_id, "index", revision, change, created, updated, description, custom_fields,'
    " record_access, files_access, files_enabled, file_set_id, exposed, datestamp) VALUES"
    " ({id}, {concept}, 1, 1, 1, :noon, :noon, '{{}}', '{{}}', 'public', 'public', false, 1, true, :noon)"
)


def execute(connection: Any, statement: str) -> None:
    connection.execute(text(statement.replace(":noon", f"'{NOON}'")))


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


MEMBERS = (
    "SELECT concept_id, slug, is_default FROM community_dataset"
    " JOIN community ON community.id = community_id ORDER BY concept_id, slug"
)


def test_every_name_in_use_becomes_a_community_and_the_default_of_its_datasets(old: Engine) -> None:
    migrate_to(old, AFTER)

    titles = [(slug, str(title).replace(" ", "")) for slug, title in rows(old, "SELECT slug, titles FROM community")]
    assert [(slug, title.replace("'", '"')) for slug, title in titles] == [
        ("j00189", '{"en":"j00189"}'),
        ("polar", '{"en":"polar"}'),
    ]
    assert rows(old, MEMBERS) == [(1, "polar", True), (2, "j00189", True), (3, "polar", True)]
    assert rows(old, "SELECT count(*) FROM version JOIN concept ON concept.id = concept_id") == [(4,)]


def test_down_again_every_dataset_has_the_name_of_its_default(old: Engine) -> None:
    migrate_to(old, AFTER)
    with old.begin() as connection:
        execute(
            connection,
            "INSERT INTO community_dataset SELECT 1, id, false, :noon FROM community WHERE slug = 'j00189'",
        )

    migrate_to(old, BEFORE)

    expected = [(1, "polar"), (2, "j00189"), (3, "polar"), (4, None)]
    assert rows(old, "SELECT id, community FROM concept ORDER BY id") == expected
    assert rows(old, "SELECT count(*) FROM version JOIN past_datestamp ON version_id = id") == [(4,)]
    migrate_to(old, AFTER)
    assert rows(old, MEMBERS) == [(1, "polar", True), (2, "j00189", True), (3, "polar", True)]


def test_a_site_without_communities_goes_up_and_down(engine: Engine) -> None:
    migrate_to(engine, AFTER)
    assert rows(engine, "SELECT * FROM community") == []
    assert migrate_to(engine, BEFORE) == BEFORE


def test_a_published_site_goes_down_and_up_again_with_its_rows(
    services: Services, author: Caller, deposits: Deposits
) -> None:
    record, _draft = deposits.published(), deposits.open()
    author.post(record["links"]["versions"])
    correct(services, record["id"])
    engine = services.database.engine
    tables = ("person", "concept", "version", "past_datestamp", "draft", "file_entry", "identifier")
    before = [rows(engine, f"SELECT count(*) FROM {table}") for table in tables]

    migrate_to(engine, "0006")
    migrate_to(engine)

    assert [rows(engine, f"SELECT count(*) FROM {table}") for table in tables] == before
    migrate_to(engine, "0001")
    assert rows(engine, "SELECT count(*) FROM version") == [(1,)]
    assert rows(engine, "SELECT count(*) FROM draft") == [(2,)]
    migrate_to(engine)
    assert author.get(record["links"]["self"]).status_code == 200


def test_foreign_keys_hold_again_after_a_migration(services: Services) -> None:
    migrate_to(services.database.engine)
    orphan = f"INSERT INTO concept (id, owner_id, versions, created) VALUES (1, 404, 0, '{NOON}')"

    with pytest.raises(Conflict), services.database.transaction(SYSTEM) as unit:
        unit.session.execute(text(orphan))


def test_a_migration_on_sqlite_that_would_leave_rows_without_what_they_refer_to_changes_nothing(
    tmp_path: Path,
) -> None:
    old = filled(open_database(f"sqlite:///{tmp_path}/repository.db"))
    with old.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("UPDATE version SET concept_id = 404 WHERE id = 11")
        driver.execute("PRAGMA foreign_keys=ON")

    with pytest.raises(Conflict, match="1 rows refer to missing rows: version to concept"):
        migrate_to(old, AFTER)

    assert rows(old, "SELECT DISTINCT community FROM concept WHERE community = 'polar'") == [("polar",)]
    old.dispose()
