"""People are told what happened, in a list of their own and by mail, and nothing that they may not know."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import update

from repository.core.actor import SYSTEM
from repository.core.facts import EmittedFact, FactRow, fact_of
from repository.core.unit_of_work import UnitOfWork
from repository.engines.services import Services
from repository.feature import JobRun, Queue
from repository.features import FACTS
from repository.notifications.make_notices import make_notices
from repository.notifications.model import MailState, Notice
from repository.notifications.notice_kind import MailRecipient, NoticeKind, OwnLetter
from repository.notifications.notice_kinds import KINDS
from repository.notifications.send_notices import send_notices
from repository.notifications.wording import LANGUAGES, Pair, told_notice
from repository.people.accounts import set_active
from repository.people.facts import AccountErased, PasswordChanged
from repository.people.model import Person
from repository.people.teams.model import MemberStatus, Team, TeamMember
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.noticed import (
    CLOSED,
    COLLEAGUE,
    TITLE,
    Settle,
    id_of,
    mails,
    notices,
    parts,
    published,
    subject,
)
from tests.support.unsharing import unshare
from workers.relay import relay
from workers.runner import run_next
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow


@pytest.fixture
def colleague(register: Callable[..., Caller]) -> Caller:
    """A manager of the author's datasets, as soon as `shared` says so."""
    return register(COLLEAGUE)


def test_who_manages_a_dataset_is_told_of_a_version_and_its_maker_is_not(
    services: Services, deposits: Deposits, colleague: Caller, author: Caller, settle: Settle, tmp_path: Path
) -> None:
    record_id = published(services, deposits)
    settle()

    listed = colleague.get("/api/notifications").get_json()["hits"]
    [hit] = listed["hits"]
    assert (hit["kind"], hit["subject"], listed["unread"]) == ("version_published", record_id, 1)
    assert hit["message"]["en"]["title"] == f"“{TITLE}” was published"
    assert hit["message"]["zh"]["title"] == f"“{TITLE}”已发布"
    assert author.get("/api/notifications").get_json()["hits"]["hits"] == []

    [message] = mails(services, tmp_path)
    assert message["To"].addresses[0].addr_spec == COLLEAGUE
    assert message["List-Unsubscribe"].startswith("<http://repository.test/api/notifications/unsubscribe?token=")
    plain, html = parts(message)
    for text in (f"“{TITLE}”", "已发布", f"http://repository.test/records/{record_id}"):
        assert text in plain
        assert text in html


def test_a_job_that_runs_twice_tells_once_and_mails_the_same_message(
    services: Services, deposits: Deposits, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    published(services, deposits)
    settle()
    [first] = [str(message["Message-ID"]) for message in mails(services, tmp_path)]
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Notice).values(state=MailState.WAITING.value))
    [notice] = notices(services)
    send_notices(services, [notice.id, notice.id])
    make_notices(services, JobRun([int(notice.subject)], {int(notice.subject): emitted(services, notice.fact_id)}))
    settle()

    assert [str(message["Message-ID"]) for message in mails(services, tmp_path)] == [first]
    assert len(notices(services)) == 1


def emitted(services: Services, fact_id: int) -> EmittedFact:
    with services.database.snapshot(SYSTEM) as snapshot:
        row = snapshot.session.get_one(FactRow, fact_id)
        return EmittedFact(row.id, row.kind, fact_of(row, FACTS), row.actor, row.at, row.request_id)


