"""The command line, as an operator meets it: what it prints, and where, and its exit status.

Commands run in this process.  Three tests start one, because they are about it: nothing but the token reaches its
output, nobody is at its input, and it is started by the name of the package.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from repository.core.actor import SYSTEM, Actor, TokenScope
from repository.deposits.draft_bodies import read_draft_body
from repository.deposits.drafts import open_draft
from repository.engines.search.port import DocumentKind
from repository.engines.services import Services
from repository.feature import Queue
from repository.operation.model import Job, JobState
from tests.conftest import a_dataset
from tests.support.commands import command_here
from tests.support.web_server import command, environment_of
from workers.relay import relay
from workers.runner import run_next

SECRET = "the secret of this installation"
EMAIL = "person@example.org"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a data folder of this test."""
    environment = environment_of(tmp_path, SECRET_KEY=SECRET)
    return lambda *arguments, **options: command_here(environment, *arguments, **options)


@pytest.fixture
def environment(tmp_path: Path, settings: Settings) -> dict[str, str]:
    """That of a command on the engines of `services`."""
    return environment_of(
        tmp_path,
        SECRET_KEY=SECRET,
        DATABASE_URL=settings.database_url,
        STORE_URL=settings.store_url,
        SEARCH_URL=settings.search_url,
    )


@pytest.fixture
def migrated(environment: dict[str, str]) -> Run:
    """Runs a command on the engines of `services`."""
    return lambda *arguments, **options: command_here(environment, *arguments, **options)


