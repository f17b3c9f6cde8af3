"""A process killed at any line of our code leaves the state before or the state after, and nothing between."""

import hashlib
import io
import multiprocessing
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from config.settings import Settings, read_settings
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.core.actor import GRANTABLE, SYSTEM, Actor
from repository.core.clock import now
from repository.core.facts import FactRow
from repository.deposits.draft_bodies import read_draft_body
from repository.deposits.draft_files import begin_files, commit_file, upload_content
from repository.deposits.drafts import open_draft
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.name_clashes import named_files
from repository.files.queries import find_entry
from repository.files.rules import Declared
from repository.files.uploads import Announced
from repository.identifiers.queries import identifiers_of
from repository.operation.open_jobs import backlog
from repository.people.accounts import register_person
from repository.publication.publish import publish
from repository.records.model import Concept, Version, VersionRevision
from repository.search.index import differences
from tests.architecture.house import ROOT
from tests.conftest import BASE_URL, a_dataset
from tests.support.dying_process import DeathBefore
from tests.support.settling import run_all
from workers.claiming import LEASE

POINTS = 60
"""How many of the lines are tried, evenly over the act."""
OURS = tuple(f"{ROOT}/{package}/" for package in ("repository", "workers"))
KEY = "data.csv"
SCHEMES = ("doi", "cstr")
OLD, NEW = b"the old content\n", b"the new content, which is longer\n"
DEPOSITOR = Actor(1, scopes=frozenset(GRANTABLE))

Act = Callable[[Services, int], None]


def settings_in(folder: Path) -> Settings:
    return read_settings(
        inspection="off",
        base_url=BASE_URL,
        database_url=f"sqlite:///{folder}/repository.db",
        store_url=f"file://{folder}/store",
        search_url=f"embedded:{folder}/search.db",
    )


@contextmanager
def opened(folder: Path) -> Any:
    """The services of a data folder."""
    services = open_services(settings_in(folder))
    try:
        yield services
    finally:
        services.close()


def publish_it(services: Services, draft_id: int) -> None:
    with services.database.transaction(DEPOSITOR) as unit:
        publish(unit, services.site, draft_id)


def upload_it(services: Services, draft_id: int) -> None:
    """New bytes for a name that has content."""
    upload_content(services, DEPOSITOR, draft_id, KEY, io.BytesIO(NEW), Announced(len(NEW)))
    with services.database.transaction(DEPOSITOR) as unit:
        commit_file(unit, draft_id, KEY)


def settle(services: Services) -> None:
    """Everything that follows."""
    run_all(services)


ACTS: dict[str, Act] = {"publish": publish_it, "upload": upload_it}


def act_and_die(name: str, folder: Path, draft_id: int, at: int) -> None:
    """Run the act and its consequences; end this process before the line of our code number `at`."""
    trace = DeathBefore(at, *OURS)
    with opened(folder) as services:
        sys.settrace(trace)
        ACTS[name](services, draft_id)
        settle(services)
        sys.settrace(None)
    (folder / "lines").write_text(str(trace.passed))


