"""Quotas of drafts: their number and the bytes sent into them, exact whatever happens, and told in words."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from config.settings import Settings
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.app import create_app
from repository.core.actor import GRANTABLE, SYSTEM, Actor
from repository.core.errors import OverQuota
from repository.deposits.draft_files import upload_content
from repository.engines.services import Services
from repository.files.model import FileSet
from repository.files.uploads import Announced
from repository.people.model import DraftUse
from repository.people.queries import person_by_email
from repository.sharing.share import share
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.together import at_once
from tests.features.steps import Json, base, commit, objects, send, statements
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
MOST_DRAFTS, MOST_BYTES = 3, 10
FULL = "You have 3 drafts; the limit is 3. Publish or delete some."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_drafts_per_person": MOST_DRAFTS, "max_draft_bytes_per_person": MOST_BYTES})


def used(caller: Caller) -> tuple[int, int]:
    body = caller.get("/api/user/quota").get_json()
    return body["drafts"]["used"], body["draft_bytes"]["used"]


def name(caller: Caller, draft: Json, *files: Json) -> TestResponse:
    return caller.post(base(draft), json=list(files))


def refusal(reply: TestResponse) -> tuple[Any, ...]:
    body = reply.get_json()
    return reply.status_code, body.get("code"), body.get("used"), body.get("limit")


def author_of(services: Services) -> Actor:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, "author@example.org")
    assert person is not None
    return Actor(person.id, scopes=frozenset(GRANTABLE))


def test_one_draft_too_many_is_refused_with_numbers_and_leaves_nothing(author: Caller, deposits: Deposits) -> None:
    drafts = [deposits.open() for _ in range(MOST_DRAFTS)]
    refused = author.post("/api/records", json=a_dataset())
    in_chinese = author.post("/api/records", json=a_dataset(), headers={"Accept-Language": "zh"})
    assert refusal(refused) == (403, "drafts", 3, 3)
    assert refused.get_json()["message"] == FULL
    assert in_chinese.get_json()["message"] == "您有 3 份草稿，限额为 3 份。请发布或删除一些。"
    assert used(author) == (3, 0)
    assert author.delete(f"/api/records/{drafts[0]['id']}/draft").status_code == 204
    deposits.open()


def test_corrections_and_new_versions_are_drafts_too_and_publication_frees_their_places(
    author: Caller, deposits: Deposits
) -> None:
    records = [deposits.published() for _ in range(2)]
    assert used(author) == (0, 0)
    for _ in range(2):
        assert author.post(records[0]["links"]["versions"]).status_code == 201
    assert author.post(records[0]["links"]["draft"]).status_code == 201
    deposits.open()
    assert used(author) == (3, 0)
    refused = [author.post(records[1]["links"][link]) for link in ("draft", "versions")]
    assert [refusal(reply) for reply in refused] == [(403, "drafts", 3, 3)] * 2
    assert author.post(records[0]["links"]["draft"]).status_code == 201, "the open one is no more"
    deposits.publish(records[0]["id"])
    assert used(author) == (2, 0)
    assert author.post(records[1]["links"]["draft"]).status_code == 201


def test_bytes_are_refused_when_declared_when_announced_and_when_they_came(
    author: Caller, services: Services, deposits: Deposits
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "six.csv", b"123456")
    assert name(author, draft, {"key": "a.csv", "size": 3}, {"key": "b.csv", "size": 2}).status_code == 403
    assert name(author, draft, {"key": "a.csv"}).status_code == 201
    refused = send(author, draft, "a.csv", b"12345")
    assert refusal(refused) == (403, "draft_bytes", 6, 10)
    assert refused.get_json()["message"] == (
        "Your drafts hold 6 bytes of files; the limit is 10, and this does not fit. Publish or delete some."
    )
    with pytest.raises(OverQuota):
        upload_content(services, author_of(services), int(draft["id"]), "a.csv", io.BytesIO(b"12345"), Announced())
    assert objects(services) == 1
    assert send(author, draft, "a.csv", b"1234").status_code == 200
    assert used(author) == (1, 10)


def test_bytes_count_when_they_came_and_are_given_back_by_every_way_out(
    author: Caller, deposits: Deposits, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.csv", b"123")
    assert used(author) == (1, 3)
    assert send(author, draft, "a.csv", b"1234").status_code == 200
    assert used(author) == (1, 7), "the committed one is kept until the commit"
    assert send(author, draft, "a.csv", b"12").status_code == 200
    assert used(author) == (1, 5), "in place of the one that waited"
    assert commit(author, draft, "a.csv").status_code == 200
    assert used(author) == (1, 2)
    assert name(author, draft, {"key": "b.csv", "checksum": f"md5:{'0' * 32}"}).status_code == 201
    assert send(author, draft, "b.csv", b"12").status_code == 200
    assert commit(author, draft, "b.csv").status_code == 400
    assert used(author) == (1, 2), "what is not as declared is dropped"
    assert send(author, draft, "b.csv", b"12").status_code == 200
    assert author.delete(f"{base(draft)}/b.csv").status_code == 204
    assert used(author) == (1, 2)
    assert author.delete(f"{base(draft)}/a.csv").status_code == 204
    assert used(author) == (1, 0)
    deposits.upload(draft["id"], "c.csv", b"12")
    assert author.delete(base(draft)).status_code == 204
    assert used(author) == (1, 0)
    deposits.upload(draft["id"], "c.csv", b"12")
    assert name(author, draft, {"key": "d.csv"}).status_code == 201
    assert send(author, draft, "d.csv", b"1").status_code == 200
    assert author.delete(f"/api/records/{draft['id']}/draft").status_code == 204
    assert used(author) == (0, 1), "what was not committed goes with its job"
    settle()
    assert used(author) == (0, 0)


def test_files_of_a_former_version_cost_nothing(author: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **{"a.csv": b"12345678", "b.csv": b"12"})
    assert used(author) == (0, 0)
    draft = author.post(record["links"]["versions"]).get_json()
    assert author.post(f"/api/records/{draft['id']}/draft/actions/files-import").status_code == 201
    assert used(author) == (1, 0)
    assert send(author, draft, "a.csv", b"123456789").status_code == 200
    assert commit(author, draft, "a.csv").status_code == 200
    assert used(author) == (1, 9)
    assert author.delete(f"{base(draft)}/b.csv").status_code == 204
    assert used(author) == (1, 9)
    assert author.put(draft["links"]["self"], json=a_dataset(version="2")).status_code == 200
    deposits.publish(draft["id"])
    assert used(author) == (0, 0)


def test_uploads_at_once_never_keep_more_than_the_limit(author: Caller, services: Services, deposits: Deposits) -> None:
    drafts = [deposits.open() for _ in range(MOST_DRAFTS)]
    for draft in drafts:
        assert name(author, draft, {"key": "a.csv"}).status_code == 201
    replies = at_once(*[lambda draft=draft: send(author, draft, "a.csv", b"123456").status_code for draft in drafts])
    assert sorted(replies) == [200, 403, 403]
    assert used(author) == (3, 6)
    assert objects(services) == 1


def test_drafts_opened_at_once_are_never_more_than_the_limit(author: Caller) -> None:
    replies = at_once(*[lambda: author.post("/api/records", json=a_dataset()).status_code] * 6)
    assert sorted(replies) == [201] * 3 + [403] * 3
    assert used(author) == (3, 0)


def test_the_owner_is_counted_whoever_sends_and_other_editors_learn_no_numbers(
    author: Caller, register: Callable[..., Caller], services: Services, deposits: Deposits
) -> None:
    friend, draft = register("friend@example.org"), deposits.open()
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "friend@example.org")
        assert person is not None
        subject = GrantSubject(SubjectKind.PERSON, person.id)
    with services.database.transaction(author_of(services)) as unit:
        share(unit, int(draft["parent"]["id"]), subject, Permission.EDIT, None)
    deposits.upload(draft["id"], "six.csv", b"123456")
    assert name(friend, draft, {"key": "a.csv"}).status_code == 201
    refused = send(friend, draft, "a.csv", b"12345")
    assert refusal(refused) == (403, "draft_bytes", 10, 10)
    assert "6" not in refused.get_json()["message"]
    assert send(friend, draft, "a.csv", b"1").status_code == 200
    assert (used(author), used(friend)) == ((1, 7), (0, 0))


def test_the_sweep_counts_again_what_was_not_counted(author: Caller, services: Services, deposits: Deposits) -> None:
    record = deposits.published(None, **{"old.csv": b"1234"})
    draft = author.post(record["links"]["versions"]).get_json()
    assert author.post(f"/api/records/{draft['id']}/draft/actions/files-import").status_code == 201
    deposits.upload(draft["id"], "a.csv", b"123")
    assert name(author, draft, {"key": "b.csv"}).status_code == 201
    assert send(author, draft, "b.csv", b"12").status_code == 200
    assert author.post(record["links"]["draft"]).status_code == 201
    for wrong in (0, 7):
        with services.database.transaction(SYSTEM) as unit:
            unit.session.execute(update(DraftUse).values(drafts=wrong, bytes=wrong))
            unit.session.execute(update(FileSet).where(FileSet.state == "open").values(own_bytes=wrong))
        report = run_now(services, "drafts")
        assert (report.faults, report.repaired) == (1, 1)
        assert used(author) == (2, 5)
        with services.database.snapshot(SYSTEM) as snapshot:
            assert snapshot.session.scalars(select(FileSet.own_bytes).where(FileSet.state == "open")).all() == [3]
    assert run_now(services, "drafts").faults == 0
    assert author.delete(f"/api/records/{draft['id']}/draft").status_code == 204
    assert author.delete(f"/api/records/{record['id']}/draft").status_code == 204
    assert run_now(services, "drafts").faults == 1, "the job that frees what was staged has not run"


def test_zero_is_no_limit(author: Caller, services: Services) -> None:
    site = replace(services.site, max_drafts=0, max_draft_bytes=0)
    free = Deposits(Caller(create_app(replace(services, site=site)).test_client(), author.token))
    for _ in range(MOST_DRAFTS):
        draft = free.open()
    free.open()
    free.upload(draft["id"], "a.csv", b"1" * 2 * MOST_BYTES)
    limits = {"drafts": {"used": 4, "limit": None}, "draft_bytes": {"used": 20, "limit": None}}
    assert free.caller.get("/api/user/quota").get_json() == limits


def test_the_use_is_one_s_own_affair(anyone: Caller) -> None:
    assert anyone.get("/api/user/quota").status_code == 403


def test_every_act_counts_by_one_statement(author: Caller, services: Services, deposits: Deposits) -> None:
    draft = deposits.open()
    assert name(author, draft, {"key": "a.csv"}).status_code == 201
    acts: dict[str, Callable[[], TestResponse]] = {
        "open": lambda: author.post("/api/records", json=a_dataset()),
        "name": lambda: name(author, draft, {"key": "b.csv"}),
        "send": lambda: send(author, draft, "a.csv", b"1"),
        "commit": lambda: commit(author, draft, "a.csv"),
        "save": lambda: author.put(f"/api/records/{draft['id']}/draft", json=a_dataset()),
        "remove": lambda: author.delete(f"{base(draft)}/b.csv"),
        "publish": lambda: author.post(f"/api/records/{draft['id']}/draft/actions/publish"),
    }
    counting = {}
    for act, do in acts.items():
        with statements(services) as seen:
            assert do().status_code < 300, act
        counting[act] = sum("INSERT INTO draft_use" in statement for statement in seen)
    assert counting == {"open": 1, "name": 0, "send": 1, "commit": 0, "save": 0, "remove": 0, "publish": 1}
