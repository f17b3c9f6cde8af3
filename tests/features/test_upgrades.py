"""Upgrades and downgrades of a database that is in use: a row in every table, and a site read over the API.

An empty database says little about a migration: SQLite makes a table anew to change it, and only rows refer to rows.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, select, text
from sqlalchemy import types as sql

from repository.cli.database_commands import migrate_to
from repository.core.cache import ByteLru
from repository.core.database.engine import Base, open_database
from repository.dataset.formats.registry import FORMATS
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
HISTORY = "alembic_version"
REVISIONS = [each.revision for each in ScriptDirectory("migrations").walk_revisions()][::-1]
WITHDRAWALS = "0005"
"""the first schema that knows them"""
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DESCRIPTION = {"title": "Filled", "resource_type": {"id": "dataset"}, "publication_date": "2026-01-02"}
TEXTS: Mapping[str, Any] = {
    "record_access": "public",
    "files_access": "public",
    "subject_kind": "person",
    "permission": "owner",
    "location": "staging",
    "kind": "new",
    "role": "depositor",
    "resource_type": "dataset",
}
STATES = {"file_set": "open", "stored_file": "verified", "upload": "open", "identifier": "reserved", "job": "waiting"}
"""words that migrations and constraints look at"""


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    opened = open_database(empty_database_url)
    yield opened
    opened.dispose()


def value_for(table: Table, column: Any) -> Any:
    kind = column.type
    if isinstance(kind, sql.JSON):
        return DESCRIPTION if column.name == "description" else {}
    if isinstance(kind, sql.Boolean):
        return False
    if isinstance(kind, sql.DateTime):
        return MOMENT.replace(tzinfo=None) if not getattr(kind, "timezone", False) else MOMENT
    if isinstance(kind, sql.Date):
        return date(2027, 1, 1)
    if isinstance(kind, sql.Numeric | sql.Float | sql.Integer):
        return 1
    said = STATES.get(table.name, "done") if column.name == "state" else TEXTS.get(column.name, "text")
    return said[: kind.length] if getattr(kind, "length", None) else said


def fill(engine: Engine) -> None:
    """Give every table one row, with a value in every column; all rows refer to each other by the number 1."""
    there = MetaData()
    there.reflect(engine)
    with engine.begin() as connection:
        for table in there.sorted_tables:
            if table.name != HISTORY:
                connection.execute(table.insert(), [{c.name: value_for(table, c) for c in table.columns}])


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    there = MetaData()
    there.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in there.sorted_tables
            if table.name != HISTORY
        }


def undated(tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{key: value for key, value in row.items() if not isinstance(value, datetime)} for row in of_table]
        for name, of_table in tables.items()
    }


def broken(engine: Engine) -> list[Any]:
    """Rows that refer to missing ones, where the database does not refuse them itself."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        return list(connection.execute(text("PRAGMA foreign_key_check")))


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_row_in_every_table_outlives_the_way_to_the_newest_schema_and_back(engine: Engine, revision: str) -> None:
    migrate_to(engine, revision)
    fill(engine)
    before = rows(engine)
    assert all(len(of_table) == 1 for of_table in before.values())
    migrate_to(engine)
    assert broken(engine) == []
    upgraded = rows(engine)
    lost = [name for name in before if name in upgraded and not upgraded[name]]
    assert lost == []
    migrate_to(engine, revision)
    assert broken(engine) == []
    assert rows(engine) == before
    migrate_to(engine)
    assert undated(rows(engine)) == undated(upgraded), "a migration may date what it makes"


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_row_in_every_table_of_today_lets_itself_be_taken_back(engine: Engine, revision: str) -> None:
    migrate_to(engine)
    fill(engine)
    full = rows(engine)
    assert set(full) == set(Base.metadata.tables)
    migrate_to(engine, revision)
    assert broken(engine) == []
    kept = rows(engine)
    assert kept["version"], "what an older release knows too stays"
    migrate_to(engine)
    assert broken(engine) == []
    for table in ("person", "concept", "version", "draft", "identifier", "stored_file", "file_entry", "fact"):
        assert len(rows(engine)[table]) == 1, table


