"""What is sent in parts holds nothing while its reader is slow, and `HEAD` reads no more than a record."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from sqlalchemy.pool import QueuePool

from repository.core.actor import SYSTEM
from repository.core.web.responses import JSON
from repository.deposits.draft_files import begin_files
from repository.engines.services import Services
from repository.files import queries
from repository.files.name_clashes import named_files
from repository.files.queries import EMBEDDED_FILES, streamed_entries
from repository.files.rules import Declared
from tests.conftest import Caller, Deposits
from tests.features.steps import Json, statements

pytestmark = pytest.mark.slow
MANY = EMBEDDED_FILES + 20


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 7)
    monkeypatch.setattr("repository.records.linksets.BATCH", 7)


@pytest.fixture
def record(deposits: Deposits) -> Json:
    return deposits.published(None, **{f"{n:04}.txt": str(n).encode() for n in range(25)})


@pytest.fixture
def draft_id(deposits: Deposits, services: Services) -> str:
    """A draft with many names."""
    draft_id = deposits.open()["id"]
    names = named_files([Declared(f"{n:04}.txt") for n in range(MANY)])
    with services.database.transaction(SYSTEM) as unit:
        begin_files(unit, services.site, int(draft_id), names)
    return str(draft_id)


def in_use(services: Services) -> int:
    """Connections that somebody holds."""
    database = services.database
    pools = {id(engine.pool): engine.pool for engine in (database.engine, database._autocommit_engine)}
    return sum(pool.checkedout() for pool in pools.values() if isinstance(pool, QueuePool))


def blocks(caller: Caller, services: Services, path: str, **options: object) -> Iterator[bytes]:
    """The parts of a reply; while its reader thinks, no connection is held."""
    reply = caller.get(path, buffered=False, **options)
    assert reply.status_code == 200
    assert in_use(services) == 0
    for block in reply.iter_encoded():
        assert in_use(services) == 0
        yield block
    assert in_use(services) == 0


def test_a_list_of_files_holds_no_connection(
    anyone: Caller, author: Caller, services: Services, record: Json, draft_id: str
) -> None:
    parts = list(blocks(anyone, services, f"/api/records/{record['id']}/files"))
    names = [entry["key"] for entry in json.loads(b"".join(parts))["entries"]]
    assert names == [f"{n:04}.txt" for n in range(25)]
    assert len(parts) > 25
    parts = list(blocks(author, services, f"/api/records/{draft_id}/draft/files?page=2&size=30"))
    assert [entry["key"] for entry in json.loads(b"".join(parts))["entries"]] == [f"{n:04}.txt" for n in range(30, 60)]


@pytest.mark.parametrize("kind", ["application/linkset", "application/linkset+json"])
def test_a_linkset_holds_no_connection(anyone: Caller, services: Services, record: Json, kind: str) -> None:
    text = b"".join(blocks(anyone, services, f"/api/records/{record['id']}", headers={"Accept": kind}))
    assert all(f"/{n:04}.txt".encode() in text for n in range(25))


def test_an_archive_holds_no_connection(anyone: Caller, services: Services, record: Json) -> None:
    content = b"".join(blocks(anyone, services, f"/api/records/{record['id']}/files-archive"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"{n:04}.txt" for n in range(25)]


@pytest.mark.parametrize("query", ["?q=*", "?q=*&format=bibtex", "?q=*&format=datacite-json"])
def test_a_page_of_hits_holds_no_connection(anyone: Caller, services: Services, record: Json, query: str) -> None:
    assert record["id"]
    assert list(blocks(anyone, services, f"/api/records{query}"))


@pytest.mark.parametrize("path", ["/sitemap.xml", "/feed.atom", "/oai2d?verb=ListRecords&metadataPrefix=oai_dc"])
def test_feeds_and_lists_of_harvesters_hold_no_connection(
    anyone: Caller, services: Services, record: Json, path: str
) -> None:
    assert record["id"]
    assert b"".join(blocks(anyone, services, path))


def test_a_page_of_files_begins_and_ends_where_it_should(services: Services, author: Caller, draft_id: str) -> None:
    set_id = 1
    for offset, limit in ((0, None), (0, 7), (5, 14), (MANY - 3, 10), (MANY, 1), (3, 0)):
        entries = list(streamed_entries(services.database, set_id, offset, limit, hidden=True))
        end = MANY if limit is None else offset + limit
        assert [entry.key for entry in entries] == [f"{n:04}.txt" for n in range(MANY)][offset:end]
    assert len(author.get(f"/api/records/{draft_id}/draft/files").get_json()["entries"]) == MANY


def test_head_reads_no_more_than_a_record(
    anyone: Caller, author: Caller, services: Services, record: Json, draft_id: str
) -> None:
    def cost(caller: Caller, path: str, **options: object) -> int:
        with statements(services) as heard:
            reply = caller("HEAD", path, **options)
        assert reply.status_code == 200
        assert reply.data == b""
        return len(heard)

    anyone.get(f"/api/records/{record['id']}")
    own, public = f"/api/records/{draft_id}/draft", f"/api/records/{record['id']}"
    most = cost(author, own)
    for path in ("/files", "/files?size=10", "-archive"):
        assert cost(author, own + (path if path != "-archive" else "/files-archive")) <= most + 1, path
    assert cost(anyone, f"{public}/files") <= most
    assert cost(anyone, public, headers={"Accept": "application/linkset"}) <= most + 4
    assert cost(anyone, "/oai2d?verb=ListRecords&metadataPrefix=oai_dc") <= 1


def test_head_of_a_large_archive_says_neither_length_nor_tag_of_what_it_has_not_read(
    author: Caller, anyone: Caller, record: Json, draft_id: str
) -> None:
    large = author("HEAD", f"/api/records/{draft_id}/draft/files-archive")
    assert (large.status_code, large.mimetype) == (200, "application/zip")
    assert "Content-Length" not in large.headers
    assert "ETag" not in large.headers
    path = f"/api/records/{record['id']}/files-archive"
    small, whole = anyone("HEAD", path), anyone.get(path)
    assert small.headers["ETag"] == whole.headers["ETag"]
    assert int(small.headers["Content-Length"]) == len(whole.data)


def test_head_of_a_list_says_what_kind_it_is(anyone: Caller, record: Json) -> None:
    head = anyone("HEAD", f"/api/records/{record['id']}/files")
    assert (head.status_code, head.mimetype, head.data) == (200, JSON, b"")
    head = anyone("HEAD", "/oai2d?verb=ListRecords&metadataPrefix=oai_dc")
    assert (head.status_code, head.mimetype, head.data) == (200, "text/xml", b"")
    assert "Content-Length" not in head.headers
