"""Odd values of every setting: each stops the start with one line, or the site that it opens works."""

import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, read_settings
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.core.actor import SYSTEM
from repository.engines.search.port import DocumentKind

NUMBERS = ("", " ", "-1", "0", "1.5", "many", "1e3", "nan", "9" * 40, "٣x", "0x10")
ODD_AMOUNTS = tuple(number for number in NUMBERS if number != "0")
ADDRESSES = (
    "",
    " ",
    "data.example.org",
    "ftp://a.example.org",
    "http://",
    "https:///x",
    "http://h:99999",
    "http://h:x",
)
PLACES = ("", " ", "/srv/x", "FILE", "http//x", "file")

REFUSED = {
    "NAME": ("", "   ", "a\nb", "bell\x07", "x" * 201, b"caf\xe9"),
    "BASE_URL": (
        *ADDRESSES,
        "http://u:p@h",
        "http://h/?q",
        "http://h/#f",
        "http://a b/",
        "http://[::1",
        b"http://h\xff",
    ),
    "DATABASE_URL": (
        *PLACES,
        "mysql://h/x",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:x.db",
        "sqlite:///:memory:",
        "sqlite:///{folder}",
        "sqlite:///{file}/x.db",
        "postgresql:x",
        "postgresql://h:99999/x",
        "postgresql://h:x/x",
        b"sqlite:////\xff.db",
    ),
    "DATABASE_CONNECTIONS": (*NUMBERS, "1", "501"),
    "STORE_URL": (
        *PLACES,
        "file:",
        "file://",
        "file:///",
        "file://elsewhere/srv",
        "file:///srv/x?y",
        "file:///srv/x#y",
        "file:///a%00b",
        "file:///a%ff",
        "file://{file}",
        "file://{file}/below",
        "s3:",
        "s3://",
        "s3://Bucket",
        "s3://bucket/folder",
        "s3://key:secret@bucket",
        "s3://bucket?endpoint=h",
        "s3://bucket?endpoint=http://h:99999",
        "s3://bucket?endpoint=http://h:x",
        "s3://bucket?colour=red",
        "s3://bucket?style=round",
        "s3://bucket?region=A B",
    ),
    "INSPECTION": ("", " ", "Caged", "on", "yes"),
    "DOWNLOADS": ("", " ", "REDIRECT", "both"),
    "DOWNLOAD_SECONDS": (*NUMBERS, "9", "604801"),
    "SEARCH_URL": (
        *PLACES,
        "embedded://h/x",
        "embedded:/",
        "embedded:/x?y",
        "embedded:/a%00b",
        "embedded:{folder}/",
        "embedded:{file}/x.db",
        "http://",
        "http://h:99999",
        "http://h:x/p",
        "http://h/A B",
        "https://h/x?y",
    ),
    "QUEUE_URL": (
        *PLACES,
        "amqp://h",
        "embedded:/x",
        "embedded:x",
        "redis://h:99999",
        "redis://h:x/0",
        b"redis://\xff",
    ),
    "LIMITS": (
        "search",
        "search=",
        "search=-1",
        "search=1.5",
        "search=1 search=2",
        "find=1",
        "read=1,search=1",
        "read=9999999999",
    ),
    "LIMITS_URL": (*PLACES, "embedded:", "memory:/x", "redis://h:99999", "redis://h:x/0", b"redis://\xff"),
    "DOI_PREFIX": ("", " ", "11.5072", "10.507", "10.5072/", "10.٥٠٧٢", " 10.5072"),
    "CSTR_PREFIX": ("", " ", "1234", "123456", "12_45", "一二三四五"),
    "IDENTIFIER_SERIES": ("", " ", "Data", "1data", "data set", "d" * 21, "ä"),
    "REGISTRARS": ("", " ", "{folder}", "{file}", "{folder}/missing.toml", "{file}/x", "{binary}"),
    "IDENTITY": ("", " ", "{folder}", "{file}", "{folder}/missing.toml", "{file}/x", "{binary}"),
    "MAX_FILE_BYTES": (*NUMBERS, str(1 << 63)),
    "MAX_FILES_PER_RECORD": (*NUMBERS, str(1 << 63)),
    "MAX_DRAFTS_PER_PERSON": (*ODD_AMOUNTS, str(1 << 63)),
    "MAX_DRAFT_BYTES_PER_PERSON": (*ODD_AMOUNTS, str(1 << 63)),
    "RESERVE_BYTES": (*ODD_AMOUNTS, str(1 << 63)),
    "QUARANTINE_DAYS": (*NUMBERS, "0", "36501"),
    "FIXITY_DAYS": (*NUMBERS, "36501"),
    "FIXITY_BYTES_PER_SECOND": (*NUMBERS, "65535", str(1 << 63)),
    "TIME_ZONE": ("", " ", "Mars/Olympus", "+08:00", "utc ", "../UTC", "Asia", "localtime", "Asia/Shanghai\n"),
    "EMBARGO_DAYS_MAX": (*ODD_AMOUNTS, "36501"),
    "ACCESS_DAYS_MAX": (*ODD_AMOUNTS, "36501"),
    "ACCESS_REQUEST_DAYS": (*ODD_AMOUNTS, "36501"),
    "ADMIN_EMAIL": (" ", "desk@localhost", "desk of us@example.org", "a@b@c.org", "a@example.org\n"),
    "MAIL_URL": (
        *PLACES,
        "embedded://h/x",
        "embedded:/",
        "embedded:/a%00b",
        "embedded:{file}",
        "embedded:{file}/below",
        "smtp:",
        "smtp://",
        "smtp://h:99999",
        "smtp://h/x",
        "smtp://h?tls=maybe",
        "smtp://h?tls=none&tls=none",
        "smtps://h?tls=none",
        "smtp://h#f",
        "smtp://h",
        "smtp://u:p\r\n@h",
    ),
    "MAIL_FROM": (" ", "desk@localhost", "Desk <desk@example.org>", "a@example.org\nBcc: b@example.org"),
    "OAI_FRIENDS": ("a.example.org", "ftp://a.example.org", "http://a.example.org http://", "http://h:x"),
    "TRUSTED_PROXIES": ("proxy", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1;10.0.0.2", "Unix", "1.2"),
    "WEBHOOK_NETWORKS": ("proxy", "10.0.0.1/8", "0.0.0.0/0", "unix", "::/0"),
    "DRAFT_DAYS": (*ODD_AMOUNTS, "1", "59", "36501"),
    "FETCH_HOSTS": (
        "https://h",
        "h/path",
        "u:p@h",
        "h:0",
        "h:99999",
        "a..b",
        "h*",
        "http://",
        "*.*",
        b"\xff",
    ),
    "FETCH_NETWORKS": ("proxy", "10.0.0.1/8", "0.0.0.0/0", "unix", "::/0"),
    "FETCH_BYTES_PER_SECOND": ODD_AMOUNTS,
    "ORCID_URL": (" ", "pub.orcid.org", "ftp://h/", "http://", "https://u:p@h/", "https://h/?q", "http://h:x", b"\xff"),
    "DOI_METADATA_URL": (" ", "doi.org", "ftp://h/", "https://u:p@h/", "https://h/?q", "http://h:x", b"\xff"),
    "CSTR_METADATA_URL": (" ", "cstr.cn", "ftp://h/", "https://u:p@h/", "https://h/?q", "http://h:x", b"\xff"),
    "METADATA_HOSTS": ("https://h", "h/path", "u:p@h", "h:0", "a..b", "http://", b"\xff"),
    "SIGN_UP": ("", " ", "Open", "everybody", "open invitation", b"\xff"),
    "SIGN_UP_DOMAINS": (
        "example",
        "@example.org",
        "a@example.org",
        "https://example.org/x y",
        ".org",
        "a..org",
        b"\xff.org",
    ),
    "WEB_PROCESSES": (*NUMBERS, "65"),
    "WEB_THREADS": (*NUMBERS, "257"),
    "ACCEL": (" ", "protected", "/protected/", "/a b", "https://h/x", "/a\nb"),
    "WEB_PUBLIC_SEARCHES": (*NUMBERS, "256"),
    "WEB_TRANSFERS": (*NUMBERS, "1", "1001"),
    "CLIENT_SECONDS": (*NUMBERS, "3601"),
    "LOG_LEVEL": ("", " ", "info", "LOUD", "INFO\n"),
    "ENV_FILE": (" ", "{folder}", "{folder}/missing.env", "{binary}"),
    "PAGES_DIR": (" ", "{file}", "{folder}/missing", "{file}/x", "a\x07b"),
    "NO_SUCH_SETTING": ("", "x"),
}

WORKS = [
    ("NAME", "  数据仓库  "),
    ("BASE_URL", "https://data.example.org///"),
    ("BASE_URL", "http://[::1]:5000/at/home"),
    ("SECRET_KEY", "of an earlier release"),
    ("SECRET_KEY", ""),
    ("DATABASE_URL", "sqlite:///relative.db"),
    ("DATABASE_URL", "sqlite:///{folder}/new/below/x.db"),
    ("STORE_URL", "file:relative"),
    ("STORE_URL", "file:///{folder}/a%20blank/"),
    ("STORE_URL", "file://localhost{folder}/new"),
    ("SEARCH_URL", "embedded:"),
    ("SEARCH_URL", "embedded:relative.db"),
    ("SEARCH_URL", "embedded:{folder}/new/below/search.db"),
    ("MAIL_URL", "embedded:"),
    ("MAIL_URL", "embedded:{folder}/new/mail"),
    ("MAIL_FROM", "desk@example.org"),
    ("LIMITS", "  anonymous-search=60   read=0 "),
    ("LIMITS_URL", "redis://127.0.0.1:1/0"),
    ("MAX_FILE_BYTES", str(1 << 62)),
    ("ADMIN_EMAIL", ""),
    ("OAI_FRIENDS", "  "),
    ("TIME_ZONE", "Asia/Shanghai"),
    ("TRUSTED_PROXIES", " 127.0.0.1, 10.0.0.0/8  2001:db8::/32 unix "),
    ("INSPECTION", "off"),
    ("SIGN_UP", "open"),
    ("ORCID_URL", ""),
    ("ORCID_URL", "https://pub.orcid.org/v3.0"),
    ("DOI_METADATA_URL", ""),
    ("DOI_METADATA_URL", "https://doi.org"),
    ("CSTR_METADATA_URL", "https://www.cstr.cn/openapi/v3/portal/api/detail"),
    ("METADATA_HOSTS", "data.crosscite.org api.crossref.org"),
    ("SIGN_UP_DOMAINS", " Uni.example, inst.example.org "),
    ("SIGN_UP_DOMAINS", ""),
    ("ENV_FILE", ""),
    ("PAGES_DIR", ""),
    ("PAGES_DIR", "{folder}"),
]


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """A site of the test's own, and what its settings can name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("config.settings.DEFAULT_SEARCH_URL", f"embedded:{tmp_path}/default.db")
    monkeypatch.setattr("config.settings.DEFAULT_MAIL_URL", f"embedded:{tmp_path}/mail")
    for name in [name for name in os.environ if name.startswith("REPOSITORY_")]:
        monkeypatch.delenv(name)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("neither = [a folder")
    (tmp_path / "binary").write_bytes(b"REPOSITORY_NAME=\xff\xfe\n")
    for name, value in {
        "DATABASE_URL": "sqlite:///site.db",
        "STORE_URL": "file:store",
        "SEARCH_URL": "embedded:site.s",
        "MAIL_URL": "embedded:mail",
    }.items():
        monkeypatch.setenv(f"REPOSITORY_{name}", value)
    return {name: str(tmp_path / name) for name in ("folder", "file", "binary")}


def set_to(monkeypatch: pytest.MonkeyPatch, name: str, value: str | bytes, places: dict[str, str]) -> None:
    text = os.fsdecode(value) if isinstance(value, bytes) else value
    for place, path in places.items():
        text = text.replace(f"{{{place}}}", path)
    monkeypatch.setenv(f"REPOSITORY_{name}", text)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values])
def test_an_odd_value_stops_the_start_with_one_line(
    monkeypatch: pytest.MonkeyPatch, places: dict[str, str], name: str, value: str | bytes
) -> None:
    set_to(monkeypatch, name, value, places)
    with pytest.raises(SettingsError) as refused, closing(open_services(read_settings())):
        pytest.fail("the site was opened")
    line = str(refused.value)
    assert line.startswith(f"REPOSITORY_{name}: ")
    assert "\n" not in line
    line.encode()


@pytest.mark.parametrize(("name", "value"), WORKS)
def test_a_value_that_is_taken_opens_a_site_that_works(
    monkeypatch: pytest.MonkeyPatch, places: dict[str, str], name: str, value: str
) -> None:
    set_to(monkeypatch, name, value, places)
    with closing(open_services(read_settings())) as services:
        migrate_to(services.database.engine)
        services.store.prepare()
        services.search.prepare()
        services.search.drop(DocumentKind.RECORD, [1])
        assert list(services.search.entries()) == []
        assert services.store.clear_abandoned(timedelta(1)) == 0
        with services.database.snapshot(SYSTEM) as snapshot:
            assert snapshot.session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1


def test_every_setting_is_in_the_table() -> None:
    assert {name.upper() for name in Settings.model_fields} <= REFUSED.keys()