def in_a_process(*arguments: Any) -> int:
    """Run `act_and_die` in a process of its own; returns its exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=act_and_die, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


@dataclass(frozen=True)
class Prepared:
    """A data folder with one draft that has one committed file."""

    folder: Path
    draft_id: int

    def copy(self, name: str) -> Path:
        """A fresh copy, in which nothing else has happened."""
        return Path(shutil.copytree(self.folder, self.folder.parent / name))


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    folder = tmp_path / "prepared"
    folder.mkdir()
    with opened(folder) as services:
        migrate_to(services.database.engine)
        with services.database.transaction(SYSTEM) as unit:
            assert register_person(unit, "author@example.org").id == DEPOSITOR.person_id
        with services.database.transaction(DEPOSITOR) as unit:
            body = read_draft_body(services.site, services.vocabularies, a_dataset())
            draft_id = open_draft(unit, services.site, body).draft.id
            begin_files(unit, services.site, draft_id, named_files([Declared(KEY)]))
        upload_content(services, DEPOSITOR, draft_id, KEY, io.BytesIO(OLD), Announced(len(OLD)))
        with services.database.transaction(DEPOSITOR) as unit:
            commit_file(unit, draft_id, KEY)
        settle(services)
    return Prepared(folder, draft_id)


def points(prepared: Prepared, act: str) -> list[int]:
    """Line numbers over the whole of the act."""
    folder = prepared.copy("measured")
    assert in_a_process(act, folder, prepared.draft_id, 0) == 0
    total = int((folder / "lines").read_text())
    assert total > POINTS
    return sorted({1 + round(number * (total - 1) / (POINTS - 1)) for number in range(POINTS)})


def recover(services: Services) -> None:
    """As a server does that starts again, once the leases of the dead process have ended."""
    with time_machine.travel(now() + LEASE * 2 + timedelta(seconds=1)):
        settle(services)
    with services.database.snapshot(SYSTEM) as unit:
        assert not any(backlog(unit).values())
    assert list(map(str, differences(services))) == []


@pytest.mark.slow
@pytest.mark.process
def test_a_publication_killed_at_any_line_has_happened_or_not(prepared: Prepared) -> None:
    seen = set()
    for point in points(prepared, "publish"):
        folder = prepared.copy(f"publish {point}")
        assert in_a_process("publish", folder, prepared.draft_id, point) in (-signal.SIGKILL, 0)
        with opened(folder) as services:
            published = is_published(services, prepared.draft_id)
            seen.add(published)
            recover(services)
            if not published:
                publish_it(services, prepared.draft_id)
                recover(services)
            assert is_published(services, prepared.draft_id)
            expect_consequences(services, prepared.draft_id)
        shutil.rmtree(folder)
    assert seen == {True, False}, "points lie before and after the commit"


def is_published(services: Services, draft_id: int) -> bool:
    """Whether there is the version, with all that belongs to it; else there is the draft, with nothing of it."""
    with services.database.snapshot(SYSTEM) as unit:
        session = unit.session
        version, draft = session.get(Version, draft_id), session.get(Draft, draft_id)
        said = session.scalars(select(FactRow).where(FactRow.kind == "VersionPublished")).all()
        revisions = session.scalars(select(VersionRevision).where(VersionRevision.version_id == draft_id)).all()
        concept = session.scalars(select(Concept)).one()
        files = session.scalars(select(FileSet)).one()
        held = identifiers_of(unit, [draft_id, concept.id])
    if version is None:
        assert draft is not None
        assert files.state == SetState.OPEN
        assert (list(said), list(revisions), concept.latest_id, concept.versions) == ([], [], None, 0)
        assert not held[draft_id]
        assert not held[concept.id]
        return False
    assert draft is None
    assert files.state == SetState.FROZEN
    assert [fact.subject for fact in said] == [draft_id]
    assert [each.revision for each in revisions] == [version.revision]
    assert (concept.latest_id, concept.versions, version.index) == (draft_id, 1, 1)
    assert all(held[owner].keys() == set(SCHEMES) for owner in (draft_id, concept.id))
    return True


def expect_consequences(services: Services, version_id: int) -> None:
    """Registered, verified, and every object in the store has its row."""
    with services.database.snapshot(SYSTEM) as unit:
        concept_id = unit.session.get_one(Version, version_id).concept_id
        for held in identifiers_of(unit, [version_id, concept_id]).values():
            assert {each.state for each in held.values()} == {"registered"}
        file = unit.session.scalars(select(StoredFile)).one()
    assert file.verified is not None
    assert [each.key for each in services.store.objects()] == [file.object_key]


@pytest.mark.slow
@pytest.mark.process
def test_an_upload_killed_at_any_line_leaves_the_old_content_or_the_new(prepared: Prepared) -> None:
    seen = set()
    for point in points(prepared, "upload"):
        folder = prepared.copy(f"upload {point}")
        assert in_a_process("upload", folder, prepared.draft_id, point) in (-signal.SIGKILL, 0)
        with opened(folder) as services:
            before = committed(services, prepared.draft_id)
            seen.add(before)
            recover(services)
            assert committed(services, prepared.draft_id) == before
            upload_it(services, prepared.draft_id)
            recover(services)
            assert committed(services, prepared.draft_id) == NEW
            expect_one_file(services)
        shutil.rmtree(folder)
    assert seen == {OLD, NEW}, "points lie before and after the commit"


def committed(services: Services, draft_id: int) -> bytes:
    """What the name means: its bytes are in the store as its row says, and so are those that wait."""
    with services.database.snapshot(SYSTEM) as unit:
        entry = find_entry(unit, unit.session.get_one(Draft, draft_id).file_set_id, KEY)
        files = unit.session.scalars(select(FileSet)).one()
    assert entry is not None
    assert entry.file is not None
    assert entry.pending == (entry.staged is not None)
    assert (files.count, files.total_bytes) == (1, entry.file.size)
    for file in filter(None, (entry.file, entry.staged)):
        with services.store.open(file.object_key) as source:
            content = source.read()
        assert hashlib.sha256(content).hexdigest() == file.sha256
    with services.store.open(entry.file.object_key) as source:
        return source.read()


def expect_one_file(services: Services) -> None:
    """What was replaced is removed; bytes that no row tells of are at most those of the killed upload."""
    with services.database.snapshot(SYSTEM) as unit:
        file = unit.session.scalars(select(StoredFile)).one()
        assert unit.session.scalars(select(FileEntry.file_id)).all() == [file.id]
    objects = {each.key for each in services.store.objects()}
    assert file.object_key in objects
    assert len(objects) <= 2
