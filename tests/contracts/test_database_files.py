"""Files and jobs at the same time: counts stay right, nothing is done twice, nothing is left half done."""

import io
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from repository.core.actor import SYSTEM
from repository.core.clock import today
from repository.core.facts import FactRow
from repository.deposits.drafts import discard_draft
from repository.engines.services import Services
from repository.feature import Queue
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.removal import empty_discarded_set
from repository.operation.model import Job
from repository.publication.embargo import lift_embargoes
from repository.publication.publish import publish
from repository.records.model import Version
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.together import all_of, at_once, behind, facts_of
from workers.relay import relay
from workers.runner import run_next

pytestmark = pytest.mark.slow

FILES = 20
NAMES = [f"folder/数据 {n}.csv" for n in range(FILES)]
CONTENT = {name: name.encode() * (n + 1) for n, name in enumerate(NAMES)}


class Interrupted(io.BytesIO):
    """A body in two halves, between which something happens."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(b"first half, second half")
        self._meanwhile = [meanwhile]

    def readinto(self, buffer: Any) -> int:
        if self.tell() and self._meanwhile:
            self._meanwhile.pop()()
        return super().readinto(memoryview(buffer)[: len(b"first half, ")])


def files_path(record_id: str) -> str:
    return f"/api/records/{record_id}/draft/files"


def begin(author: Caller, record_id: str, *keys: str) -> None:
    reply = author.post(files_path(record_id), json=[{"key": key} for key in keys])
    assert reply.status_code == 201, reply.text


def send(author: Caller, record_id: str, key: str, content: bytes) -> int:
    return author.put(f"{files_path(record_id)}/{key}/content", data=content).status_code


def send_slowly(author: Caller, record_id: str, key: str, meanwhile: Callable[[], object]) -> Any:
    return author.put(f"{files_path(record_id)}/{key}/content", input_stream=Interrupted(meanwhile))


def commit(author: Caller, record_id: str, key: str) -> int:
    return author.post(f"{files_path(record_id)}/{key}/commit").status_code


def summary(services: Services, record_id: str) -> tuple[int, int]:
    """What the one file set says of itself, after comparing it with its entries."""
    with services.database.snapshot(SYSTEM) as unit:
        files = unit.session.scalars(select(FileSet).where(FileSet.state != SetState.DISCARDED.value)).one()
        entries = select(func.count(), func.coalesce(func.sum(StoredFile.size), 0)).select_from(FileEntry)
        row = unit.session.execute(
            entries.outerjoin(StoredFile, FileEntry.file_id == StoredFile.id).where(FileEntry.file_set_id == files.id)
        ).one()
    assert tuple(row) == (files.count, files.total_bytes)
    return files.count, files.total_bytes


def objects(services: Services) -> int:
    return sum(1 for _ in services.store.objects())


def test_files_sent_and_committed_at_once_are_all_counted(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    record_id = deposits.open()["id"]

    def whole_way(key: str) -> list[int]:
        begin(author, record_id, key)
        return [send(author, record_id, key, CONTENT[key]), commit(author, record_id, key)]

    assert at_once(*[partial(whole_way, key) for key in NAMES]) == [[200, 200]] * FILES
    assert summary(services, record_id) == (FILES, sum(map(len, CONTENT.values())))
    for key in NAMES:
        assert author.get(f"{files_path(record_id)}/{key}/content").data == CONTENT[key]


def test_one_file_committed_several_times_at_once_counts_once(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    record_id = deposits.open()["id"]
    begin(author, record_id, "a.csv")
    assert send(author, record_id, "a.csv", b"12345") == 200
    assert at_once(*[partial(commit, author, record_id, "a.csv")] * 6) == [200] * 6
    assert summary(services, record_id) == (1, 5)
    assert facts_of(services, "FileReceived") == 1


def test_one_file_sent_several_times_at_once_is_one_of_them_and_the_rest_is_removed(
    services: Services, deposits: Deposits, author: Caller, settle: Callable[[], None]
) -> None:
    record_id = deposits.open()["id"]
    begin(author, record_id, "a.csv")
    contents = [b"x" * (n + 1) for n in range(6)]
    assert at_once(*[partial(send, author, record_id, "a.csv", content) for content in contents]) == [200] * 6
    assert commit(author, record_id, "a.csv") == 200
    kept = author.get(f"{files_path(record_id)}/a.csv/content").data
    assert kept in contents
    assert summary(services, record_id) == (1, len(kept))
    settle()
    assert len(all_of(services, StoredFile)) == objects(services) == 1


def test_one_name_begun_several_times_at_once_is_taken_once(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    record_id = deposits.open()["id"]

    def name() -> int:
        return author.post(files_path(record_id), json=[{"key": "same.csv"}]).status_code

    assert sorted(at_once(*[name] * 6)) == [201] + [400] * 5
    assert summary(services, record_id) == (1, 0)


def test_files_removed_at_once_are_all_taken_off_the_count(
    services: Services, deposits: Deposits, author: Caller, settle: Callable[[], None]
) -> None:
    record_id = deposits.open()["id"]
    for key in NAMES[:6]:
        deposits.upload(record_id, key, CONTENT[key])

    def remove(key: str) -> int:
        return author.delete(f"{files_path(record_id)}/{key}").status_code

    replies = at_once(*[partial(remove, key) for key in [*NAMES[1:6], NAMES[1]]])
    assert sorted(replies) == [204] * 5 + [404]
    assert summary(services, record_id) == (1, len(CONTENT[NAMES[0]]))
    settle()
    assert objects(services) == 1


def test_a_draft_discarded_while_its_file_is_sent_leaves_nothing(
    services: Services, deposits: Deposits, author: Caller, settle: Callable[[], None]
) -> None:
    record_id = deposits.open()["id"]
    begin(author, record_id, "a.csv")
    gone: list[int] = []
    reply = send_slowly(
        author,
        record_id,
        "a.csv",
        lambda: gone.append(author.delete(f"/api/records/{record_id}/draft").status_code),
    )
    assert (gone, reply.status_code) == ([204], 404), reply.text
    settle()
    assert (all_of(services, StoredFile), all_of(services, FileEntry), all_of(services, FileSet)) == ([], [], [])
    assert objects(services) == 0


def test_a_file_sent_behind_the_discarding_of_its_draft_leaves_nothing(
    services: Services, deposits: Deposits, author: Caller, settle: Callable[[], None]
) -> None:
    record_id = deposits.open()["id"]
    begin(author, record_id, "a.csv")
    outcome = behind(
        services,
        lambda unit: discard_draft(unit, int(record_id)),
        partial(send, author, record_id, "a.csv", b"too late"),
    )
    assert outcome == 404
    settle()
    assert all_of(services, StoredFile) == []
    assert objects(services) == 0


def test_all_files_removed_while_one_is_sent_leave_nothing(
    services: Services, deposits: Deposits, author: Caller, settle: Callable[[], None]
) -> None:
    record_id = deposits.open()["id"]
    begin(author, record_id, "a.csv")
    reply = send_slowly(author, record_id, "a.csv", lambda: author.delete(files_path(record_id)))
    assert reply.status_code == 404
    settle()
    assert summary(services, record_id) == (0, 0)
    assert objects(services) == 0


def test_a_file_sent_again_while_its_draft_is_published_changes_nothing_of_the_version(
    services: Services, deposits: Deposits, author: Caller, settle: Callable[[], None]
) -> None:
    record_id = deposits.open()["id"]
    deposits.upload(record_id, "a.csv", b"committed")
    reply = send_slowly(author, record_id, "a.csv", lambda: deposits.publish(record_id))
    assert reply.status_code == 404
    settle()
    assert author.get(f"/api/records/{record_id}/files/a.csv/content").data == b"committed"
    assert summary(services, record_id) == (1, len(b"committed"))
    assert objects(services) == 1


def test_a_file_begun_behind_the_publication_is_refused(services: Services, deposits: Deposits, author: Caller) -> None:
    record_id = deposits.open()["id"]
    deposits.upload(record_id)
    outcome = behind(
        services,
        lambda unit: publish(unit, services.site, int(record_id)),
        lambda: author.post(files_path(record_id), json=[{"key": "late.csv"}]).status_code,
    )
    assert outcome == 404
    assert summary(services, record_id) == (1, 8)


def test_sending_does_not_wait_for_those_who_commit(services: Services, deposits: Deposits, author: Caller) -> None:
    record_id = deposits.open()["id"]
    begin(author, record_id, "a.csv", "b.csv")
    assert send(author, record_id, "a.csv", b"12345") == 200
    replies = at_once(
        *[partial(commit, author, record_id, "a.csv")] * 3,
        *[partial(send, author, record_id, "b.csv", b"again")] * 6,
    )
    assert replies == [200] * 9


def test_every_fact_is_relayed_once_by_several_relays_at_once(services: Services, deposits: Deposits) -> None:
    drafts = [deposits.open()["id"] for _ in range(3)]
    with services.database.transaction(SYSTEM) as unit:
        unit.session.add_all(
            FactRow(kind="DraftSaved", subject=int(drafts[n % 3]), details={}, actor="system", at=unit.now)
            for n in range(500)
        )

    def relay_all() -> int:
        relayed = 0
        while some := relay(services.database):
            relayed += some
        return relayed

    waiting = sum(fact.relayed_at is None for fact in all_of(services, FactRow))
    assert waiting >= 500
    assert sum(at_once(*[relay_all] * 4)) == waiting
    jobs = Counter(job.fact_id for job in all_of(services, Job))
    about_drafts = {fact.id for fact in all_of(services, FactRow) if fact.kind.startswith("Draft")}
    assert jobs == dict.fromkeys(about_drafts, 1)
    assert all(fact.relayed_at for fact in all_of(services, FactRow))


def test_every_job_is_claimed_once_by_several_runners_at_once(services: Services, deposits: Deposits) -> None:
    for _ in range(12):
        deposits.open()
    relay(services.database)
    waiting = len(all_of(services, Job))

    def run_all() -> int:
        ran = 0
        while some := run_next(services, Queue.SOON):
            ran += some
        return ran

    assert sum(at_once(*[run_all] * 4)) == waiting == 12
    assert all_of(services, Job) == []


def test_an_embargo_ends_once_however_many_look(services: Services, deposits: Deposits, author: Caller) -> None:
    until = today() + timedelta(days=1)
    embargo = {"active": True, "until": until.isoformat(), "reason": None}
    body = {**a_dataset(), "access": {"record": "public", "files": "restricted", "embargo": embargo}}
    ids = [deposits.published(body)["id"] for _ in range(3)]
    before = {version.id: version.cache_version for version in all_of(services, Version)}
    lifted = at_once(*[lambda: lift_embargoes(services.database, until)] * 4)
    assert sum(lifted) == len(ids) == facts_of(services, "EmbargoLifted")
    assert {version.id: version.cache_version - 1 for version in all_of(services, Version)} == before
    assert author.get(f"/api/records/{ids[0]}").get_json()["access"]["status"] == "open"


def test_a_discarded_set_emptied_by_several_jobs_at_once_is_gone(
    services: Services, deposits: Deposits, author: Caller, settle: Callable[[], None]
) -> None:
    record_id = deposits.open()["id"]
    for key in NAMES[:5]:
        deposits.upload(record_id, key, CONTENT[key])
    set_id = all_of(services, FileSet)[0].id
    assert author.delete(f"/api/records/{record_id}/draft").status_code == 204

    at_once(*[lambda: empty_discarded_set(services.database, set_id)] * 4)
    assert facts_of(services, "FileReleased") == 5
    settle()
    assert (all_of(services, FileSet), all_of(services, FileEntry), all_of(services, Job)) == ([], [], [])
    assert objects(services) == 0
