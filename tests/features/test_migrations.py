"""The schema's history: one way up and down on every database, and the models say what it leads to."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, text

from migrations.models import METADATA
from repository.cli import commands
from repository.cli.database_commands import migrate_to
from repository.core.database.engine import open_database
from repository.core.errors import Unsuitable

pytestmark = pytest.mark.slow

HISTORY = "alembic_version"
SERVERS = 4
BEFORE_GRANTS = "0006"


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    opened = open_database(empty_database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def migrated(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, METADATA))


def str_of(options: dict[str, object]) -> str:
    return str({name: str(value) for name, value in options.items()})


def shape(engine: Engine) -> dict[str, object]:
    """Columns, keys and indexes as the database tells them."""
    seen = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(name)],
            seen.get_pk_constraint(name),
            sorted(map(repr, seen.get_foreign_keys(name))),
            sorted(map(repr, seen.get_unique_constraints(name))),
            sorted(
                (str(each["name"]), each["column_names"], each["unique"], str_of(each.get("dialect_options", {})))
                for each in seen.get_indexes(name)
            ),
        )
        for name in seen.get_table_names()
    }


def test_all_the_way_up_makes_every_table_of_the_models(engine: Engine) -> None:
    migrate_to(engine)
    assert tables(engine) == {*METADATA.tables, HISTORY}


def test_the_models_equal_the_schema(migrated: Engine) -> None:
    assert differences(migrated) == []


def test_every_index_of_the_models_is_there(migrated: Engine) -> None:
    """Those of expressions too: on SQLite, a comparison does not see them, and a table made anew loses them."""
    of_models = {index.name for table in METADATA.tables.values() for index in table.indexes}
    catalogue = {"sqlite": "SELECT name FROM sqlite_master", "postgresql": "SELECT indexname FROM pg_indexes"}
    with migrated.connect() as connection:
        there = set(connection.scalars(text(catalogue[migrated.dialect.name])))
    assert of_models <= there


def test_a_difference_between_models_and_schema_is_found(migrated: Engine) -> None:
    with migrated.begin() as connection:
        connection.execute(text("DROP INDEX ix_fact_waiting"))
        connection.execute(text("ALTER TABLE person ADD COLUMN shoe_size INTEGER"))
    found = {item[0] for item in differences(migrated) if isinstance(item, tuple)}
    assert found == {"add_index", "remove_column"}


def test_names_of_keys_follow_the_convention_on_every_database(migrated: Engine) -> None:
    seen = inspect(migrated)
    assert seen.get_pk_constraint("draft")["name"] == "pk_draft"
    assert {key["name"] for key in seen.get_foreign_keys("draft")} == {"fk_draft_concept_id", "fk_draft_file_set_id"}
    assert {key["name"] for key in seen.get_unique_constraints("identifier")} == {
        "uq_identifier_scheme_folded",
        "uq_identifier_owner_scheme",
    }


@pytest.mark.parametrize(
    ("index", "condition"),
    [("ix_fact_waiting", "relayed_at IS NULL"), ("ix_draft_one_new_version", "kind = 'new_version'")],
)
def test_an_index_over_some_rows_has_its_condition(migrated: Engine, index: str, condition: str) -> None:
    table = index.split("_")[1]
    options = next(each["dialect_options"] for each in inspect(migrated).get_indexes(table) if each["name"] == index)
    written = str(options[f"{migrated.dialect.name}_where"])
    assert written.replace("(", "").replace(")", "").replace("::text", "") == condition


def test_all_the_way_down_leaves_no_table_but_the_history(engine: Engine) -> None:
    migrate_to(engine)
    migrate_to(engine, "base")
    assert tables(engine) == {HISTORY}
    assert revision(engine) is None


def test_down_and_up_again_leads_to_the_same_schema(engine: Engine) -> None:
    migrate_to(engine)
    before = shape(engine)
    migrate_to(engine, "base")
    migrate_to(engine)
    assert shape(engine) == before


def test_every_revision_can_be_reached_one_by_one_and_left_again(engine: Engine) -> None:
    steps = [each.revision for each in ScriptDirectory("migrations").walk_revisions()][::-1]
    for step in [*steps, *steps[-2::-1]]:
        assert migrate_to(engine, step) == step
        assert revision(engine) == step
    assert migrate_to(engine, "base") == "base"
    assert revision(engine) is None


def test_up_twice_changes_nothing_and_keeps_the_rows(migrated: Engine) -> None:
    with migrated.begin() as connection:
        connection.execute(text("INSERT INTO file_set (state, count, total_bytes) VALUES ('open', 3, 4)"))
    migrate_to(migrated)
    with migrated.connect() as connection:
        assert connection.execute(text("SELECT state, count, total_bytes FROM file_set")).one() == ("open", 3, 4)


def test_what_was_set_aside_waits_after_the_way_down_and_up_again(migrated: Engine) -> None:
    fact = "INSERT INTO fact (kind, subject, details, actor, request_id, at, unknown_since)"
    job = "INSERT INTO job (name, queue, subject, fact_id, state, attempts, run_after, cause, created)"
    now = "'2026-01-01 00:00:00'"
    with migrated.begin() as connection:
        connection.execute(text(f"{fact} VALUES ('VolcanoErupted', 1, '{{}}', 'system', '', {now}, {now})"))
        connection.execute(text(f"{job} VALUES ('evacuate', 'soon', 1, 1, 'unknown', 0, {now}, '', {now})"))
    migrate_to(migrated, "0006")
    migrate_to(migrated)
    with migrated.begin() as connection:
        assert connection.execute(text("SELECT kind, unknown_since FROM fact")).one() == ("VolcanoErupted", None)
        assert connection.execute(text("SELECT state FROM job")).scalar() == "waiting"
        connection.execute(text("DELETE FROM job"))
        connection.execute(text("DELETE FROM fact"))
        connection.execute(text(f"{fact} VALUES ('VolcanoErupted', 1, '{{}}', 'system', '', {now}, NULL)"))
        assert connection.execute(text("SELECT id FROM fact")).scalar() == 2, "ids of facts are never given again"


def test_servers_that_start_at_once_migrate_one_after_another(engine: Engine) -> None:
    together = threading.Barrier(SERVERS)

    def start() -> str:
        together.wait()
        return migrate_to(engine)

    with ThreadPoolExecutor(SERVERS) as pool:
        reached = {each.result() for each in [pool.submit(start) for _ in range(SERVERS)]}
    assert reached == {revision(engine)}
    assert differences(engine) == []


def test_a_migration_that_fails_leaves_the_database_as_it_was(engine: Engine) -> None:
    migrate_to(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE site_mark (id INTEGER)"))  # is in the way of a later migration
    before = tables(engine)
    with pytest.raises(Exception, match="already exists"):
        migrate_to(engine)
    assert tables(engine) == before
    assert revision(engine) == "0001"


def test_another_program_s_tables_are_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE version (id INTEGER)"))
    with pytest.raises(Unsuitable, match="such as version"):
        migrate_to(engine)
    assert tables(engine) == {"version"}


def test_the_command_brings_an_empty_database_up(
    empty_database_url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPOSITORY_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("REPOSITORY_STORE_URL", f"file://{tmp_path}/store")
    monkeypatch.setenv("REPOSITORY_SEARCH_URL", f"embedded:{tmp_path}/search.db")
    done = CliRunner().invoke(commands, ["migrate"], catch_exceptions=False)
    assert done.exit_code == 0
    assert tables(engine) == {*METADATA.tables, HISTORY}
    head = ScriptDirectory("migrations").get_current_head()
    assert revision(engine) == head
    assert done.output == f"The database is at {head}.\n"


def test_owners_become_grants_on_the_way_up_and_stay_owners_on_the_way_down(engine: Engine) -> None:
    migrate_to(engine, BEFORE_GRANTS)
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO person (id, email, name, role, active, created)"
            " VALUES (7, 'a@example.org', '', 'depositor', true, '2026-01-01 00:00:00')",
            "INSERT INTO concept (id, owner_id, versions, created) VALUES (1, 7, 0, '2026-01-01 00:00:00')",
            "INSERT INTO concept (id, owner_id, versions, created) VALUES (2, 7, 0, '2026-01-02 00:00:00')",
        ):
            connection.execute(text(statement))
    migrate_to(engine)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT g.concept_id, subject_kind, subject_id, permission, expires, g.created = c.created AS same_date"
                " FROM access_grant g JOIN concept c ON c.id = g.concept_id ORDER BY g.concept_id"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        (1, "person", 7, "owner", None, True),
        (2, "person", 7, "owner", None, True),
    ]
    migrate_to(engine, BEFORE_GRANTS)
    assert "access_grant" not in tables(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM concept WHERE owner_id = 7")).scalar() == 2


def fill(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def before(step: str) -> str:
    revision = ScriptDirectory("migrations").get_revision(step)
    assert revision is not None
    return str(revision.down_revision)


A_SET_OF_FILES = (
    "INSERT INTO file_set (id, state, count, total_bytes) VALUES (1, 'open', 3, 30)",
    "INSERT INTO stored_file (id, object_key, size, md5, sha256, media_type, created, fault)"
    " VALUES (1, 'aa', 10, 'm1', 's1', 'text/plain', '2026-01-01 00:00:00', ''),"
    " (2, 'bb', 20, 'm2', 's2', 'text/plain', '2026-01-01 00:00:00', '')",
    "INSERT INTO file_entry (id, file_set_id, key, extension, file_id, staged_id, pending, hidden, created, updated)"
    " VALUES (1, 1, 'a', '', 1, NULL, false, false, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),"
    " (2, 1, 'b', '', 2, NULL, false, false, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),"
    " (3, 1, 'c', '', 1, 2, true, false, '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
)


def test_files_that_are_there_become_verified_and_stay_so_on_the_way_down(engine: Engine) -> None:
    migrate_to(engine, before("0009"))
    fill(engine, *A_SET_OF_FILES)
    migrate_to(engine, "0009")
    query = "SELECT id, md5, sha256, state, failure, location FROM stored_file ORDER BY id"
    assert rows(engine, query) == [
        (1, "m1", "s1", "verified", None, "staging"),
        (2, "m2", "s2", "verified", None, "staging"),
    ]
    fill(engine, "UPDATE stored_file SET md5 = NULL, sha256 = NULL, state = 'received' WHERE id = 2")
    migrate_to(engine, before("0009"))
    assert rows(engine, "SELECT id, md5, sha256 FROM stored_file") == [(1, "m1", "s1")]
    assert rows(engine, "SELECT key, file_id, staged_id, pending FROM file_entry ORDER BY key") == [
        ("a", 1, None, False),
        ("b", None, None, True),
        ("c", 1, None, False),
    ]
    assert rows(engine, "SELECT count, total_bytes FROM file_set") == [(3, 10)]
    migrate_to(engine, "0009")
    assert rows(engine, query) == [(1, "m1", "s1", "verified", None, "staging")]


def test_the_release_before_can_write_files_beside_this_one(engine: Engine) -> None:
    migrate_to(engine, "0009")
    fill(engine, *A_SET_OF_FILES)
    assert rows(engine, "SELECT DISTINCT state, location FROM stored_file") == [("verified", "staging")]


def test_an_upload_outlives_its_name_and_its_parts_go_with_it(engine: Engine) -> None:
    migrate_to(engine, "0009")
    fill(
        engine,
        *A_SET_OF_FILES,
        "INSERT INTO upload (id, file_entry_id, object_key, store_upload_id, size, state, created, expires)"
        " VALUES (1, 1, 'cc', 'x', 9, 'open', '2026-01-01 00:00:00', '2026-01-08 00:00:00')",
        "INSERT INTO upload_part (upload_id, number, size, tag, received) VALUES (1, 1, 9, 't', '2026-01-01 00:00:00')",
        "DELETE FROM file_entry WHERE id = 1",
    )
    assert rows(engine, "SELECT id, file_entry_id FROM upload") == [(1, None)]
    fill(engine, "DELETE FROM upload")
    assert rows(engine, "SELECT * FROM upload_part") == []