def expect_one_line(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    """The command failed, and said why in one line on stderr."""
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("repository: ")
    assert all(word in lines[0] for word in words), lines[0]


def test_migrate_makes_the_database_and_can_be_repeated(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        done = run("migrate")
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"The database is at \d{4}\.\n", done.stdout)
    assert (tmp_path / "repository.db").exists()


def test_a_name_that_is_too_long_to_keep_is_one_line_that_names_the_field(migrated: Run) -> None:
    expect_one_line(migrated("user", "create", EMAIL, "--name", "x" * 201), "name", "200")
    assert migrated("user", "create", EMAIL).returncode == 0
    expect_one_line(migrated("token", "create", EMAIL, "--name", "x" * 101), "name", "100")


@pytest.mark.slow
def test_migrate_goes_down_and_up_again(run: Run) -> None:
    assert run("migrate").returncode == 0
    assert run("migrate", "--to", "base").returncode == 0
    assert run("user", "create", EMAIL).returncode == 1
    assert run("migrate").returncode == 0
    assert run("user", "create", EMAIL).returncode == 0


def test_migrate_to_an_unknown_revision_is_one_line(run: Run) -> None:
    expect_one_line(run("migrate", "--to", "nonsense"), "nonsense")


def test_before_the_migration_a_command_says_what_to_do(run: Run) -> None:
    expect_one_line(run("user", "create", EMAIL), "database")


def test_a_person_is_created_once(migrated: Run) -> None:
    done = migrated("user", "create", "Person@Example.org", "--name", "A Person", "--role", "curator")
    assert done.returncode == 0, done.stderr
    assert EMAIL in done.stdout
    expect_one_line(migrated("user", "create", EMAIL), "already", EMAIL)


def test_a_wrong_address_is_one_line_that_names_the_field(migrated: Run) -> None:
    expect_one_line(migrated("user", "create", "nobody"), "email")


def test_a_password_comes_from_standard_input_only(migrated: Run, app: Any) -> None:
    done = migrated("user", "create", EMAIL, "--password-stdin", input="correct horse battery\n")
    assert done.returncode == 0, done.stderr
    assert "correct" not in done.stdout + done.stderr
    http = app.test_client()
    assert http.get("/api/user/tokens", auth=(EMAIL, "correct horse battery")).status_code == 200
    assert http.get("/api/user/tokens", auth=(EMAIL, "correct horse batter")).status_code == 401


@pytest.mark.parametrize("given", ["short\n", "\n", ""])
def test_a_password_that_is_too_short_makes_no_person(migrated: Run, given: str) -> None:
    expect_one_line(migrated("user", "create", EMAIL, "--password-stdin", input=given), "password")
    expect_one_line(migrated("token", "create", EMAIL), EMAIL)


@pytest.mark.process
def test_creating_a_person_never_asks(environment: dict[str, str]) -> None:
    done = command(environment, "user", "create", EMAIL, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr


@pytest.mark.process
def test_a_token_is_printed_alone_and_opens_the_api(environment: dict[str, str], migrated: Run, app: Any) -> None:
    assert migrated("user", "create", EMAIL).returncode == 0
    done = command(environment, "token", "create", EMAIL)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.split()) == 1
    headers = {"Authorization": f"Bearer {done.stdout.strip()}"}
    assert app.test_client().post("/api/records", json={}, headers=headers).status_code == 201


def test_a_token_can_do_no_more_than_its_scopes(migrated: Run, app: Any) -> None:
    assert migrated("user", "create", EMAIL).returncode == 0
    secret = migrated("token", "create", EMAIL, "--scope", "user:read").stdout.strip()
    headers = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().post("/api/records", json={}, headers=headers).status_code == 403
    assert app.test_client().get("/api/user/records", headers=headers).status_code == 200


def test_there_is_no_token_for_nobody(migrated: Run) -> None:
    expect_one_line(migrated("token", "create", "nobody@example.org"), "nobody@example.org")


def test_an_unknown_scope_is_refused_with_those_that_exist(migrated: Run) -> None:
    done = migrated("token", "create", EMAIL, "--scope", "everything")
    assert done.returncode == 2
    assert all(scope in done.stderr for scope in ("deposit:write", "deposit:actions", "user:read"))


@pytest.fixture
def draft(migrated: Run, services: Services) -> int:
    """A draft whose facts and jobs wait."""
    assert migrated("user", "create", EMAIL).returncode == 0
    depositor = Actor(1, scopes=frozenset(TokenScope))
    with services.database.transaction(depositor) as unit:
        body = read_draft_body(services.site, services.vocabularies, a_dataset())
        return open_draft(unit, services.site, body).draft.id


def test_the_index_check_names_differences_and_a_rebuild_mends_them(
    migrated: Run, draft: int, services: Services
) -> None:
    done = migrated("index", "check")
    assert done.returncode == 1
    assert f"draft {draft}: missing" in done.stdout
    assert done.stdout.endswith("1 differences, 1 documents expected.\n")
    rebuilt = migrated("index", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "1 documents indexed." in rebuilt.stdout
    done = migrated("index", "check")
    assert (done.returncode, done.stdout) == (0, "0 differences, 1 documents expected.\n")
    services.search.drop(DocumentKind.DRAFT, [draft])
    assert migrated("index", "check").returncode == 1


def test_jobs_that_failed_are_listed_with_their_cause_and_can_be_run_again(
    migrated: Run, draft: int, services: Services
) -> None:
    relay(services.database)
    with services.database.transaction(SYSTEM) as unit:
        (job,) = unit.session.query(Job).all()
        job.state, job.cause, job.attempts = JobState.FAILED.value, "Unavailable: no engine", 20
    listed = migrated("jobs", "list", "--state", "failed")
    assert listed.returncode == 0, listed.stderr
    assert all(
        word in listed.stdout
        for word in (str(draft), "failed", "index_drafts", "attempts 20", "Unavailable: no engine")
    )
    assert migrated("jobs", "list", "--state", "waiting").stdout == ""
    assert migrated("jobs", "retry").stdout == "1 jobs will run again.\n"
    assert "waiting" in migrated("jobs", "list").stdout
    assert sum(run_next(services, queue) for queue in Queue) == 1
    assert migrated("jobs", "list").stdout == ""
    assert migrated("jobs", "retry").stdout == "0 jobs will run again.\n"


def test_one_job_can_be_run_again_by_its_number(migrated: Run, draft: int, services: Services) -> None:
    relay(services.database)
    number = migrated("jobs", "list").stdout.split("\t")[0]
    assert migrated("jobs", "retry", "987654").stdout == "0 jobs will run again.\n"
    assert migrated("jobs", "retry", number).stdout == "1 jobs will run again.\n"


def test_the_doctor_shows_settings_engines_and_backlog_but_no_secret(migrated: Run, draft: int) -> None:
    done = migrated("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    for name in ("database_url", "store_url", "search_url", "doi_prefix"):
        assert f"setting  {name} = " in done.stdout
    for engine in ("database: ", "store: ", "search: ", "doi: ", "cstr: "):
        assert f"answers  {engine}" in done.stdout
    assert "0 queued, 0 running, 0 failed" in done.stdout
    assert "warning  DOI prefix 10.5072 is for tests" in done.stdout
    assert "warning  REPOSITORY_SECRET_KEY has no meaning any more: remove it." in done.stdout


def test_the_doctor_hides_the_password_of_a_database(tmp_path: Path) -> None:
    url = "postgresql://repository:hunter2@127.0.0.1:1/repository"
    done = command_here(environment_of(tmp_path, DATABASE_URL=url), "doctor")
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    assert "SILENT" in done.stdout


def test_the_doctor_says_when_the_migration_is_missing(run: Run) -> None:
    done = run("doctor")
    assert done.returncode == 1
    assert "repository migrate" in done.stdout


def test_an_env_file_is_read_and_the_environment_wins_over_it(tmp_path: Path) -> None:
    (tmp_path / "my.env").write_text("REPOSITORY_NAME=Of the file\nREPOSITORY_IDENTIFIER_SERIES=polar\n")
    done = command_here(
        environment_of(tmp_path, ENV_FILE=str(tmp_path / "my.env"), NAME="Of the environment"), "doctor"
    )
    assert "setting  name = Of the environment" in done.stdout
    assert "setting  identifier_series = polar" in done.stdout


@pytest.mark.process
def test_help_names_every_command(tmp_path: Path) -> None:
    done = command(environment_of(tmp_path), "--help")
    assert done.returncode == 0
    for name in ("serve", "migrate", "prepare", "demo", "user", "token", "index", "jobs", "worker", "relay", "doctor"):
        assert f"\n  {name} " in done.stdout


def test_a_job_is_shown_with_its_fact_and_the_queues_with_what_waits(
    migrated: Run, draft: int, services: Services
) -> None:
    relay(services.database)
    number = migrated("jobs", "list").stdout.split("\t")[0]
    shown = migrated("jobs", "show", number)
    assert shown.returncode == 0, shown.stderr
    for words in (f"index_drafts of {draft}", "waiting, not before", "DraftOpened at ", "person:1 opened the draft"):
        assert words in shown.stdout
    expect_one_line(migrated("jobs", "show", "987654"), "987654")
    assert "soon\tindex_drafts\twaiting\t1\n" in migrated("jobs", "queues").stdout
