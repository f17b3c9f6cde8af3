"""The server may be killed at any instruction: what was answered is there, and nothing is there by half."""

import hashlib
import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config.settings import read_settings
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.identifiers.model import Identifier, RegistrationState
from repository.operation.open_jobs import backlog
from repository.records.model import Concept, Version, VersionRevision
from repository.search.index import differences
from tests.conftest import a_dataset
from tests.support.web_server import Client, Cut, Server, until

ROUNDS = 8
MOST_ROUNDS = 3 * ROUNDS
CLIENTS = 4
SETTLED_SECONDS = 60.0
"""Longer than a job's lease: what was running when its process died is taken over when that ends."""

Body = dict[str, Any]


@dataclass
class Life:
    """What a depositor knows of one deposit: what was answered, and what was asked without an answer."""

    id: str
    state: str = "draft"
    asked: str = ""
    """the state asked for by a request that was cut"""
    files: dict[str, set[str]] = field(default_factory=dict)
    """SHA-256 by file name: what was committed, and with it what may have been by a request that was cut"""
    titles: set[str] = field(default_factory=set)
    draft_open: bool = True


@dataclass
class Depositor:
    """Somebody who deposits until the server dies, and goes on when it is back."""

    call: Client
    random: random.Random
    shared: str
    lives: list[Life] = field(default_factory=list)
    shared_drafts: set[str] = field(default_factory=set)
    shared_versions: dict[str, str] = field(default_factory=dict)
    unknown_uploads: int = 0
    refused: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Until the connection breaks."""
        acts: list[Callable[[], None]] = [self.publish_new, self.leave_open, self.discard, self.go_on, self.succeed]
        try:
            while True:
                self.random.choice(acts)()
        except Cut:
            return

    def expect(self, status: int, method: str, path: str, body: Any = None) -> Any:
        reply = self.call(method, path, body)
        if reply.status != status:
            self.refused.append(f"{method} {path}: {reply.status} {reply.text[:300]}")
            return None
        return json.loads(reply.body) if reply.body else {}

    def publish_new(self) -> None:
        life = self.leave_open()
        if self.random.random() < 0.3:
            self.expect(201, "POST", f"/api/records/{life.id}/draft/pids/doi")
        self.publish(life)
        if life.state == "published" and self.random.random() < 0.5:
            self.correct(life)

    def leave_open(self) -> Life:
        draft = self.expect(201, "POST", "/api/records", a_dataset(title=f"Title {self.random.random()}"))
        life = Life(draft["id"], titles={draft["metadata"]["title"]})
        self.lives.append(life)
        for number in range(self.random.randint(1, 3)):
            self.upload(life, f"folder {number}/数据.csv")
        return life

    def upload(self, life: Life, key: str) -> None:
        """Begin, send and commit; also onto a name that has content."""
        content = self.random.randbytes(self.random.choice([10, 5_000, 300_000]))
        base = f"/api/records/{life.id}/draft/files"
        where = f"{base}/{key.replace(' ', '%20').replace('数据', '%E6%95%B0%E6%8D%AE')}"
        if key not in life.files:
            life.files[key] = set()
            self.expect(201, "POST", base, [{"key": key}])
        self.unknown_uploads += 1
        self.expect(200, "PUT", f"{where}/content", content)
        self.unknown_uploads -= 1
        digest = hashlib.sha256(content).hexdigest()
        before, life.files[key] = life.files[key], life.files[key] | {digest}
        done = self.expect(200, "POST", f"{where}/commit")
        life.files[key] = {digest} if done else before

    def publish(self, life: Life) -> None:
        life.asked = "published"
        if self.expect(202, "POST", f"/api/records/{life.id}/draft/actions/publish"):
            life.state, life.draft_open = "published", False
        life.asked = ""

    def correct(self, life: Life) -> None:
        """Edit the published description; until it is published, the old one stands."""
        life.draft_open = True
        self.expect(201, "POST", f"/api/records/{life.id}/draft")
        title = f"Corrected {self.random.random()}"
        self.expect(200, "PUT", f"/api/records/{life.id}/draft", a_dataset(title=title))
        before, life.titles = life.titles, life.titles | {title}
        done = self.expect(202, "POST", f"/api/records/{life.id}/draft/actions/publish")
        life.titles = {title} if done else before

    def discard(self) -> None:
        life = self.leave_open()
        life.asked = "discarded"
        if self.expect(204, "DELETE", f"/api/records/{life.id}/draft") is not None:
            life.state = "discarded"
        life.asked = ""

    def go_on(self) -> None:
        """Bring an old draft of one's own to its end, whatever a cut left of it."""
        waiting = [life for life in self.lives if life.state == "draft" and not life.asked and len(life.files) > 0]
        if not waiting:
            return
        life = self.random.choice(waiting)
        listed = self.expect(200, "GET", f"/api/records/{life.id}/draft/files")
        known = {entry["key"] for entry in listed["entries"]}
        for key in list(life.files):
            if key not in known:
                del life.files[key]
            self.upload(life, key)
        self.publish(life)

    def succeed(self) -> None:
        """A new version of the dataset that all share; others may be at the same draft."""
        reply = self.call("POST", f"/api/records/{self.shared}/versions")
        assert reply.status == 201, reply.text
        draft = reply.json
        self.shared_drafts.add(draft["id"])
        self.call("POST", f"/api/records/{draft['id']}/draft/actions/files-import")
        published = self.call("POST", f"/api/records/{draft['id']}/draft/actions/publish")
        assert published.status in (202, 400, 404), published.text
        if published.status == 202:
            self.shared_versions[draft["id"]] = draft["parent"]["id"]


