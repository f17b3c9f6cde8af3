"""Archives: all files or chosen ones, whole or from any byte on, with nothing left out in silence."""

import io
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from sqlalchemy import update

from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.core.errors import Conflict
from repository.engines.services import Services
from repository.files import archived_files, zip_archive
from repository.files.archived_files import FileSelection, end_of
from repository.files.model import FileSet, StoredFile
from repository.files.zip_archive import ZipArchive
from repository.files.zip_layout import LARGE, MANY, ZipMember, ending
from tests.conftest import Caller, Deposits
from tests.features.damage import WatchedStore, change, stored
from tests.features.steps import Json

pytestmark = pytest.mark.slow

FILES = {
    "notes.txt": b"notes",
    "raw/a b.csv": b"1,2\n" * 9,
    "raw/气温/一.csv": "一".encode() * 7,
    "raw/empty": b"",
    "rawest.bin": bytes(range(256)),
}
MOMENT = datetime(2026, 11, 30, 12, 34, 57, tzinfo=UTC)


@pytest.fixture
def record(deposits: Deposits) -> Json:
    return deposits.published(None, **FILES)


@pytest.fixture
def archive(record: Json) -> str:
    return str(record["links"]["archive"])


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def forget_crc32(services: Services) -> None:
    """Leave rows as an earlier release wrote them."""
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).values(crc32=None))


def test_large_files_and_large_archives_are_told_as_such(tmp_path: Path) -> None:
    sizes = [70_000, LARGE - 1, LARGE, 90_000, LARGE + 5]
    for knows in (True, False):
        path = tmp_path / f"{knows}.zip"
        listed, position = b"", 0
        with path.open("wb") as file:  # holes: no disk has to hold these bytes
            for number, size in enumerate(sizes):
                entry = ZipMember(f"{number}.bin", size, MOMENT, 0 if knows else None)
                file.seek(position)
                file.write(entry.head)
                file.seek(size, io.SEEK_CUR)
                file.write(entry.tail(0))
                assert file.tell() == position + entry.length
                assert len(entry.listed(0, position)) == entry.listed_length(position)
                listed += entry.listed(0, position)
                position += entry.length
            file.write(listed + ending(len(sizes), len(listed), position))
        with zipfile.ZipFile(path) as opened:
            infos = opened.infolist()
            assert [info.file_size for info in infos] == sizes
            assert infos[-1].header_offset > LARGE
            for info in infos:
                with opened.open(info) as member:  # it compares the heads with the directory
                    assert member.read(7) == bytes(7)


def test_an_archive_of_very_many_entries_is_read_to_the_last() -> None:
    count = MANY
    assert len(ending(count - 1, 0, 0)) == 22, "the short end says all that there is to say"
    entries = [ZipMember(f"{number}", 0, MOMENT, 0) for number in range(count)]
    heads = b"".join(entry.head for entry in entries)
    listed = b"".join(entry.listed(0, number) for number, entry in enumerate(entries))

    with zipfile.ZipFile(io.BytesIO(heads + listed + ending(count, len(listed), len(heads)))) as opened:
        assert len(opened.infolist()) == count


def test_modes_names_and_times_are_told_and_odd_years_do_no_harm() -> None:
    for modified in (MOMENT, datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)):
        entry = ZipMember("目录/é.txt", 1, modified, crc32(b"x"))
        content = entry.head + b"x" + entry.listed(crc32(b"x"), 0)
        content += ending(1, len(entry.listed(0, 0)), entry.length)
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            [info] = opened.infolist()
            assert (info.filename, opened.read(info)) == ("目录/é.txt", b"x")
            assert info.external_attr >> 16 == stat.S_IFREG | 0o644
            assert info.create_system == 3
            assert modified != MOMENT or info.date_time == (2026, 11, 30, 12, 34, 56)


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("knows", [True, False])
def test_an_archive_is_resumed_at_any_byte(
    knows: bool, is_kept: bool, services: Services, archive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_archive, "MARKED", 2)
    monkeypatch.setattr(archived_files, "BATCH", 2)
    if not is_kept:
        monkeypatch.setattr(zip_archive, "MOST_KEPT", 0)
    if not knows:
        forget_crc32(services)
    store: Any = WatchedStore(services)
    anyone = Caller(create_app(replace(services, store=store)).test_client())
    whole = anyone.get(archive)
    assert members(whole.data) == FILES
    size, same = len(whole.data), {"If-Range": whole.headers["ETag"]}

    for start in range(0, size, 37):
        reply = anyone.get(archive, headers={"Range": f"bytes={start}-", **same})
        assert (reply.status_code, reply.data) == (206, whole.data[start:]), start
        assert reply.headers["Content-Range"] == f"bytes {start}-{size - 1}/{size}"
        reply = anyone.get(archive, headers={"Range": f"bytes={start}-{start + 99}"})
        assert reply.data == whole.data[start : start + 100], start
    store.read.clear()
    assert anyone.get(archive, headers={"Range": "bytes=-60"}).data == whole.data[-60:]
    assert len(store.read) == (0 if knows else 1), "only what nobody has computed is read for the directory"
    other = anyone.get(archive, headers={"Range": "bytes=5-", "If-Range": '"zip-0"'})
    assert (other.status_code, other.data) == (200, whole.data)
    assert anyone.get(archive, headers={"Range": f"bytes={size}-"}).status_code == 416
    assert anyone.get(archive, headers={"Range": "bytes=0-3,90-99"}).headers["Content-Type"].startswith("multipart/")