def test_who_lost_access_is_told_nothing_new(
    services: Services, deposits: Deposits, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    record_id = published(services, deposits)
    relay(services.database)
    while run_next(services, Queue.SOON) and not notices(services):
        pass
    concept = int(deposits.caller.get(f"/api/records/{record_id}").get_json()["parent"]["id"])
    assert notices(services)[0].state == MailState.WAITING
    with services.database.transaction(SYSTEM) as unit:
        unshare(unit, concept, subject(services))
    settle()

    assert [notice.state for notice in notices(services)] == [MailState.VOID]
    assert mails(services, tmp_path) == []
    reply = colleague.get("/api/notifications")
    assert TITLE not in reply.text
    assert "may no longer see" in reply.text
    assert "self_html" not in reply.text


def test_a_person_and_a_team_are_told_of_what_they_were_given(
    services: Services, deposits: Deposits, colleague: Caller, register: Callable[..., Caller], settle: Settle
) -> None:
    draft = deposits.open(CLOSED)
    mate = register("mate@example.org")
    with services.database.transaction(SYSTEM) as unit:
        team = Team(name="Ice", name_key="ice", description="", members=1, managers=0, created=unit.now)
        unit.session.add(team)
        unit.session.flush()
        member = {"role": "member", "status": MemberStatus.MEMBER.value, "at": unit.now}
        unit.session.add(TeamMember(team_id=team.id, person_id=id_of(services, "mate@example.org"), **member))
    holders = [{"type": "user", "id": str(id_of(services))}, {"type": "group", "id": str(team.id)}]
    given = [{"subject": holder, "permission": "preview", "notify": True} for holder in holders]
    reply = deposits.caller.post(f"/api/records/{draft['id']}/access/grants", json={"grants": given})
    assert reply.status_code < 300, reply.text
    settle()

    for caller in (colleague, mate):
        [hit] = caller.get("/api/notifications").get_json()["hits"]["hits"]
        assert hit["kind"] == "grant_given"
        assert TITLE in hit["message"]["en"]["title"]
        assert "view it and its drafts" in hit["message"]["en"]["text"]
        assert hit["links"]["self_html"] == f"http://repository.test/uploads/{draft['id']}"


def test_a_secret_link_rests_in_the_message_alone(
    services: Services, monkeypatch: pytest.MonkeyPatch, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    secrets = iter(("first-secret", "second-secret"))

    def letter(_unit: UnitOfWork, _notice: Notice) -> OwnLetter:
        recipient = MailRecipient("guest@example.org", languages=["en"])
        return OwnLetter(recipient, KINDS["account_link"].words, f"/reset#token={next(secrets)}")

    kind = replace(KINDS["account_link"], letter=letter)
    monkeypatch.setitem(cast(dict[str, NoticeKind], KINDS), "account_link", kind)
    with services.database.transaction(SYSTEM) as unit:
        row = Notice(kind="account_link", person_id=id_of(services), subject=1, fact_id=1, details={})
        row.created, row.state = unit.now, MailState.WAITING.value
        unit.session.add(row)
    send_notices(services, [notices(services)[0].id])

    [message] = mails(services, tmp_path)
    assert message["To"].addresses[0].addr_spec == "guest@example.org"
    assert all("first-secret" in part for part in parts(message))
    [kept] = notices(services)
    assert "secret" not in str(vars(kept))
    assert colleague.get("/api/notifications").get_json()["hits"]["hits"] == [], "it is no notice of the list"


def test_a_letter_that_comes_too_late_is_not_sent(
    services: Services, monkeypatch: pytest.MonkeyPatch, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    kind = replace(KINDS["password_changed"], valid_for=timedelta(days=1))
    monkeypatch.setitem(cast(dict[str, NoticeKind], KINDS), "password_changed", kind)
    with services.database.transaction(SYSTEM) as unit:
        row = Notice(kind="password_changed", person_id=id_of(services), subject=1, fact_id=1, details={})
        row.created, row.state = unit.now - timedelta(days=2), MailState.WAITING.value
        unit.session.add(row)
    send_notices(services, [notices(services)[0].id])
    assert mails(services, tmp_path) == []
    assert notices(services)[0].state == MailState.VOID


def test_a_title_is_neither_a_header_nor_markup(
    services: Services, deposits: Deposits, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    hostile = "<img src=x onerror=alert(1)> {{ site }} \u202etxt.exe\u2028Bcc: all@example.org"
    published(services, deposits, a_dataset(title=hostile))
    settle()
    [message] = mails(services, tmp_path)
    assert "Bcc" not in message
    assert "\u202e" not in str(message["Subject"])
    plain, html = parts(message)
    assert "<img" not in html
    assert "&lt;img" in html
    assert "<img src=x onerror=alert(1)> {{ site }}" in plain, "a value is never a template"


def test_somebody_else_s_notice_does_not_exist(
    services: Services, deposits: Deposits, colleague: Caller, author: Caller, anyone: Caller, settle: Settle
) -> None:
    published(services, deposits)
    settle()
    [hit] = colleague.get("/api/notifications").get_json()["hits"]["hits"]
    mark = f"/api/notifications/{hit['id']}/read"
    assert author.post(mark).status_code == 404
    assert colleague.post("/api/notifications/999/read").status_code == 404
    assert anyone.post(mark).status_code == 403
    assert anyone.get("/api/notifications").status_code == 403
    assert colleague.get("/api/notifications?unread=true").get_json()["hits"]["unread"] == 1

    assert colleague.post(mark).status_code == 204
    assert colleague.get("/api/notifications?unread=true").get_json()["hits"] == {"hits": [], "unread": 0}
    assert colleague.get("/api/notifications").get_json()["hits"]["hits"][0]["read"]


def test_pages_follow_each_other_and_all_are_read_at_once(services: Services, colleague: Caller) -> None:
    with services.database.transaction(SYSTEM) as unit:
        for fact_id in range(5):
            unit.session.add(
                Notice(
                    person_id=id_of(services),
                    kind="password_changed",
                    subject=1,
                    fact_id=fact_id + 1_000,
                    details={},
                    created=unit.now,
                    state=MailState.NONE.value,
                )
            )
    seen, path = [], "/api/notifications?size=2"
    while path:
        body = colleague.get(path).get_json()
        seen += [int(hit["id"]) for hit in body["hits"]["hits"]]
        path = body["links"].get("next", "")
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
    assert colleague.post("/api/notifications/read-all").status_code == 204
    assert colleague.get("/api/notifications").get_json()["hits"]["unread"] == 0


def test_a_changed_password_is_told_whatever_is_muted(
    services: Services, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    colleague.put("/api/me/notification-preferences", json={"digest": "daily", "muted": ["version_published"]})
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(PasswordChanged(id_of(services)))
    settle()
    [message] = mails(services, tmp_path)
    assert "password was changed" in str(message["Subject"])
    assert "List-Unsubscribe" not in message


def test_nothing_is_kept_of_an_erased_account(services: Services, colleague: Caller, settle: Settle) -> None:
    colleague.put("/api/me/notification-preferences", json={"digest": "daily", "muted": []})
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(PasswordChanged(id_of(services)))
    settle()
    assert len(notices(services)) == 1
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(AccountErased(id_of(services)))
    settle()
    assert notices(services) == []
    assert colleague.get("/api/me/notification-preferences").get_json()["digest"] == "none"


def test_a_suspended_person_gets_no_mail(services: Services, colleague: Caller, settle: Settle, tmp_path: Path) -> None:
    with services.database.transaction(SYSTEM) as unit:
        person = unit.session.get_one(Person, id_of(services))
        unit.emit(PasswordChanged(person.id))
        set_active(unit, person, False)
    settle()
    assert mails(services, tmp_path) == []
    assert [notice.state for notice in notices(services)] == [MailState.VOID]


def test_old_notices_are_removed(services: Services, colleague: Caller, settle: Settle) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(PasswordChanged(id_of(services)))
    settle()
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Notice).values(created=unit.now - timedelta(days=500)))
    run_now(services, "notices")
    assert notices(services) == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_words_in_both_languages_and_their_values(name: str) -> None:
    kind = KINDS[name]
    pairs: list[Pair] = [kind.words.title, *kind.words.body, kind.words.action]
    assert all(pair.en and pair.zh and pair.en != pair.zh for pair in pairs)
    known = {
        "site": "S",
        "subject": 1,
        "title": "T",
        "index": 2,
        "permission": "edit",
        "expires": "2026-01-01",
        "token": "t",
        "days": 30,
    }
    for language in LANGUAGES:
        told = told_notice(kind.words, known, language)
        assert "{{" not in told.title + told.plain
        for pair in pairs:
            for value in re.findall(r"{{ (\w+) }}", pair.text(language)):
                assert value in known