def _published(people: list[Depositor]) -> int:
    return sum(life.state == "published" for person in people for life in person.lives)


@pytest.mark.process
@pytest.mark.alone
def test_a_server_killed_again_and_again_keeps_what_it_answered(tmp_path: Path) -> None:
    server = Server(tmp_path, {"WEB_THREADS": "8"})
    server.set_up("migrate")
    call = server.depositor()
    server.start()
    shared, content = _shared_dataset(call)
    chance = random.Random(20)
    people = [Depositor(call, random.Random(number), shared) for number in range(CLIENTS)]
    try:
        for done in range(MOST_ROUNDS):
            if done >= ROUNDS and _published(people) > ROUNDS:
                break  # a slow machine takes more rounds for as much
            _work_until_killed(server, people, after=chance.uniform(0.05, 1.5))
            server.start()
        with _opened(server) as services:
            until(lambda: _nothing_waits(services), SETTLED_SECONDS, "every fact and job is done")
            assert [refused for person in people for refused in person.refused] == []
            assert _published(people) > ROUNDS
            for person in people:
                for life in person.lives:
                    expect_life(call, life)
            for person in people:
                for version in person.shared_versions:
                    expect_files(call, f"/api/records/{version}/files", {"data.csv": {content}})
            expect_whole_database(services)
            expect_whole_store(services, most_unknown=sum(person.unknown_uploads for person in people))
    finally:
        server.stop()
    assert server.run("index", "check").startswith("0 differences")
    assert server.run("jobs", "list") == ""


def _shared_dataset(call: Client) -> tuple[str, str]:
    """A published dataset; its id and the SHA-256 of its file."""
    person = Depositor(call, random.Random(0), "")
    life = Life(person.expect(201, "POST", "/api/records", a_dataset())["id"])
    person.upload(life, "data.csv")
    person.publish(life)
    assert person.refused == []
    return life.id, next(iter(life.files["data.csv"]))


def _work_until_killed(server: Server, people: list[Depositor], after: float) -> None:
    """All work at once until the server is killed, `after` seconds later."""
    threads = [threading.Thread(target=person.work) for person in people]
    for thread in threads:
        thread.start()
    threading.Event().wait(after)
    server.kill()
    for thread in threads:
        thread.join()


def _opened(server: Server) -> "_Opened":
    return _Opened(server)


@dataclass
class _Opened:
    """The server's services in this process, too."""

    server: Server

    def __enter__(self) -> Services:
        names = ("database_url", "store_url", "search_url", "base_url")
        chosen = {name: self.server.environment[f"REPOSITORY_{name.upper()}"] for name in names}
        self.services = open_services(read_settings(**chosen))
        return self.services

    def __exit__(self, *_: object) -> None:
        self.services.close()


def _nothing_waits(services: Services) -> bool:
    with services.database.snapshot(SYSTEM) as unit:
        counts = backlog(unit)
    assert counts["failed"] == 0
    return not any(counts.values())


