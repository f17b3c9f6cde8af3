"""No statement reads a whole table that grows, on SQLite as on PostgreSQL."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.audit.verification import faults_of_trail
from repository.core.actor import SYSTEM, Actor, Role, TokenScope
from repository.core.database.engine import Base
from repository.engines.services import Services
from repository.files.fixity_cycle import FixityCycle
from repository.files.known_faults import known_faults, unended_checks
from repository.files.reading_pace import ReadingPace
from repository.operation.open_jobs import open_jobs, retry_jobs
from repository.people.queries import tokens_of
from repository.people.token_upkeep import write_token_uses
from repository.publication.fault_owners import records_of
from repository.search.index import differences
from repository.search.index.index_rebuild import rebuild
from repository.sharing.share import share
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.communities import JOURNAL, join
from tests.features.file_walks import browse, rearrange
from tests.features.harvesting import ask, identifier_of
from tests.features.people_walks import group, leave_alone, meet, number_of
from tests.features.steps import Json
from tests.features.tars import tar
from tests.features.telling import ok, tell
from tests.features.tus_client import TusClient
from tests.support.query_plans import Statement, heard_statements, reads_rows, whole_reads
from tests.support.unsharing import unshare
from workers.gauges import Gauges
from workers.site_conditions import SiteConditions
from workers.sweeps.schedule import run_now
from workers.sweeps.sweep_table import SWEEPS

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
WHOLE: Mapping[str, str] = {
    "SELECT ownerless_dataset.concept_id FROM ownerless_dataset ORDER BY": "hardly any, from the beginning to a limit",
    "SELECT narrowed_access.record_id, narrowed_access.at FROM narrowed_access LIMIT": "the same, for health",
    "SELECT anon_1.record_id FROM (SELECT narrowed_access.record_id": "what jobs have not done yet, to a limit",
    "SELECT fact.at FROM fact ORDER BY fact.id DESC": "the newest, from the end to a limit",
    "SELECT version.datestamp FROM version WHERE version.exposed": "one row, from the beginning of its index",
    "SELECT version.id FROM version WHERE version.record_access": "the newest, from the end of their index to a limit",
    "SELECT anon_1.id FROM (SELECT concept.id AS id FROM concept ORDER BY": "the newest, from the end to a limit",
    "SELECT count(version.id) AS count_1, coalesce(sum(file_set.count": "what a sweep counts for the start page",
    "SELECT count(draft.id)": "how many documents a rebuild of the index will write",
    "SELECT count(version.id) AS count_1 FROM version WHERE version.withdrawn_at": "the same",
    "SELECT coalesce(sum(file_set.count - file_set.hidden_count)": "the same",
}
"""Beginning of a statement that may begin to read a whole table or index -> why."""


NEVER_DELETED = {"person", "fact", "version"}


def deposit(author: Caller, deposits: Deposits, settle: Settle) -> Json:
    """A dataset of two versions, of which the first was corrected."""
    draft = deposits.open(a_dataset(version="1"))
    path = f"/api/records/{draft['id']}/draft"
    ok(author.put(path, json=a_dataset(title="Longer bills")))
    ok(author.post(f"{path}/pids/doi"))
    deposits.upload(draft["id"], "data.csv")
    deposits.upload(draft["id"], "spare.csv", b"spare")
    for address in (path, f"{path}/files", f"{path}/files/data.csv", f"{path}/files/data.csv/content"):
        ok(author.get(address))
    ok(author.delete(f"{path}/files/spare.csv"))
    ok(author.put(f"{path}/files/whole.csv/content", data=b"in one call"))
    send_in_parts(author, f"{path}/files", settle)
    first = deposits.publish(draft["id"])
    settle()
    edit = ok(author.post(first["links"]["draft"])).get_json()
    ok(author.put(edit["links"]["self"], json=a_dataset(title="Shorter bills")))
    deposits.publish(first["id"])
    settle()
    second = ok(author.post(first["links"]["versions"])).get_json()
    ok(author.post(f"/api/records/{second['id']}/draft/actions/files-import"))
    linked = {"key": "linked.csv", "transfer": {"type": "C", "record": first["id"], "key": "data.csv"}}
    ok(author.post(f"/api/records/{second['id']}/draft/files", json=[linked]))
    ok(author.put(second["links"]["self"], json=a_dataset(version="2")))
    deposits.publish(second["id"])
    settle()
    discarded = deposits.open()
    deposits.upload(discarded["id"])
    TusClient(author).carry_and_give_up(discarded["id"])
    transfer = {"type": "M", "parts": 1, "part_size": 5}
    files = f"/api/records/{discarded['id']}/draft/files"
    ok(author.post(files, json=[{"key": "parts.nc", "size": 5, "transfer": transfer}]))
    ok(author.delete(f"/api/records/{discarded['id']}/draft"))
    settle()
    return first


def send_in_parts(author: Caller, files: str, settle: Settle) -> None:
    """Send one file in parts, and give up another one."""
    transfer = {"type": "M", "parts": 1, "part_size": 5}
    ok(author.post(files, json=[{"key": key, "size": 5, "transfer": transfer} for key in ("parts.nc", "never.nc")]))
    ok(author.put(f"{files}/parts.nc/content/1", data=b"parts"))
    ok(author.get(f"{files}/parts.nc"))
    ok(author.post(f"{files}/parts.nc/commit"))
    ok(author.post(f"{files}-check", json={"files": [{"key": "parts.nc", "size": 5}, {"key": "new.csv", "size": 1}]}))
    ok(author.post(f"{files}-bundle", data=tar({"small.csv": b"1", "never.nc": b"is on its way"})))
    ok(author.delete(f"{files}/never.nc"))
    settle()


def read(caller: Caller, record: Json) -> None:
    """Read a record in all the ways there are, and everything that lists it."""
    here, concept = f"/api/records/{record['id']}", record["parent"]["id"]
    pages = ["", "/versions", "/versions/latest", "/files", "/files/data.csv", "/files/data.csv/content"]
    for address in [*(here + page for page in [*pages, "/files-archive"]), f"/api/records/{concept}"]:
        ok(caller.get(address))
    browse(caller, f"{here}/files")
    ok(caller.get(here, headers={"Accept": "application/ld+json"}))
    ok(caller.get(here, headers={"Accept": "text/x-bibliography"}))
    for query in ("", "?q=bills", "?q=bills&resource_type=dataset", "?format=bibtex"):
        ok(caller.get(f"/api/records{query}"))
    page = f"/records/{record['id']}"
    for address in ("/", page, f"{page}/linkset", f"{page}/latest", f"{page}/files/data.csv", "/sitemap.xml"):
        ok(caller.get(address))
    for query in ("?q=data", "?sort=size", "?sort=type", "?path=raw", "/history", f"/compare/{newer(caller, record)}"):
        assert caller.get(f"{page}{query}").status_code in (200, 404), "a folder may be missing"
    ok(caller.get(f"{page}/preview/data.csv"))
    for address in ("/search?q=bills", "/search?type=dataset"):
        ok(caller.get(address))
    for address in ("/sitemap-1.xml", "/feed.atom", f"/doi/{record['pids']['doi']['identifier']}"):
        ok(caller.get(address))


def newer(caller: Caller, record: Json) -> str:
    return str(ok(caller.get(f"/api/records/{record['id']}/versions")).get_json()["hits"]["hits"][0]["id"])


def harvest(caller: Caller, record: Json) -> None:
    """Ask what harvesters ask, of every kind of set."""
    for verb in ("Identify", "ListSets"):
        ask(caller, verb)
    ask(caller, "ListMetadataFormats", identifier=identifier_of(record))
    ask(caller, "GetRecord", identifier=identifier_of(record), metadataPrefix="oai_dc")
    for verb in ("ListRecords", "ListIdentifiers"):
        for chosen in ({}, {"set": "type:dataset"}, {"set": f"community-{JOURNAL}"}, {"set": "bills"}):
            ask(caller, verb, metadataPrefix="oai_datacite", from_="2020-01-01", **chosen)


def own(author: Caller) -> None:
    """List one's own drafts and records."""
    for query in ("", "?q=bills", "?is_published=true"):
        ok(author.get(f"/api/user/records{query}"))


