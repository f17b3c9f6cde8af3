"""Lists of files for programs that fetch or verify them: each reads back what was written, whatever the names."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from repository.core.actor import SYSTEM, Role
from repository.core.clock import now
from repository.engines.services import Services
from repository.files.manifests import MANIFESTS, ManifestEntry
from repository.files.model import FileEntry, FileSet, StoredFile
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.damage import change, stored
from tests.features.steps import Json, statements

pytestmark = pytest.mark.slow

FILES = {"-": b"dash", "100%.txt": b"%", "raw/a b #1?.csv": b"1,2", "气温.csv": "一".encode()}
ADDED = 20_000
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)


@pytest.fixture
def record(author: Caller, deposits: Deposits) -> Json:
    draft = deposits.open()
    for key, content in FILES.items():
        add(author, draft["id"], key, content)
    return deposits.publish(draft["id"])


def add(author: Caller, draft_id: str, key: str, content: bytes, **access: bool) -> None:
    files = f"/api/records/{draft_id}/draft/files"
    assert author.post(files, json=[{"key": key, "access": access}]).status_code == 201
    file = f"{files}/{quote(key)}"
    sent = author.put(f"{file}/content", data=content, headers={"Content-Type": "application/octet-stream"})
    assert sent.status_code == 200
    assert author.post(f"{file}/commit").status_code == 200


def manifest(caller: Caller, record: Json, name: str) -> list[str]:
    reply = caller.get(f"/records/{record['id']}/manifest?format={name}")
    assert (reply.status_code, reply.content_type) == (200, "text/plain; charset=utf-8")
    assert caller.get(f"/api/records/{record['id']}/manifest?format={name}").data == reply.data
    return str(reply.data.decode()).splitlines()


def test_sums_are_those_of_the_files(anyone: Caller, record: Json) -> None:
    for name, digest in (("sha256sum", hashlib.sha256), ("md5sum", hashlib.md5)):
        lines = manifest(anyone, record, name)
        listed = {key: total for total, _, key in (line.partition("  ") for line in lines)}
        assert listed == {f"./{key}" if key == "-" else key: digest(data).hexdigest() for key, data in FILES.items()}
    assert anyone.get(f"/records/{record['id']}/manifest").text.splitlines() == manifest(anyone, record, "sha256sum")


def test_addresses_lead_to_the_very_files(anyone: Caller, record: Json) -> None:
    addresses = manifest(anyone, record, "wget")
    assert [unquote(address).partition("/files/")[2] for address in addresses] == sorted(FILES)
    for address, key in zip(addresses, sorted(FILES), strict=True):
        assert address.startswith(f"{BASE_URL}/records/{record['id']}/files/")
        assert urlsplit(address)[3:] == ("", "")
        reply = anyone.get(address.removeprefix(BASE_URL), headers={"If-Match": "*"})
        assert reply.data == FILES[key]
    lines = manifest(anyone, record, "aria2")
    assert lines[0::3] == addresses
    assert lines[1::3] == [f"  out={key}" for key in sorted(FILES)]
    assert lines[2::3] == [f"  checksum=sha-256={hashlib.sha256(FILES[key]).hexdigest()}" for key in sorted(FILES)]


def test_a_bag_names_its_payload(anyone: Caller, record: Json) -> None:
    fetch = [line.split(" ", 2) for line in manifest(anyone, record, "bagit-fetch")]
    paths = ["data/" + key.replace("%", "%25") for key in sorted(FILES)]
    assert [line[0] for line in fetch] == manifest(anyone, record, "wget")
    assert [int(line[1]) for line in fetch] == [len(FILES[key]) for key in sorted(FILES)]
    assert [line[2] for line in fetch] == paths
    assert [line.partition("  ")[2] for line in manifest(anyone, record, "bagit-sha256")] == paths


@given(names)
def test_no_name_breaks_a_line(key: str) -> None:
    entry = ManifestEntry(key, 1, "5" * 32, "2" * 64, "https://example.org/f")
    line = MANIFESTS["sha256sum"].write(entry)
    assert line.count("\n") == 1
    name = line.removeprefix("\\").partition("  ")[2].removesuffix("\n")
    if line.startswith("\\"):
        name = _unescaped(name)
    assert name == ("./-" if key == "-" else key)
    fetch = MANIFESTS["bagit-fetch"].write(entry)
    assert fetch.count("\n") == 1
    assert unquote(fetch.removesuffix("\n").split(" ", 2)[2].removeprefix("data/")) == key


def _unescaped(name: str) -> str:
    parts = name.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\r", "\r") for part in parts)


def test_what_may_not_be_read_is_not_listed(
    anyone: Caller,
    author: Caller,
    curator: Caller,
    register: Callable[..., Caller],
    services: Services,
    deposits: Deposits,
) -> None:
    closed = deposits.published(a_dataset() | {"access": {"record": "public", "files": "restricted"}})
    stranger = register("x@example.org")
    for path in (f"/records/{closed['id']}/manifest", f"/api/records/{closed['id']}/manifest"):
        assert [caller.get(path).status_code for caller in (anyone, stranger, author)] == [
            403,
            403,
            200,
        ]
        unknown = author.get(f"{path}?format=torrent", headers={"Accept": "application/json"})
        assert unknown.status_code == 400
        assert "sha256sum" in unknown.get_json()["errors"][0]["messages"][0]
    assert anyone.get("/api/records/999/manifest").status_code == 404
    draft = deposits.open()
    add(author, draft["id"], "secret.csv", b"s", hidden=True)
    deposits.upload(draft["id"], "open.csv", b"o")
    record = deposits.publish(draft["id"])
    assert [line.rpartition("/")[2] for line in manifest(anyone, record, "wget")] == ["open.csv"]
    change(services, stored(services)[-1], fault="The object is not in the store.")
    reply = anyone.get(f"/api/records/{record['id']}/manifest")
    assert (reply.status_code, "'open.csv' is damaged" in reply.get_json()["message"]) == (503, True)
    assert (
        curator.delete(record["links"]["self"] + "/delete", json={"removal_reason": {"id": "spam"}}).status_code == 204
    )
    assert anyone.get(f"/api/records/{record['id']}/manifest").status_code == 410


@pytest.fixture
def curator(register: Callable[..., Caller]) -> Caller:
    return register("curator@example.org", role=Role.CURATOR)


def test_a_large_record_is_listed_to_its_last_file_without_holding_a_connection(
    anyone: Caller, services: Services, record: Json
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        set_id = unit.session.query(FileSet.id).scalar()
        file_id = unit.session.query(StoredFile.id).limit(1).scalar()
        row: dict[str, Any] = {"file_set_id": set_id, "file_id": file_id, "pending": False, "hidden": False}
        times = {"created": now(), "updated": now(), "extension": ""}
        rows = [{**row, **times, "key": f"z/{n:05}.bin"} for n in range(ADDED)]
        unit.session.execute(insert(FileEntry), rows)

    with statements(services) as heard:
        reply = anyone.get(f"/records/{record['id']}/manifest?format=wget", buffered=False)
        first = next(reply.iter_encoded())
        before = len(heard)
        rest = b"".join(reply.iter_encoded())
    reply.close()

    assert before < 20
    assert (first + rest).count(b"\n") == ADDED + len(FILES)
    assert f"/z/{ADDED - 1:05}.bin\n".encode() in rest