def expect_life(call: Client, life: Life) -> None:
    """The deposit is in the state that was answered, or in the one that was asked for when the server died."""
    draft, record = (call("GET", f"/api/records/{life.id}{rest}") for rest in ("/draft", ""))
    found = "published" if record.status == 200 else "draft" if draft.status == 200 else "discarded"
    assert found in {life.state, life.asked} - {""}, life
    if found == "published":
        assert draft.status == 404 or life.draft_open or life.asked, life
        assert record.json["metadata"]["title"] in life.titles, life
        expect_files(call, f"/api/records/{life.id}/files", life.files)
    elif found == "draft":
        assert draft.json["metadata"]["title"] in life.titles
        expect_files(call, f"/api/records/{life.id}/draft/files", life.files)


def expect_files(call: Client, path: str, committed: dict[str, set[str]]) -> None:
    """Each file's content downloads as one of those that were committed under its name."""
    listed = call("GET", path)
    assert listed.status == 200, listed.text
    entries = {entry["key"]: entry for entry in listed.json["entries"]}
    for key, digests in committed.items():
        if not digests or key not in entries:
            assert not digests, f"{path} has lost {key}"
            continue
        got = call("GET", entries[key]["links"]["content"])
        if got.status == 200:
            assert hashlib.sha256(got.body).hexdigest() in digests, f"{path} {key}"
            assert entries[key].get("checksums", {}).get("sha256") in {*digests, None}
        else:
            assert len(digests) == 1, f"{path} {key}: {got.status}"


def expect_whole_database(services: Services) -> None:
    """Versions, concepts, identifiers, files and index agree with each other."""
    with services.database.snapshot(SYSTEM) as unit:
        session = unit.session
        versions = session.scalars(select(Version)).all()
        concepts = {concept.id: concept for concept in session.scalars(select(Concept))}
        owners = {version.id for version in versions} | {version.concept_id for version in versions}
        for owner in owners:
            held = session.scalars(select(Identifier).where(Identifier.owner == owner)).all()
            assert sorted(each.scheme for each in held) == ["cstr", "doi"], owner
            assert {each.state for each in held} == {RegistrationState.REGISTERED.value}, owner
        values = session.scalars(select(Identifier.folded)).all()
        assert len(values) == len(set(values))
        by_concept: dict[int, list[int]] = {}
        for version in versions:
            by_concept.setdefault(version.concept_id, []).append(version.index)
            revisions = session.scalars(
                select(VersionRevision.revision).where(VersionRevision.version_id == version.id)
            ).all()
            assert version.revision in revisions
            assert session.get_one(FileSet, version.file_set_id).state == SetState.FROZEN
        for concept_id, indexes in by_concept.items():
            assert sorted(indexes) == list(range(1, len(indexes) + 1)), concept_id
            assert concepts[concept_id].versions == len(indexes)
            latest = session.get_one(Version, concepts[concept_id].latest_id)
            assert latest.index == len(indexes)
        used = {*session.scalars(select(Draft.file_set_id)), *(version.file_set_id for version in versions)}
        for files in session.scalars(select(FileSet)).all():
            _expect_whole_set(unit, files)
            assert files.id in used, f"nothing refers to file set {files.id}"
    assert list(map(str, differences(services))) == []


def _expect_whole_set(unit: Any, files: FileSet) -> None:
    entries = unit.session.scalars(select(FileEntry).where(FileEntry.file_set_id == files.id)).all()
    assert files.state != SetState.DISCARDED
    assert files.count == len(entries)
    total = select(func.coalesce(func.sum(StoredFile.size), 0)).join(FileEntry, FileEntry.file_id == StoredFile.id)
    assert files.total_bytes == unit.session.scalar(total.where(FileEntry.file_set_id == files.id))
    for entry in entries:
        assert entry.pending == (entry.file_id is None or entry.staged_id is not None), entry.key
        assert files.state == SetState.OPEN or not entry.pending


def expect_whole_store(services: Services, most_unknown: int = 0) -> None:
    """Each row has its object, whole, and a name; `most_unknown` objects at most have no row."""
    with services.database.snapshot(SYSTEM) as unit:
        files = unit.session.scalars(select(StoredFile)).all()
        named = {*unit.session.scalars(select(FileEntry.file_id)), *unit.session.scalars(select(FileEntry.staged_id))}
    for file in files:
        assert file.id in named, f"no name refers to stored file {file.id}"
        assert file.fault == ""
        with services.store.open(file.object_key) as source:
            content = source.read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    unknown = {each.key for each in services.store.objects()} - {file.object_key for file in files}
    assert len(unknown) <= most_unknown