def test_a_folder_or_chosen_files_are_had_alone(anyone: Caller, record: Json, archive: str) -> None:
    chosen = {
        "?prefix=raw/": ["raw/a b.csv", "raw/empty", "raw/气温/一.csv"],
        "?prefix=raw": ["raw/a b.csv", "raw/empty", "raw/气温/一.csv", "rawest.bin"],
        "?prefix=raw/气温/": ["raw/气温/一.csv"],
        "?key=rawest.bin&key=notes.txt&key=rawest.bin": ["notes.txt", "rawest.bin"],
        "?prefix=": list(FILES),
    }
    tags = set()
    for query, names in chosen.items():
        reply = anyone.get(archive + query)
        assert members(reply.data) == {name: FILES[name] for name in names}, query
        assert reply.headers["Content-Length"] == str(len(reply.data)), query
        assert anyone("HEAD", archive + query).headers["ETag"] == reply.headers["ETag"]
        tags.add(reply.headers["ETag"])
    assert len(tags) == len(chosen)
    told = [anyone("HEAD", archive + query).headers["Content-Disposition"] for query in list(chosen)[:4]]
    assert [each.partition(";")[2].partition(";")[0] for each in told[:2]] == [f" filename={record['id']}-raw.zip"] * 2
    assert "%E6%B0%94%E6%B8%A9.zip" in told[2]
    assert f"filename={record['id']}-selection.zip" in told[3]


