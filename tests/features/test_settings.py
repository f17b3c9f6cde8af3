"""Settings: from the environment, else from an env file; a wrong one stops the start with one line that names it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import Settings, SettingsError, read_settings, retired_settings
from tests.support.commands import command_here
from tests.support.web_server import environment_of

WRONG = [
    ("DATABASE_URL", "mysql://localhost/x"),
    ("STORE_URL", "/just/a/path"),
    ("SEARCH_URL", "sqlite:x"),
    ("QUEUE_URL", "amqp://localhost"),
    ("BASE_URL", "data.example.org"),
    ("BASE_URL", "ftp://data.example.org"),
    ("DOI_PREFIX", "11.5072"),
    ("CSTR_PREFIX", "1234"),
    ("IDENTIFIER_SERIES", "Data Set"),
    ("NAME", ""),
    ("ADMIN_EMAIL", "desk@localhost"),
    ("ADMIN_EMAIL", "desk of us@example.org"),
    ("OAI_FRIENDS", "https://a.example.org/oai b.example.org/oai"),
    ("WEB_THREADS", "0"),
    ("WEB_THREADS", "many"),
    ("MAX_FILE_BYTES", "-1"),
    ("LOG_LEVEL", "LOUD"),
]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"REPOSITORY_{name.upper()}", raising=False)
    monkeypatch.delenv("REPOSITORY_ENV_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"REPOSITORY_{name}", value)
    with pytest.raises(SettingsError) as wrong:
        read_settings()
    assert str(wrong.value).startswith(f"REPOSITORY_{name}: ")
    assert "\n" not in str(wrong.value)


def test_every_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPOSITORY_DOI_PREFIX", "doi")
    monkeypatch.setenv("REPOSITORY_LOG_LEVEL", "LOUD")
    with pytest.raises(SettingsError, match=r"REPOSITORY_DOI_PREFIX: .*; REPOSITORY_LOG_LEVEL: "):
        read_settings()


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPOSITORY_DATABASE_URL", "mysql://user:hunter2@host/name")
    with pytest.raises(SettingsError) as wrong:
        read_settings()
    assert "hunter2" not in str(wrong.value)


def test_a_setting_of_an_earlier_release_changes_nothing_and_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert retired_settings() == []
    (tmp_path / ".env").write_text("REPOSITORY_SECRET_KEY=short\nREPOSITORY_NAME=Still here\n")
    assert read_settings().name == "Still here"
    assert retired_settings() == ["REPOSITORY_SECRET_KEY"]
    (tmp_path / ".env").unlink()
    monkeypatch.setenv("REPOSITORY_SECRET_KEY", "x")
    assert read_settings().name != "Still here"
    assert retired_settings() == ["REPOSITORY_SECRET_KEY"]


def test_what_the_depositor_s_commands_read_stops_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPOSITORY_SERVER", "https://data.example.org")
    monkeypatch.setenv("REPOSITORY_TOKEN", "x")
    assert "token" not in read_settings().model_dump()


def test_the_env_file_in_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REPOSITORY_NAME=From the file\nOTHER=ignored\n")
    assert read_settings().name == "From the file"


def test_the_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "chosen.env").write_text("REPOSITORY_NAME=From the file\nREPOSITORY_DOI_PREFIX=10.1234\n")
    monkeypatch.setenv("REPOSITORY_ENV_FILE", str(tmp_path / "chosen.env"))
    monkeypatch.setenv("REPOSITORY_NAME", "From the environment")
    settings = read_settings()
    assert (settings.name, settings.doi_prefix) == ("From the environment", "10.1234")


def test_an_env_file_that_is_named_and_missing_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPOSITORY_ENV_FILE", str(tmp_path / "missing.env"))
    with pytest.raises(SettingsError, match=r"REPOSITORY_ENV_FILE: .*missing\.env"):
        read_settings()


def test_settings_cannot_be_changed_after_they_were_read() -> None:
    settings = read_settings()
    with pytest.raises(ValidationError):
        settings.name = "Another"  # type: ignore[misc]


def test_without_settings_everything_is_embedded_and_below_var() -> None:
    settings = read_settings()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.store_url.startswith("file:///")
    assert settings.search_url.startswith("embedded:/")
    assert settings.queue_url == "embedded:"
    assert all("/var/" in url for url in (settings.database_url, settings.store_url, settings.search_url))


def test_a_base_url_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPOSITORY_BASE_URL", "https://data.example.org/repository/")
    assert read_settings().base_url == "https://data.example.org/repository"


@pytest.mark.parametrize("arguments", [("serve",), ("migrate",), ("doctor",), ("user", "create", "a@example.org")])
def test_every_command_stops_at_a_wrong_setting_with_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = command_here(environment_of(tmp_path, DOI_PREFIX="nonsense"), *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip() == "repository: REPOSITORY_DOI_PREFIX: must be a DOI prefix such as 10.5072"
    assert not (tmp_path / "repository.db").exists()
