"""Two releases on one database: expand, then contract.

The previous release runs on the schema of this one, and each carries on with what the other wrote.  This one does
nothing on the schema of the previous one but say that the migration comes first.
"""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from config.settings import Settings, read_settings
from migrations.models import METADATA
from repository.app import create_app
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.core.actor import SYSTEM
from repository.core.database.schema_check import obstacles
from repository.core.facts import FactRow, fact_of
from repository.engines.services import Services
from repository.features import FACTS
from repository.operation.open_jobs import open_jobs
from repository.search.index import differences
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import statements
from tests.support.releases import ReleasedCode, newest_release, releases
from tests.support.web_server import environment_of, until
from workers.relay import relay

BASE_URL = "http://repository.test"
SWEEP = (
    "name VARCHAR(40) PRIMARY KEY, due TIMESTAMP NOT NULL, lease_until TIMESTAMP, started TIMESTAMP, wished TIMESTAMP, "
    "finished TIMESTAMP, seconds FLOAT, found INTEGER NOT NULL, repaired INTEGER NOT NULL, cause VARCHAR(2000) NOT NULL"
)
PATIENCE_SECONDS = 60.0
NONE = "no release is named in tests/support/releases.toml that this clone has"


@pytest.fixture(scope="module")
def this_code(tmp_path_factory: pytest.TempPathFactory) -> ReleasedCode:
    """The last commit: shows that the test itself works, whatever releases there are."""
    return ReleasedCode.of("HEAD", tmp_path_factory.mktemp("code"))


@pytest.fixture(scope="module")
def previous_code(tmp_path_factory: pytest.TempPathFactory) -> ReleasedCode:
    release = newest_release()
    if release is None:
        pytest.skip(NONE)
    return ReleasedCode.of(release.commit, tmp_path_factory.mktemp("code"))


@pytest.fixture(params=["this_code", "previous_code"])
def code(request: pytest.FixtureRequest) -> ReleasedCode:
    """The last commit, and the newest release."""
    source: ReleasedCode = request.getfixturevalue(request.param)
    return source


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """Of a process of the other release, on the engines of the test."""
    return environment_of_release(
        tmp_path,
        BASE_URL=settings.base_url,
        DATABASE_URL=settings.database_url,
        STORE_URL=settings.store_url,
        SEARCH_URL=settings.search_url,
        DOWNLOADS="stream",
    )


def environment_of_release(folder: Path, **settings: str) -> dict[str, str]:
    """Of a process of any release: without the settings that an earlier one does not know."""
    chosen = environment_of(folder, **settings)
    return {name: chosen[name] for name in chosen.keys() - {"REPOSITORY_MAIL_URL", "REPOSITORY_INSPECTION"}}


@pytest.fixture
def doctored(services: Services) -> Engine:
    """A migrated database whose schema a test may spoil."""
    return services.database.engine


def faults_of(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return obstacles(connection, METADATA)


def spoil(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.process
@pytest.mark.slow
def test_the_previous_release_lives_on_the_schema_of_this_one_and_each_carries_on_with_the_other_s_facts(
    author: Caller, deposits: Deposits, services: Services, code: ReleasedCode, environment: dict[str, str]
) -> None:
    name = {"family_name": "Li", "alternate_names": [{"lang": "zho", "family_name": "李"}]}
    record = deposits.published(None, **{"a.csv": b"a,b\n1,2\n"})
    named_twice = deposits.published(a_dataset(creators=[{"person_or_org": {"type": "personal", **name}}]))
    assert code.obstacles(environment, environment["REPOSITORY_DATABASE_URL"]) == []

    life = code.live(environment, str(author.token), record["id"], named_twice["id"])
    deposits.open()
    while relay(services.database):
        pass

    shown = author.get(f"/api/records/{life['published']}").get_json()
    assert shown["metadata"]["title"] == "A dataset of another release, corrected"
    assert author.get(f"/api/records/{record['id']}").get_json()["pids"]["doi"]["state"] == "registered"
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow)).all()
        assert [row.kind for row in rows if fact_of(row, FACTS) is None] == []
        assert {job.name for job in open_jobs(snapshot)} == {"index_drafts"}
    assert {difference.part for difference in differences(services)} <= {"draft"}


