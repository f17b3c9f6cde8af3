"""Files of the data folder belong to the user of the processes alone, whatever umask they were started with."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask

from repository.core import private_files
from repository.core.private_files import OTHERS, tighten, tighten_database
from repository.core.web import file_responses
from repository.engines.store.local_store import LocalStore
from tests.conftest import a_dataset
from tests.support.web_server import running

KEY = "ab12"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(folder: Path) -> dict[str, str]:
    """What other users of the machine can open below a folder."""
    return {str(path.relative_to(folder)): oct(mode(path)) for path in folder.rglob("*") if mode(path) & OTHERS}


@pytest.fixture
def careless() -> Iterator[None]:
    """A process that was started with an umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def filled(root: Path, **options: Any) -> LocalStore:
    """A store with objects that came in one piece and as a part, an unfinished upload, and a mark."""
    store = LocalStore(root, **options)
    store.write(KEY, BytesIO(b"one"), limit=9)
    joined = store.uploads.begin("cd34", 3)
    store.uploads.complete(joined, [store.uploads.put_part(joined, 1, BytesIO(b"two"), size=3)])
    store.uploads.append(store.uploads.begin("ef56", 3), 0, BytesIO(b"ef"))
    store.marks.write("mark", b"x")
    return store


def test_a_store_is_private_whatever_the_umask(careless: None, tmp_path: Path) -> None:
    filled(tmp_path / "store")
    assert mode(tmp_path / "store") == 0o700
    assert open_to_others(tmp_path / "store" / "objects") == {}
    assert open_to_others(tmp_path / "store" / "marks") == {}
    assert mode(tmp_path / "store" / "uploads") == 0o700


def test_a_store_for_a_proxy_shows_its_group_the_objects_and_nothing_else(careless: None, tmp_path: Path) -> None:
    store = filled(tmp_path / "store", for_group=True)
    for key in (KEY, "cd34"):
        path = store.local_path(key)
        assert path is not None
        assert mode(path) == 0o440
        assert {mode(folder) for folder in (path.parent, path.parent.parent, store.root)} == {0o750}
    assert {mode(store.root / name) for name in ("incoming", "uploads", "marks")} == {0o700}


def test_a_private_store_that_a_proxy_shall_read_leads_to_its_new_objects(tmp_path: Path) -> None:
    filled(tmp_path / "store")
    store = LocalStore(tmp_path / "store", for_group=True)
    store.write("ab99", BytesIO(b"new"), limit=9)
    new, old = store.local_path("ab99"), store.local_path(KEY)
    assert new is not None
    assert old is not None
    assert new.parent == old.parent
    assert (mode(new), mode(old), mode(new.parent), mode(store.root)) == (0o440, 0o400, 0o750, 0o750)


def test_what_an_earlier_release_has_left_open_is_closed(tmp_path: Path) -> None:
    database = tmp_path / "site.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        for path in tmp_path.iterdir():
            path.chmod(0o666)
        assert {path.name for path in tmp_path.iterdir()} == {"site.db", "site.db-wal", "site.db-shm"}
        tighten_database(database)
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}
    root = tmp_path / "store"
    root.mkdir()
    root.chmod(0o755)
    LocalStore(root)
    assert mode(root) == 0o700


def test_what_is_not_ours_to_close_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    (tmp_path / "open").touch(0o666)
    (tmp_path / "open").chmod(0o666)
    monkeypatch.setattr(Path, "chmod", refuse)
    log = Mock()
    monkeypatch.setattr(private_files, "log", log)
    tighten(tmp_path / "open")
    assert log.warning.call_args.kwargs == {"path": str(tmp_path / "open"), "cause": "Operation not permitted"}


@pytest.mark.parametrize(("bits", "by_proxy"), [(0o440, True), (0o444, True), (0o400, False)])
def test_a_proxy_is_asked_only_for_what_it_can_read(tmp_path: Path, bits: int, by_proxy: bool) -> None:
    path = tmp_path / "object"
    path.write_bytes(b"x")
    path.chmod(bits)
    app = Flask("t")
    app.config[file_responses.ACCEL] = "/protected"

    class Object:
        name, size, md5, sha256, media_type, inline = "a", 1, "00" * 16, "00" * 32, "text/plain", True
        modified = None

        def path(self) -> Path:
            return path

        def require_bytes(self) -> None:
            """They are all there."""

        def is_trusted(self, _changed: float) -> bool:
            return True

    with app.test_request_context(headers={"X-Sendfile-Type": "X-Accel-Redirect"}):
        reply = file_responses.file_reply(Object())  # type: ignore[arg-type]
        assert ("X-Accel-Redirect" in reply.headers) == by_proxy
        reply.close()


@pytest.mark.process
@pytest.mark.slow
def test_a_server_leaves_nothing_open_in_its_data_folder(careless: None, tmp_path: Path) -> None:
    with running(tmp_path, WEB_PROCESSES="1") as server:
        author = server.depositor()
        record = author("POST", "/api/records", a_dataset()).json["id"]
        files = f"/api/records/{record}/draft/files"
        author("POST", files, [{"key": "data.bin"}])
        author("PUT", f"{files}/data.bin/content", b"bytes")
        author("POST", f"{files}/data.bin/commit")
        assert author("POST", f"/api/records/{record}/draft/actions/publish").status == 202
        assert author("GET", f"/api/records/{record}").status == 200
        server.run("backup", str(tmp_path / "backup"))
        found = open_to_others(tmp_path)
    assert set(found) == {"server.log", "empty.env"}, "which the test has made"
