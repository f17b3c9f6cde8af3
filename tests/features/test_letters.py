"""Letters with links of one use, to people and to guests: the secret is in the message alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.notifications.account_links import LINK_WORDS
from repository.notifications.model import Notice
from repository.people.facts import AddressLeft, PasswordResetAsked
from repository.people.identity_facts import IdentityLinked, IdentityUnlinked
from repository.people.identity_model import LinkedIdentity
from repository.people.link_letters import LetterKind
from repository.people.one_time_links import LinkPurpose, ask_link, open_link
from tests.conftest import Caller, Deposits
from tests.features.noticed import mails, notices, parts
from tests.features.test_access_requests import CLOSED_FILES, act, allow, begin_as_guest

pytestmark = pytest.mark.slow


def asked(services: Services, email: str) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(PasswordResetAsked(ask_link(unit, LinkPurpose.PASSWORD_RESET, email).id))


def test_a_forgotten_password_brings_a_link_that_works(
    services: Services, author: Caller, settle: Callable[[], None], tmp_path: Path
) -> None:
    asked(services, "author@example.org")
    settle()
    [message] = mails(services, tmp_path)
    assert message["To"].addresses[0].addr_spec == "author@example.org"
    assert "List-Unsubscribe" not in message
    plain, html = parts(message)
    secret = plain.partition("/reset/")[2].split()[0]
    assert secret in html
    with services.database.snapshot(SYSTEM) as snapshot:
        assert open_link(snapshot, secret, LinkPurpose.PASSWORD_RESET).email == "author@example.org"
        rows = [*snapshot.session.scalars(select(FactRow)), *snapshot.session.scalars(select(Notice))]
    assert not any(secret in str(vars(row)) for row in rows)
    assert author.get("/api/notifications").get_json()["hits"]["hits"] == []


def test_an_address_that_nobody_has_gets_no_mail(
    services: Services, settle: Callable[[], None], tmp_path: Path
) -> None:
    asked(services, "nobody@example.org")
    settle()
    assert mails(services, tmp_path) == []
    assert [notice.state for notice in notices(services)] == ["void"]


def test_a_former_address_and_the_person_are_told_of_changes_of_sign_in_once(
    services: Services, author: Caller, settle: Callable[[], None], tmp_path: Path
) -> None:
    own_id = author.get("/api/me").get_json()["id"]
    with services.database.transaction(SYSTEM) as unit:
        row = {"person_id": own_id, "provider": "odd", "grants": {}, "created": unit.now, "last_used": unit.now}
        unit.session.add(LinkedIdentity(subject="1", **row))
        unit.emit(IdentityLinked(own_id, "odd"))  # the only way in: it came with the account
    settle()
    assert mails(services, tmp_path) == []
    with services.database.transaction(SYSTEM) as unit:
        unit.session.add(LinkedIdentity(subject="2", **row))
        unit.emit(IdentityLinked(own_id, "odd"))
        unit.emit(IdentityUnlinked(own_id, "odd"))
        left = ask_link(unit, LinkPurpose.FORMER_ADDRESS, "former@example.org", person_id=own_id)
        unit.emit(AddressLeft(left.id, own_id))
    settle()
    sent = {str(mail["Subject"]): mail for mail in mails(services, tmp_path)}
    assert len(sent) == 3
    former = next(mail for title, mail in sent.items() if title.startswith("Your account has another address"))
    assert former["To"].addresses[0].addr_spec == "former@example.org"
    assert all("原使用此地址" in part and "had this address" in part for part in parts(former))
    assert not any("List-Unsubscribe" in mail for mail in sent.values()), "they cannot be muted"
    kinds = {hit["kind"] for hit in author.get("/api/notifications").get_json()["hits"]["hits"]}
    assert kinds == {"sign_in_method_added", "sign_in_changed"}


def test_every_letter_has_its_words() -> None:
    assert set(LINK_WORDS) == set(LetterKind)


def test_a_guest_and_those_who_decide_are_told_of_a_request(
    services: Services, deposits: Deposits, anyone: Caller, author: Caller, settle: Callable[[], None], tmp_path: Path
) -> None:
    record = deposits.published(CLOSED_FILES)
    allow(author, record, allow_guest_requests=True)
    assert begin_as_guest(anyone, record)[0] == 202
    settle()
    [proof] = mails(services, tmp_path)
    assert proof["To"].addresses[0].addr_spec == "ada@example.org"
    secret = parts(proof)[0].partition("/confirm/")[2].split()[0]
    request = anyone.post("/api/access-requests/verify", json={"token": secret}).get_json()
    settle()
    [hit] = author.get("/api/notifications").get_json()["hits"]["hits"]
    assert (hit["kind"], hit["subject"]) == ("access_requested", request["id"])

    assert act(author, request, "grant")[0] == 200
    settle()
    granted = mails(services, tmp_path)[-1]
    assert granted["To"].addresses[0].addr_spec == "ada@example.org"
    link = next(line for line in parts(granted)[0].splitlines() if "token=" in line)
    files = record["links"]["files"] + "?" + link.partition("?")[2]
    assert anyone.get(files).status_code == 200
    assert anyone.get(record["links"]["files"]).status_code == 403