@pytest.mark.process
@pytest.mark.slow
def test_a_database_of_the_previous_release_is_not_served_before_it_is_migrated_and_then_with_all_it_holds(
    empty_database_url: str, tmp_path: Path, code: ReleasedCode
) -> None:
    environment = environment_of_release(
        tmp_path, DATABASE_URL=empty_database_url, BASE_URL=BASE_URL, DOWNLOADS="stream"
    )
    code.run(environment, "-m", "repository", "migrate")
    code.run(environment, "-m", "repository", "user", "create", "author@example.org")
    token = code.run(environment, "-m", "repository", "token", "create", "author@example.org").strip()
    life = code.live(environment, token)
    names = {name.removeprefix("REPOSITORY_").lower(): value for name, value in environment.items()}
    chosen = {name: names[name] for name in ("base_url", "database_url", "store_url", "search_url", "downloads")}

    with closing(open_services(read_settings(**chosen))) as services:
        caller = Caller(create_app(services).test_client(), token)
        is_served = not faults_of(services.database.engine)
        _until_ready(caller, 200 if is_served else 503)
        migrate_to(services.database.engine)

        _until_ready(Caller(create_app(services).test_client()), 200)
        shown = caller.get(f"/api/records/{life['published']}").get_json()
        assert shown["metadata"]["title"] == "A dataset of another release, corrected"
        assert Deposits(caller).published()["id"]


def _until_ready(caller: Caller, status: int) -> None:
    """Ask until the server's readiness has this `status`: an engine of a busy machine may answer too late at first."""

    def is_so() -> bool:
        reply = caller.get("/health/ready")
        print(reply.get_json())  # shown if it never comes
        return reply.status_code == status

    until(is_so, PATIENCE_SECONDS, f"readiness {status}")


def test_on_an_older_schema_this_release_is_not_ready_and_says_what_to_do(services: Services) -> None:
    engine = services.database.engine
    migrate_to(engine, "0006")

    reply = Caller(create_app(services).test_client()).get("/health/ready")
    assert reply.status_code == 503
    assert "repository migrate" in reply.get_json()["engines"]["database"]

    migrate_to(engine)
    assert Caller(create_app(services).test_client()).get("/health/ready").status_code == 200


def test_a_schema_that_serves_is_not_read_again(services: Services) -> None:
    services.database.require_schema()

    with statements(services) as told:
        services.database.require_schema()

    assert told == []


def test_a_database_that_a_newer_release_has_migrated_is_left_as_it_is(services: Services) -> None:
    engine = services.database.engine
    spoil(engine, "UPDATE alembic_version SET version_num = '9999'")

    assert migrate_to(engine) == "9999"
    assert faults_of(engine) == []


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["ALTER TABLE fact DROP COLUMN request_id"], "there is no column fact.request_id"),
        (["DROP TABLE sweep"], "there is no table sweep"),
        (
            ["ALTER TABLE sweep RENAME COLUMN seconds TO duration"],
            "there is no column sweep.seconds",
        ),
    ],
)
def test_a_schema_that_lacks_what_a_release_reads_is_found(doctored: Engine, statements: list[str], fault: str) -> None:
    assert faults_of(doctored) == []
    spoil(doctored, *statements)
    assert faults_of(doctored) == [fault]


def test_a_new_column_that_the_previous_release_does_not_fill_is_found(doctored: Engine) -> None:
    spoil(
        doctored,
        "CREATE TABLE weather (id INTEGER NOT NULL)",
        "ALTER TABLE sweep ADD COLUMN shape VARCHAR(20)",
        "ALTER TABLE sweep ADD COLUMN mood VARCHAR(20) NOT NULL DEFAULT 'calm'",
    )
    assert faults_of(doctored) == [], "what fills itself is no obstacle"

    spoil(doctored, "DROP TABLE sweep", f"CREATE TABLE sweep ({SWEEP}, result TEXT NOT NULL, colour TEXT NOT NULL)")
    assert faults_of(doctored) == ["the column sweep.colour must be filled"]


def test_a_column_that_became_narrower_or_takes_no_null_any_more_is_found(doctored: Engine) -> None:
    narrow = SWEEP.replace("VARCHAR(40)", "VARCHAR(4)").replace("started TIMESTAMP", "started TIMESTAMP NOT NULL")
    spoil(doctored, "DROP TABLE sweep", f"CREATE TABLE sweep ({narrow}, result TEXT NOT NULL)")

    assert faults_of(doctored) == [
        "the column sweep.name has 4 characters, not 40",
        "the column sweep.started takes no null",
    ]


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.embedded("the other process opens the database by its file")
def test_a_migration_that_takes_a_column_from_the_previous_release_is_found_with_its_own_tables(
    services: Services, settings: Settings, this_code: ReleasedCode, environment: dict[str, str]
) -> None:
    spoil(services.database.engine, "ALTER TABLE fact DROP COLUMN request_id")

    assert this_code.obstacles(environment, settings.database_url) == ["there is no column fact.request_id"]


def test_the_releases_are_read_oldest_first() -> None:
    text_of_file = """
        [[release]]
        version = "0.2.0"
        commit = "abc"
        [[release]]
        version = "0.3.0"
        commit = "def"
    """

    assert [(release.version, release.commit) for release in releases(text_of_file)] == [
        ("0.2.0", "abc"),
        ("0.3.0", "def"),
    ]
    assert releases("# none yet") == []