def test_what_is_not_there_is_named_and_never_left_out(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", b"a")
    files = f"/api/records/{draft['id']}/draft/files"
    author.post(files, json=[{"key": "late.csv"}])
    archive = f"{files}-archive"

    for query, name in {
        "?key=a.txt&key=none.csv": "none.csv",
        "?key=late.csv": "late.csv",
        "?key=": "''",
        "?key=%00": "\x00",
        "?key=%ff": "%FF",
        "?prefix=b": "'b'",
        "?prefix=a%00": "a\x00",
        "?prefix=%F4%8F%BF%BF": "\U0010ffff",
    }.items():
        for method in ("GET", "HEAD"):
            reply = author(method, archive + query)
            assert reply.status_code == 404, query
        assert name in author.get(archive + query).get_json()["message"], query
    both = author.get(f"{archive}?prefix=a&key=a.txt")
    assert (both.status_code, both.get_json()["errors"][0]["field"]) == (400, "key")
    many = author.get(f"{archive}?" + "&".join(f"key={n}" for n in range(1001)))
    assert (many.status_code, many.get_json()["errors"][0]["field"]) == (400, "key")
    assert author.get(f"{archive}?prefix={'a' * 1025}").status_code == 400
    assert members(author.get(archive).data) == {"a.txt": b"a"}
    assert members(author.get(f"/api/records/{deposits.open()['id']}/draft/files-archive").data) == {}
    assert anyone.get(f"{archive}?key=a.txt").status_code == 403


def test_a_hidden_file_is_nowhere(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    author.post(f"/api/records/{draft['id']}/draft/files", json=[{"key": "raw/secret.csv", "access": {"hidden": True}}])
    content = f"/api/records/{draft['id']}/draft/files/raw/secret.csv/content"
    author.put(content, data=b"s", headers={"Content-Type": "application/octet-stream"})
    author.post(content.replace("/content", "/commit"))
    deposits.upload(draft["id"], "open.csv", b"o")
    archive = deposits.publish(draft["id"])["links"]["archive"]

    assert members(anyone.get(archive).data) == {"open.csv": b"o"}
    for query in ("?key=raw/secret.csv", "?key=open.csv&key=raw/secret.csv", "?prefix=raw/"):
        assert anyone.get(archive + query).status_code == 404, query
    assert members(author.get(f"{archive}?prefix=raw/").data) == {"raw/secret.csv": b"s"}


def test_a_file_that_is_not_verified_stops_the_archive_before_it_begins(
    anyone: Caller, services: Services, archive: str
) -> None:
    file = next(file for file in stored(services) if file.size == 256)
    change(services, file, state="received")

    reply = anyone.get(archive)

    assert (reply.status_code, "rawest.bin" in reply.get_json()["message"]) == (409, True)
    assert anyone.get(f"{archive}?prefix=raw/").status_code == 200


@pytest.mark.parametrize("place", range(0, len(FILES), 2))
def test_every_object_is_looked_for_before_the_first_byte(
    place: int, anyone: Caller, services: Services, archive: str
) -> None:
    name = sorted(FILES)[place]
    lost = next(file for file in stored(services) if file.size == len(FILES[name]))
    services.store.remove([lost.object_key])

    for headers in ({}, {"Range": "bytes=0-"}):
        reply = anyone.get(archive, headers=headers)
        assert (reply.status_code, reply.mimetype) == (503, "application/json")
        assert reply.headers["Retry-After"]
        assert f"'{name}'" in reply.get_json()["message"]
    assert anyone.get(archive, headers={"Range": "bytes=-5"}).status_code == 206, "no byte of it is in there"
    assert stored(services)[lost.id - 1].reading is not None, "whoever reads in vain has it checked next"


def test_an_archive_is_sent_as_it_was_planned_though_its_draft_changes(
    services: Services, author: Caller, deposits: Deposits
) -> None:
    draft = deposits.open()
    for name in ("a.txt", "b.txt"):
        deposits.upload(draft["id"], name, name.encode())
    with services.database.snapshot(SYSTEM) as snapshot:
        set_id = snapshot.session.query(FileSet.id).scalar()
    planned = ZipArchive(services.database, services.store, FileSelection(set_id, int(draft["id"]), hidden=True))
    planned.require_objects(0, planned.size)
    author.delete(f"/api/records/{draft['id']}/draft/files/a.txt")
    deposits.upload(draft["id"], "aa.txt", b"later")

    assert members(b"".join(planned.blocks(0, planned.size))) == {"a.txt": b"a.txt", "b.txt": b"b.txt"}


def test_the_names_of_a_planned_archive_are_read_once(
    services: Services, deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", b"a")
    with services.database.snapshot(SYSTEM) as snapshot:
        set_id = snapshot.session.query(FileSet.id).scalar()
    planned = ZipArchive(services.database, services.store, FileSelection(set_id, int(draft["id"]), hidden=True))
    monkeypatch.setattr(zip_archive, "archived_files", lambda *_: pytest.fail("the names are read again"))

    planned.require_objects(0, planned.size)
    assert members(b"".join(planned.blocks(0, planned.size))) == {"a.txt": b"a"}


def test_a_draft_of_very_many_files_that_changes_meanwhile_breaks_the_archive_off(
    author: Caller, services: Services, deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_archive, "MOST_KEPT", 0)
    draft = deposits.open()
    for name in ("a.txt", "b.txt", "c.txt"):
        deposits.upload(draft["id"], name, name.encode())
    with services.database.snapshot(SYSTEM) as snapshot:
        set_id = snapshot.session.query(FileSet.id).scalar()
    changes: list[Callable[[], Any]] = [
        lambda: author.delete(f"/api/records/{draft['id']}/draft/files/c.txt"),
        lambda: (
            author.delete(f"/api/records/{draft['id']}/draft/files/b.txt"),
            deposits.upload(draft["id"], "b.txt", b"other"),
        ),
        lambda: deposits.upload(draft["id"], "aa.txt", b"aa"),
    ]
    for act in changes:
        planned = ZipArchive(services.database, services.store, FileSelection(set_id, int(draft["id"]), hidden=True))
        act()
        with pytest.raises(Conflict):
            b"".join(planned.blocks(0, planned.size))


@pytest.mark.parametrize(
    ("prefix", "end"),
    [("", None), ("a", "b"), ("raw/", "raw0"), ("\ud7ff", "\ue000"), ("a\U0010ffff", "b"), ("\U0010ffff", None)],
)
def test_a_prefix_ends_where_the_next_name_begins(prefix: str, end: str | None) -> None:
    assert end_of(prefix) == end