def administer(services: Services, administrator: Caller, record: Json, settle: Settle) -> None:
    """Share, file and withdraw a record, and look at what waits."""
    ok(join(administrator, record))
    about = {"spec": "bills", "name": "Bills", "search_pattern": "bills"}
    ok(administrator.post("/api/oaipmh/sets", json=about))
    settle()
    owner = Actor(int(record["parent"]["access"]["owned_by"]["user"]), scopes=frozenset(TokenScope))
    friend, concept = GrantSubject(SubjectKind.PERSON, owner.person_id + 1), int(record["parent"]["id"])
    for verb in (
        lambda unit: share(unit, concept, friend, Permission.VIEW),
        lambda unit: unshare(unit, concept, friend),
    ):
        with services.database.transaction(owner) as unit:
            verb(unit)
    ok(administrator.get("/api/identifiers?state=registered&scheme=doi"))
    ok(administrator.get("/api/identifiers"))
    for filters in (
        "",
        "person=1",
        "kind=DraftOpened",
        "subject=1",
        "credential=token:1",
        "since=2020-01-01T00:00:00Z",
    ):
        page = ok(administrator.get(f"/api/audit?size=1&until=2999-01-01T00:00:00Z&{filters}")).get_json()
        ok(administrator.get(page["links"].get("next", "/api/audit")))
    withdrawn = {"removal_reason": {"id": "spam"}}
    ok(administrator.delete(f"/api/records/{record['id']}/delete", json=withdrawn))
    assert administrator.get(f"/records/{record['id']}").status_code == 410
    ok(administrator.post(f"/api/records/{record['id']}/restore"))
    settle()