def site(caller: Caller, records: list[Json]) -> dict[str, Any]:
    """What readers are told of these records by every door that reads the database."""
    told: dict[str, Any] = {}
    for record in records:
        api = f"/api/records/{record['id']}"
        formats = [f"{api}/export/{each}" for each in FORMATS]
        for path in (
            api,
            f"{api}/versions",
            f"{api}/files",
            f"/records/{record['id']}",
            *formats,
        ):
            reply = caller.get(path)
            told[path] = (reply.status_code, reply.data if reply.status_code == 200 else b"")  # an error has an id
        told[f"{api}/files-archive"] = members(caller, f"{api}/files-archive")
        for file in caller.get(f"{api}/files").get_json().get("entries", ()):
            told[file["key"]] = caller.get(file["links"]["content"]).data
    told["identifiers"] = caller.get("/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc").data.split(b"<ListId")[-1]
    told["own"] = [caller.get("/api/user/records").get_json().get("hits", {}).get("total")]
    return told


def members(caller: Caller, path: str) -> tuple[int, dict[str, bytes]]:
    """What is in an archive; where its checksums stand depends on what is known of files before they are read."""
    reply = caller.get(path)
    if reply.status_code != 200:
        return reply.status_code, {}
    with zipfile.ZipFile(BytesIO(reply.data)) as archive:
        return 200, {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def used_site(services: Services, author: Caller, curator: Caller, deposits: Deposits, settle: Settle) -> list[Json]:
    """Two versions, one with corrections, an embargoed, a restricted and a withdrawn dataset, and drafts."""
    records = [deposits.published(a_dataset(version="1"), **{"a.csv": b"1", "b/c.txt": b"22"})]
    edit = author.post(records[0]["links"]["draft"]).get_json()
    assert author.put(edit["links"]["self"], json=a_dataset(title="Corrected")).status_code == 200
    deposits.publish(records[0]["id"])
    draft = author.post(records[0]["links"]["versions"]).get_json()
    deposits.upload(draft["id"], "d.csv", b"333")
    assert author.put(draft["links"]["self"], json=a_dataset(version="2")).status_code == 200
    records.append(deposits.publish(draft["id"]))
    until = {"active": True, "until": "2999-01-01", "reason": "thesis"}
    for access in (
        {"record": "public", "files": "restricted", "embargo": until},
        {"record": "restricted", "files": "restricted"},
        {"record": "public", "files": "public"},
    ):
        records.append(deposits.published(a_dataset() | {"access": access}))
    curator.delete(f"/api/records/{records[-1]['id']}/delete", json={"removal_reason": {"id": "retracted"}})
    open_draft = deposits.open(a_dataset(title="Not yet"))
    deposits.upload(open_draft["id"], "later.csv", b"4444")
    settle()
    return records


@pytest.mark.timeout(900)  # all revisions, one after the other
def test_a_site_reads_the_same_after_the_way_to_any_older_schema_and_back(
    services: Services, anyone: Caller, author: Caller, used_site: list[Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ByteLru, "get", lambda *_: None)  # a kept answer is none of this database
    before = {caller.token: site(caller, used_site) for caller in (anyone, author)}
    assert sum(status == 200 for status, _ in _replies(before[author.token])) > 4 * len(FORMATS)
    for revision in REVISIONS[::-1]:
        migrate_to(services.database.engine, revision)
        migrate_to(services.database.engine)
        for caller in (anyone, author):
            after = site(caller, used_site)
            changed = {path for path, reply in before[caller.token].items() if after[path] != reply}
            if revision < WITHDRAWALS:
                withdrawn = {path for path in after if f"/records/{used_site[-1]['id']}" in path}
                assert not any(after[path][0] == 200 for path in withdrawn if caller is anyone), (
                    "it is not opened again"
                )
                changed -= {*withdrawn, "identifiers", "own"}
            assert changed == set(), revision


def _replies(told: Mapping[str, Any]) -> Iterator[tuple[int, Any]]:
    return (reply for reply in told.values() if isinstance(reply, tuple))


def test_a_site_publishes_on_after_it(
    services: Services, author: Caller, deposits: Deposits, used_site: list[Json], settle: Settle
) -> None:
    migrate_to(services.database.engine, REVISIONS[0])
    migrate_to(services.database.engine)
    record = deposits.published(a_dataset(title="After the upgrade"))
    settle()
    taken = {pid["identifier"] for old in used_site for pid in old["pids"].values()}
    assert not taken & {pid["identifier"] for pid in record["pids"].values()}
    draft = author.post(used_site[1]["links"]["versions"]).get_json()
    deposits.upload(draft["id"], "e.csv", b"5")
    assert author.put(draft["links"]["self"], json=a_dataset(version="3")).status_code == 200
    assert deposits.publish(draft["id"])["versions"]["index"] == 3