def rot(services: Services, caller: Caller, record: Json, settle: Settle) -> None:
    """Let a file be missing for a while: readers doubt it, a check finds it, its records tell of it, it is back."""
    key = next(services.store.objects()).key
    with services.store.open(key) as source:
        content = source.read()
    services.store.remove([key])
    assert caller.get(f"/api/records/{record['id']}/files/data.csv/content").status_code in (200, 503)
    assert run_now(services, "fixity").faults == 1
    settle()
    with services.database.snapshot(SYSTEM) as snapshot:
        (known,) = known_faults(snapshot, 10)
        assert records_of(snapshot, [known])
        assert not unended_checks(snapshot, snapshot.now, 10)
    services.store.write(key, io.BytesIO(content), limit=len(content))
    cycle = FixityCycle(services.database, services.store, ReadingPace(1 << 40, 1 << 40))
    cycle.check([known.file.id])
    assert cycle.changes.healed == [known.file.id]
    settle()


def tend(services: Services) -> None:
    """Sweep, compare, rebuild, and look at what waits."""
    for sweep in SWEEPS:
        run_now(services, sweep.name)
    list(differences(services))
    rebuild(services, lambda done, of: None)
    assert list(faults_of_trail(services.database, services.store.marks)) == []
    list(Gauges(services.database, SiteConditions(services, patience=20.0)).collect())
    with services.database.transaction(SYSTEM) as unit:
        tokens_of(unit, 1)
        open_jobs(unit)
        retry_jobs(unit)


def test_no_statement_reads_a_whole_table_that_grows(
    services: Services,
    anyone: Caller,
    author: Caller,
    deposits: Deposits,
    register: Callable[..., Caller],
    community_ids: Mapping[str, str],
    settle: Settle,
) -> None:
    administrator = register("administrator@example.org", Role.ADMINISTRATOR)
    with heard_statements() as heard:
        record = deposit(author, deposits, settle)
        ok(administrator.post(f"/api/records/{record['id']}/quota", json={"quota_size": 1 << 40}))
        limited = deposits.caller.post(f"/api/records/{record['id']}/versions").get_json()
        ok(author.put(f"/api/records/{limited['id']}/draft/files/a.csv/content", data=b"counted"))
        ok(author.delete(limited["links"]["self"]))
        rearrange(author, deposits)
        administer(services, administrator, record, settle)
        group(administrator, author, str(number_of(services, "administrator@example.org")))
        for caller in (anyone, author):
            read(caller, record)
        own(author)
        tell(services, author, administrator, deposits)
        harvest(anyone, record)
        rot(services, anyone, record, settle)
        meet(author, administrator, settle)
        leave_alone(services, register, settle)
        write_token_uses(services.database, services.token_uses)
        tend(services)
    plain = {" ".join(text.split()): statement for text, statement in heard.items() if reads_rows(statement)}

    with services.database.engine.connect() as connection:
        whole = {text: names for text, statement in plain.items() if (names := whole_reads(connection, statement))}

    unforeseen = [f"{sorted(names)}: {text}" for text, names in whole.items() if not text.startswith(tuple(WHOLE))]
    assert not unforeseen, "\n\n".join(unforeseen)
    unused = [beginning for beginning in WHOLE if not any(text.startswith(beginning) for text in whole)]
    assert not unused, unused
    assert len(plain) > 100


def test_a_plan_that_reads_a_whole_table_is_told_from_one_that_does_not(services: Services) -> None:
    told = {
        "SELECT id FROM version WHERE change > 7": {"version"},
        "SELECT v.id FROM version AS v ORDER BY v.created": {"version"},
        "SELECT draft.id FROM draft JOIN version ON version.default_preview = draft.default_preview": {
            "draft",
            "version",
        },
        "DELETE FROM fact WHERE request_id = 'of one'": {"fact"},
        "SELECT id FROM version WHERE concept_id = 7": set(),
        "SELECT id FROM fact WHERE relayed_at IS NULL ORDER BY id": set(),
        "SELECT name FROM sweep": set(),
    }

    with services.database.engine.connect() as connection:
        for text, names in told.items():
            assert whole_reads(connection, Statement(text, ())) == names, text


def test_what_refers_to_rows_that_are_deleted_has_an_index() -> None:
    """Both databases look for such rows at every deletion, in no statement of ours."""
    references = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for reference in column.foreign_keys
        if reference.column.table.name not in NEVER_DELETED and not _leads_an_index(table, column)
    }
    assert references == set()


def _leads_an_index(table: Table, column: Column[Any]) -> bool:
    keys = [
        constraint
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint)
    ]
    return any(list(key.columns)[:1] == [column] for key in (*table.indexes, *keys))
